"""Everything that belongs to no family: /models, the documentation, and every unknown path."""
