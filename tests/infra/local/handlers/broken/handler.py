"""A function that dies at init."""

raise RuntimeError("no model to serve")
