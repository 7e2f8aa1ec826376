"""The API's paths: which belong to a model's family and which need no token; all others are the catalogue's."""

GREEDY = "/{proxy+}"
OPEN_RESOURCES = (  # for GET
    "/health",
    "/docs",
    f"/docs{GREEDY}",
    "/openapi.json",
    "/explore",
    f"/explore{GREEDY}",
)


def resources_of(model: str) -> tuple[str, ...]:
    """The resources of a model: without an id its users may stand in the body, an item may not."""
    return (f"/reco/{model}", f"/reco/{model}{GREEDY}", f"/similar/{model}{GREEDY}")
