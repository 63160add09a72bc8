"""The interactive page: a scene as the lists and paints that its scripts draw from."""
