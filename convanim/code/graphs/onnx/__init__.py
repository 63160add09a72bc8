"""Networks in ONNX's files: their nodes, values and shapes, and gradients along them."""
