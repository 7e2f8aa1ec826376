"""Each function's image by itself: how large it is, how it starts, and that it writes nowhere but in /tmp."""
