"""Other files that play: APNG, WebP, MP4 and WebM, and what a frame changes of the one before."""
