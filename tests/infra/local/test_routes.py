"""Paths go to the family of their model; whatever is odd goes to the catalogue, behind the authorizer."""

from dataclasses import replace

import pytest

from infra.families import Family
from infra.local.routes import Route, Routes

FAMILIES = [Family("vectors", ("als", "bpr"), (), 512, 10, 512, 1), Family("lists", ("popular",), (), 512, 10, 512, 1)]
ROUTES = Routes(FAMILIES)


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/reco/als", Route("vectors", "/reco/als")),
        ("/reco/als/1", Route("vectors", "/reco/als/{proxy+}", {"proxy": "1"})),
        ("/reco/als/1/2", Route("vectors", "/reco/als/{proxy+}", {"proxy": "1/2"})),
        ("/reco/als/..%2fpopular", Route("vectors", "/reco/als/{proxy+}", {"proxy": "..%2fpopular"})),
        ("/similar/bpr/7", Route("vectors", "/similar/bpr/{proxy+}", {"proxy": "7"})),
        ("/reco/popular/1", Route("lists", "/reco/popular/{proxy+}", {"proxy": "1"})),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "OPTIONS", "DELETE"])
def test_a_model_s_paths_go_to_its_family(method: str, path: str, route: Route) -> None:
    """Any method, with or without more behind the model's name."""
    assert ROUTES.find(method, path) == route


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "//",
        "/reco",
        "/reco/",
        "/reco/unknown/1",
        "/reco/als/",
        "/reco//als/1",
        "/similar/als",
        "/similar/als/",
        "//reco/als/1",
        "/RECO/als/1",
        "/reco/ALS/1",
        "/reco%2fals/1",
        "/reco/als%2f1",
        "/reco/%61ls/1",
        "/reco/%252e%252e/als",
        "/reco/../als/1",
        "/other/als/1",
        "/models",
        "/health/",
        "/health/x",
        "/Health",
        "/docs/",
        "/docs%2findex.html",
        "/explore/",
        "/explorer",
        "/openapi.json/x",
    ],
)
def test_everything_else_goes_to_the_catalogue_and_is_not_open(path: str) -> None:
    """What looks like another path is not that path."""
    route = ROUTES.find("GET", path)
    assert route.function == "catalogue"
    assert not route.open
    assert route.resource in {"/", "/{proxy+}"}


@pytest.mark.parametrize(
    "path", ["/health", "/docs", "/docs/swagger-ui.css", "/openapi.json", "/explore", "/explore/assets/a.js"]
)
def test_open_paths_are_open_to_get_only(path: str) -> None:
    """Other methods of these paths want a token first."""
    assert ROUTES.find("GET", path).open
    assert not any(ROUTES.find(method, path).open for method in ("HEAD", "POST", "OPTIONS"))


@pytest.mark.parametrize(
    "route",
    [
        Route("vectors", "/reco/als"),
        Route("vectors", "/similar/als/{proxy+}", {"proxy": "1"}),
        Route("catalogue", "/"),
        Route("catalogue", "/health"),
        Route("catalogue", "/docs/{proxy+}", {"proxy": "page.js"}),
        Route("catalogue", "/explore/{proxy+}", {"proxy": "assets/a.js"}),
        Route("catalogue", "/{proxy+}", {"proxy": "models"}),
    ],
    ids=lambda route: route.resource,
)
def test_preflights_are_open_everywhere_and_nothing_else_is(route: Route) -> None:
    """Where browsers may ask, OPTIONS of every resource goes to the function that GET goes to."""
    routes = Routes(FAMILIES, preflights=True)
    path = route.resource.replace("{proxy+}", route.parameters.get("proxy", ""))
    assert routes.find("OPTIONS", path) == replace(route, open=True)
    for method in ("GET", "POST", "HEAD", "DELETE"):
        assert routes.find(method, path) == ROUTES.find(method, path)
