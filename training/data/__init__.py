"""Tables of interactions, users and items: fetched, made up, guessed, checked and read."""
