"""Which function answers a path, decided on the path's raw bytes: an encoded slash is no slash."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from infra.families import CATALOGUE, Family
from infra.paths import GREEDY, OPEN_RESOURCES, resources_of

METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})  # what ANY means to a REST API


@dataclass(frozen=True)
class Route:
    """Where a request goes."""

    function: str
    resource: str  # as the deployed API declares it
    parameters: Mapping[str, str] = field(default_factory=dict)
    open: bool = False  # no token is asked for


class Routes:
    """The resources of the API: some for every model, everything else for the catalogue."""

    def __init__(self, families: Iterable[Family], *, preflights: bool = False) -> None:
        """Take them down.

        Args:
            families: whose models have paths.
            preflights: whether OPTIONS of every resource is open, for browsers to ask what pages may do.
        """
        self._owners = {
            resource: family.name for family in families for model in family.models for resource in resources_of(model)
        }
        self._open_methods = {"GET", "OPTIONS"} if preflights else {"GET"}

    def find(self, method: str, raw_path: str) -> Route:
        """Where a request goes."""
        route = self._find(method, raw_path)
        return replace(route, open=True) if method == "OPTIONS" and method in self._open_methods else route

    def _find(self, method: str, raw_path: str) -> Route:
        """The most specific resource of the path."""
        for base in _bases(raw_path):
            rest = raw_path[len(base) + 1 :]
            resource = base + GREEDY if rest else base
            parameters = {"proxy": rest} if rest else {}
            if resource in self._owners:
                return Route(self._owners[resource], resource, parameters)
            if resource in OPEN_RESOURCES and method in self._open_methods:
                return Route(CATALOGUE, resource, parameters, open=True)
        if raw_path == "/":
            return Route(CATALOGUE, "/")
        return Route(CATALOGUE, GREEDY, {"proxy": raw_path[1:]})


def _bases(raw_path: str) -> list[str]:
    """The path itself, and its beginnings of two segments and of one, where something follows them."""
    segments = raw_path.split("/")
    heads = ["/".join(segments[:end]) for end in (3, 2)]
    return [raw_path, *(head for head in heads if len(raw_path) > len(head) + 1)]
