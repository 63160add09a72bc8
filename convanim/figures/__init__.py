"""Options, timing, recipes; one figure laid out or several beside each other; the animation."""
