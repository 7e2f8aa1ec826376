"""Two stages: another model names candidates, boosted trees put them in order."""
