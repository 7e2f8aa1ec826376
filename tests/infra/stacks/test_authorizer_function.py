"""The function that knows tokens, alone in a bare stack."""

from typing import Any

import pytest

from infra.constructs.authorizer_function import AuthorizerFunction
from infra.functions import TUNING
from tests.infra.stacks.synthesis import a_stack, a_stage, a_store, template_of
from tests.infra.stacks.template import Template, text


def authorizing(**settings: Any) -> Template:
    """A stack with nothing else."""
    stack = a_stack()
    AuthorizerFunction(stack, "Authorizer", stage=a_stage(**settings), bucket=a_store(stack))
    return template_of(stack)


def test_it_reads_the_token_book_and_nothing_else_of_the_store() -> None:
    """One object, no prefix."""
    read = [resource for _, action, resource in authorizing().grants() if action.startswith("s3:")]
    assert [resource.rpartition(":")[2] for resource in read] == ["store/auth/tokens.json"]


def test_it_is_a_zip_on_the_runtime_s_layer() -> None:
    """Its own code comes as a zip; the runtime and its wheels are the layer."""
    template = authorizing()
    function = template.one("Lambda::Function")
    assert (function["Runtime"], function["Handler"]) == ("python3.12", "functions.authorizer.handler.handler")
    (layer,) = [key for key, resource in template.resources.items() if resource["Type"] == "AWS::Lambda::LayerVersion"]
    assert function["Layers"] == [{"Ref": layer}]


@pytest.mark.parametrize("architecture", ["x86_64", "arm64"])
def test_it_runs_where_its_wheels_do(architecture: str) -> None:
    """The function has the architecture of the stage."""
    assert authorizing(architecture=architecture).one("Lambda::Function")["Architectures"] == [architecture]


def test_a_layer_is_compiled_for_one_architecture() -> None:
    """Two architectures have two layers: neither is taken for the other."""
    one, other = (authorizing(architecture=name).one("Lambda::LayerVersion") for name in ("x86_64", "arm64"))
    assert one["Content"]["S3Key"] != other["Content"]["S3Key"]


def test_it_knows_its_store_and_a_stage_its_size() -> None:
    """No model is named to it; memory and time are the stage's if it says so."""
    function = authorizing(memory_mb={"authorizer": 333}, timeout_s={"authorizer": 2}).one("Lambda::Function")
    assert {name: text(value) for name, value in function["Environment"]["Variables"].items()} == {
        **TUNING,
        "WARMSTART_STORE": "s3://store",
    }
    assert (function["MemorySize"], function["Timeout"]) == (333, 2)
    assert function["TracingConfig"] == {"Mode": "Active"}
    assert function["LoggingConfig"]["LogFormat"] == "JSON"
