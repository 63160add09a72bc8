"""From an animation to pixels. Only what a step changes is drawn again."""
