"""What a function's process loads is in its list: nothing else is in its image, or in its cold starts."""

import json
import os
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from infra.families import CATALOGUE
from infra.functions import function_names, handler
from infra.tree import ROOT

LOADS = """
import importlib, json, sys
before = set(sys.modules)
module = importlib.import_module(sys.argv[1])
asked = {"httpMethod": "GET", "path": "/health", "requestContext": {}, "authorizationToken": 1}
try:
    getattr(module, "handler", print)(asked, None)
except Exception as error:
    assert str(error) == "Unauthorized"
print(json.dumps(sorted({name.partition(".")[0] for name in set(sys.modules) - before})))
"""


def distributions_of(module: str, folder: Path) -> set[str]:
    """The distributions whose modules a process holds when it has answered, as a package index spells them."""
    environment = {**os.environ, "WARMSTART_STORE": folder.as_uri(), "WARMSTART_CACHE": str(folder / "cache")}
    ran = subprocess.run(
        [sys.executable, "-c", LOADS, module], env=environment, capture_output=True, text=True, check=True
    )
    loaded: list[str] = json.loads(ran.stdout.splitlines()[-1])
    of_modules = packages_distributions()
    return {re.sub(r"[-_.]+", "-", name).lower() for top in loaded for name in of_modules.get(top, ())} - {"warmstart"}


def listed(function: str) -> set[str]:
    """The distributions that its image installs: `requirements.in`, and what those need."""
    pins = (ROOT / "functions" / function / "requirements.txt").read_text()
    return {name.lower() for name in re.findall(r"^([\w.-]+)==", pins, re.M)}


@pytest.mark.parametrize("name", function_names())
def test_a_function_loads_nothing_outside_its_list(name: str, tmp_path: Path) -> None:
    """Imported, started and asked once, it holds distributions of its own requirements alone."""
    assert distributions_of(handler(name).rpartition(".")[0], tmp_path) - listed(name) == set()


def test_what_is_outside_is_seen(tmp_path: Path) -> None:
    """A web framework that no function lists is found under its own name and with what it brings."""
    assert {"fastapi", "pydantic-core"} <= distributions_of("fastapi", tmp_path) - listed(CATALOGUE)
