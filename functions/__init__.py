"""What runs in Lambda: a package per model family, the authorizer and the catalogue."""
