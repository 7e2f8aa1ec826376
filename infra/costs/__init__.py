"""What calls, a month and a hundred million users cost: `python -m infra.costs`, from one list of prices."""
