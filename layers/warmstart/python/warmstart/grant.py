"""What the authorizer said of the token behind a request."""

from typing import NamedTuple

ALL_MODELS = "*"


class Grant(NamedTuple):
    """A token's name and the models that it covers."""

    token: str
    models: frozenset[str]  # or {"*"}

    def allows(self, model: str) -> bool:
        """Return whether it covers a model."""
        return ALL_MODELS in self.models or model in self.models
