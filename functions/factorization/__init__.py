"""Users and items as vectors; a score is their inner product."""
