"""What each image holds, by whose licence, and what is known against it: `make sbom` and `make audit`."""
