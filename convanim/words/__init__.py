"""Every number, formula and phrase that a figure shows."""
