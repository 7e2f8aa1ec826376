"""Two stages: other models' candidates, ranked again."""
