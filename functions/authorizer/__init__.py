"""Bearer token in, policy out."""
