"""Animations of convolution, transposed convolution and pooling layers, exact to the cell."""
