"""Several figures to one presentation. Each kind is one module and one line in `kinds.DECKS`."""
