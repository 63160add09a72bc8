"""Several figures beside each other: their sizes, what each costs, and where they differ."""
