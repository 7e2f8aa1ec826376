"""Lists that are ready: popular, popular now, random, and those that another model made for every user."""
