"""Networks in text: code, our language of stages, printed modules, Keras's summaries."""
