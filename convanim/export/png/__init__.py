"""PNG: a still, numbered frames in a folder, and the chunks that such files are made of."""
