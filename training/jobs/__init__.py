"""What jobs beside a deployed stage have in common, whatever runs them: orders, what they read, say and leave."""
