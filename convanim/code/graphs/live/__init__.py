"""Networks of live models, PyTorch's and Keras's, and gradients through them."""
