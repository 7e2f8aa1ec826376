"""Every function of the API with its environment."""

from pathlib import Path

from infra.families import Family
from infra.local.function import TASK_ROOT, Function, lambda_environment
from infra.local.functions import local_functions

FAMILIES = (
    Family("lists", ("popular", "random"), ("popular",), 1024, 15, 1024, 350),
    Family("vectors", ("als",), (), 1769, 15, 2048, 350),
)


def functions() -> dict[str, Function]:
    """By name."""
    extra, origins = {"WARMSTART_ALIAS": "canary"}, ("https://a.example", "http://localhost:3000")
    made = local_functions(FAMILIES, "s3://bucket/prefix", Path("/caches"), extra, origins)
    return {function.name: function for function in made}


def test_there_is_one_for_each_family_and_two_more() -> None:
    """The catalogue and the authorizer come along, every handler at its path."""
    handlers = {name: function.handler for name, function in functions().items()}
    names = ("authorizer", "lists", "vectors", "catalogue")
    assert handlers == {name: f"functions.{name}.handler.handler" for name in names}


def test_a_family_s_function_knows_its_models() -> None:
    """What family.toml says, as environment variables."""
    function = functions()["lists"]
    assert function.environment == {
        "WARMSTART_ALIAS": "canary",
        "WARMSTART_STORE": "s3://bucket/prefix",
        "WARMSTART_MODELS": "popular,random",
        "WARMSTART_PRELOAD": "popular",
        "WARMSTART_DISK_MB": "1024",
        "WARMSTART_CORS_ORIGINS": "https://a.example,http://localhost:3000",
        "WARMSTART_METRICS": "warmstart/local",
        "WARMSTART_CACHE": "/caches/lists",
    }
    assert (function.memory_mb, function.timeout_s) == (1024, 15)


def test_the_catalogue_knows_every_model_and_the_authorizer_none() -> None:
    """The one lists them, the other asks the store for tokens only."""
    made = functions()
    assert made["catalogue"].environment["WARMSTART_MODELS"] == "popular,random,als"
    assert (made["catalogue"].memory_mb, made["catalogue"].timeout_s) == (1024, 10)
    assert made["authorizer"].environment.keys() == {"WARMSTART_STORE", "WARMSTART_ALIAS"}
    assert (made["authorizer"].memory_mb, made["authorizer"].timeout_s) == (256, 5)


def test_a_process_gets_what_a_lambda_has_and_no_more() -> None:
    """Of the parent's environment only the shell's and AWS's own variables pass."""
    parent = {"PATH": "/bin", "AWS_ENDPOINT_URL": "http://s3", "AWS_REGION": "eu-west-1", "SECRET": "x", "DEBUG": "1"}
    environment = lambda_environment(functions()["lists"], "127.0.0.1:9001", parent)
    assert environment.keys() & parent.keys() == {"PATH", "AWS_ENDPOINT_URL", "AWS_REGION"}
    assert environment["AWS_LAMBDA_RUNTIME_API"] == "127.0.0.1:9001"
    assert environment["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "1024"
    assert environment["_HANDLER"] == "functions.lists.handler.handler"
    assert environment["LAMBDA_TASK_ROOT"] == str(TASK_ROOT)
    assert environment["AWS_DEFAULT_REGION"] == "eu-west-1"
    assert environment["OPENBLAS_NUM_THREADS"] == environment["OMP_NUM_THREADS"] == "1"
