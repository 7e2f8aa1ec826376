"""A stage that trains, in the server that plays AWS."""

from tests.training.deployed.conftest import Deploy, aws, deploy, endpoint, names

__all__ = ["Deploy", "aws", "deploy", "endpoint", "names"]
