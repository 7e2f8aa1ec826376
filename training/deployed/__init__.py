"""What the command asks of a deployed stage: its stacks, its API keys, its logs."""
