"""Networks in one picture: blocks as volumes, where each stands, the lines between them."""
