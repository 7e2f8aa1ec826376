"""The `warmstart` command: a file per group of commands."""
