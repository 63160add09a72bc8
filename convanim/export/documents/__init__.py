"""Pages and slides: PDF and PPTX."""
