"""The packages of the design card, each under the name that it is imported by here."""

import importlib
import subprocess
import sys

import pytest

USED = ("boto3", "fastapi", "implicit", "mangum", "moto", "pytest", "rectools")
NEVER_SERVED = ("boto3", "fastapi", "implicit", "pandas", "pydantic", "rectools", "scipy", "sklearn", "torch")


@pytest.mark.parametrize("package", USED)
def test_a_card_package_is_there_under_its_name(package: str) -> None:
    """Each package of the card that is used so far can be imported."""
    assert importlib.import_module(package).__name__ == package


@pytest.mark.parametrize(
    "scorer",
    [
        "lists.scorer",
        "factorization.scorer",
        "knn.item_item_scorer",
        "knn.user_knn_scorer",
        "neural.scorer",
        "ranker.scorer",
    ],
)
def test_a_function_loads_nothing_heavy(scorer: str) -> None:
    """A family's function starts without any package that only training or building needs."""
    script = (
        f"import functions.{scorer}, warmstart.adapter, warmstart.lambda_handler, sys\n"
        f"print(*(name for name in {NEVER_SERVED!r} if name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
