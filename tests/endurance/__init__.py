"""What only shows after a while: memory, descriptors, swaps in a frozen function."""
