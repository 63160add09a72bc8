"""Figures where people show them: galleries, slides, lines to paste, documents, notebooks, matplotlib."""
