"""No route and no model is left out of the fuzzing."""

import json

from infra.families import CATALOGUE, read_families, served_models
from infra.local.routes import Routes
from infra.paths import OPEN_RESOURCES, resources_of
from infra.tree import ROOT
from tests.fuzz import stage
from tests.fuzz.events import FILES, ROUTES, filled
from training.openapi import DOCUMENT

FAMILIES = read_families(ROOT / "functions")
MODELS = served_models()


def test_every_operation_of_the_document_is_fuzzed() -> None:
    """What the document describes is asked for by events too, and by schemathesis anyway."""
    paths = json.loads(DOCUMENT.read_bytes())["paths"]
    described = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    assert described <= {*ROUTES}


def test_every_resource_of_the_gateway_is_fuzzed() -> None:
    """Each resource that the gateway declares is that of some route, and each route is some resource's."""
    routes = Routes(FAMILIES)
    found = {
        routes.find(method, filled(template, model, "1", FILES[0])).resource
        for method, template in ROUTES
        for model in MODELS
    }
    assert {*OPEN_RESOURCES, *(resource for model in MODELS for resource in resources_of(model))} <= found


def test_every_model_of_every_family_is_fuzzed() -> None:
    """A family or a model that is new has its place in the stage."""
    assert {name: {*models} for name, models in stage.MODELS.items() if name != CATALOGUE} == {
        family.name: {*family.models} for family in FAMILIES
    }
