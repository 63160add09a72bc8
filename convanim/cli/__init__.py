"""The command line. Only click is imported here; a command imports what it needs when it runs."""

from convanim.cli.sections import main

__all__ = ["main"]
