"""Networks from text, files and live models."""
