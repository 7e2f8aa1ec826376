"""The same training as a job of Amazon SageMaker: what runs in it, and what orders, follows and ends it."""
