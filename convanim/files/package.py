"""What the package says of itself."""

VERSION = "0.1.0"
