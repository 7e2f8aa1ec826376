"""What lives and dies together: what is kept, what serves, what trains."""
