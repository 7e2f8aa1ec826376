"""The local API under load: how much each family answers, what it does with too much, and whether it stays as it is."""
