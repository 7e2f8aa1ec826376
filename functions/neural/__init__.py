"""Encoders out of neural networks: a history becomes a vector, and the items' vectors are searched with it."""
