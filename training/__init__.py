"""What learns: tables in, measured and published artifacts out."""
