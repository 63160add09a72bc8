"""The display list that a view makes and everything else reads; scenes put together; how wide text is."""
