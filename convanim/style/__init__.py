"""Themes, and what is drawn of each shape in one."""
