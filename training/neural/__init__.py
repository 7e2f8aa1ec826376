"""Networks, trained in PyTorch: the only part of training that imports it, and only once a network is asked for."""
