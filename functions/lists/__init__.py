"""Lists that need no user: popular, popular now, random; and lists computed beforehand."""
