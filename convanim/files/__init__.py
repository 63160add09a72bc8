"""Files that come along, and files of the user's: found, read, or refused in one line."""
