"""The runtime that every function shares: artifacts in, answers out."""
