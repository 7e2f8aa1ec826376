"""Lists that need no user: popular, popular now, random."""
