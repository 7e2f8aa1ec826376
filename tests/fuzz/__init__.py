"""Hostile input: what no test thought of."""
