"""Settings chosen on folds earlier than the one that is reported."""
