"""Asks live APIs for every user of a fold, as the course's checking bot does."""
