"""Numbers from files, seeds and names, and what layers and chains make of them."""
