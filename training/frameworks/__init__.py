"""Models of other frameworks, beside each other on one fold: recbole in an environment of its own, RecTools in ours."""
