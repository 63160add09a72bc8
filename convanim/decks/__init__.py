"""Several figures to one presentation. Each kind is one module and one line in `DECKS`."""

from convanim.decks.kinds import DECKS, DeckPlace, deck_place, save_deck

__all__ = ["DECKS", "DeckPlace", "deck_place", "save_deck"]
