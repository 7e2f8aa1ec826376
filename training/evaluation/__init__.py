"""How good a model is, asked of the scorer that will serve it."""
