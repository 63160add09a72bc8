"""Options: what there are, what values they take, what shells complete, and how help shows them."""
