"""The layers: a kind each, with its arguments, its axes and its output's size."""
