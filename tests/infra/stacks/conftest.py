"""Each stage synthesized once; without aws_cdk, as where training is at home, nothing here is collected."""

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.infra.stacks.synthesis import Assembly

collect_ignore_glob = [] if importlib.util.find_spec("aws_cdk") else ["*"]


def _synthesize(name: str, tmp_path_factory: pytest.TempPathFactory) -> "Assembly":
    from tests.infra.stacks.synthesis import synthesize

    return synthesize(name, tmp_path_factory.mktemp(name))


@pytest.fixture(scope="session")
def dev(tmp_path_factory: pytest.TempPathFactory) -> "Assembly":
    """What cdk.json calls dev."""
    return _synthesize("dev", tmp_path_factory)


@pytest.fixture(scope="session")
def prod(tmp_path_factory: pytest.TempPathFactory) -> "Assembly":
    """What cdk.json calls prod."""
    return _synthesize("prod", tmp_path_factory)


@pytest.fixture(scope="session")
def full(tmp_path_factory: pytest.TempPathFactory) -> "Assembly":
    """A stage with every option on."""
    return _synthesize("full", tmp_path_factory)


@pytest.fixture(scope="session", params=["dev", "prod", "full"])
def assembly(request: pytest.FixtureRequest) -> "Assembly":
    """Each of them in turn."""
    found: Assembly = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of what the functions are made of, in the repository's place."""
    from tests.infra.stacks.synthesis import stand_in

    return stand_in(tmp_path / "repository", monkeypatch)
