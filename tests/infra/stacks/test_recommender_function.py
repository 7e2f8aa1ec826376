"""The function of a family, alone in a bare stack."""

from typing import Any

import pytest

from infra.constructs.recommender_function import RecommenderFunction
from infra.functions import TUNING
from tests.infra.stacks.synthesis import FAMILY, a_stack, a_stage, a_store, template_of
from tests.infra.stacks.template import Template, text


def recommending(**settings: Any) -> Template:
    """A stack with one of them."""
    stack = a_stack()
    RecommenderFunction(
        stack, "Lists", family=FAMILY, stage=a_stage(**settings), bucket=a_store(stack), reads=["models/popular/*"]
    )
    return template_of(stack)


def test_it_is_what_its_family_says() -> None:
    """Memory, time and disk are those of family.toml."""
    function = recommending().one("Lambda::Function")
    assert (function["MemorySize"], function["Timeout"], function["EphemeralStorage"]) == (900, 9, {"Size": 700})


def test_a_stage_may_say_otherwise() -> None:
    """A size in cdk.json goes before family.toml's, for the function that it names."""
    function = recommending(memory_mb={"lists": 3008, "knn": 512}, timeout_s={"lists": 3}).one("Lambda::Function")
    assert (function["MemorySize"], function["Timeout"]) == (3008, 3)


def test_it_knows_its_store_and_its_models() -> None:
    """The environment is what `warmstart.settings` reads, and how many threads a vCPU bears."""
    variables = recommending().one("Lambda::Function")["Environment"]["Variables"]
    assert {name: text(value) for name, value in variables.items()} == {
        **TUNING,
        "WARMSTART_STORE": "s3://store",
        "WARMSTART_MODELS": "popular,random",
        "WARMSTART_PRELOAD": "popular",
        "WARMSTART_DISK_MB": "700",
        "WARMSTART_METRICS": "warmstart/dev",
        "WARMSTART_CORS_ORIGINS": "",
    }


def test_it_knows_the_pages_that_may_call_it() -> None:
    """Their origins stand in the environment."""
    variables = recommending(cors_origins=["https://a.example", "https://b.example"]).one("Lambda::Function")
    assert variables["Environment"]["Variables"]["WARMSTART_CORS_ORIGINS"] == "https://a.example,https://b.example"


@pytest.mark.parametrize("architecture", ["x86_64", "arm64"])
def test_it_is_an_image_that_is_told_its_handler(architecture: str) -> None:
    """One Dockerfile serves all families: the handler is the command."""
    function = recommending(architecture=architecture).one("Lambda::Function")
    assert function["PackageType"] == "Image"
    assert function["ImageConfig"] == {"Command": ["functions.lists.handler.handler"]}
    assert function["Architectures"] == [architecture]


def test_it_is_traced_and_logs_lines_of_json() -> None:
    """The log group is its own."""
    function = recommending().one("Lambda::Function")
    assert function["TracingConfig"] == {"Mode": "Active"}
    assert function["LoggingConfig"]["LogFormat"] == "JSON"
    assert "Ref" in function["LoggingConfig"]["LogGroup"]


def test_a_snapshot_has_no_more_disk_than_lambda_gives_it() -> None:
    """With SnapStart the disk is Lambda's 512 MB, and the function is told so."""
    function = recommending(snapstart=True).one("Lambda::Function")
    assert function["EphemeralStorage"] == {"Size": 512}
    assert function["Environment"]["Variables"]["WARMSTART_DISK_MB"] == "512"
