"""How tests are shared out among processes, and what is made once for all of them."""

from pathlib import Path

import pytest

from tests.once import once
from tests.workers import APART, FIRST, TOGETHER, group_of, place_of

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("name", [*TOGETHER, *APART])
def test_what_is_named_is_there(name: str) -> None:
    """A folder that moves takes its line with it."""
    assert (ROOT / name).exists()


@pytest.mark.parametrize("group", FIRST)
def test_what_begins_first_is_a_group(group: str) -> None:
    """Each name in the order is a group's or a folder's."""
    assert group in {*TOGETHER.values(), *APART} or (ROOT / group).is_dir()


def test_a_folder_a_file_or_a_test_is_a_group() -> None:
    """What shares a session's fixtures is one group, other files one each, and what shares nothing is apart."""
    assert group_of("tests/images/test_images.py::test_a") == group_of("tests/e2e/emulated/test_sam.py::test_b[1]")
    assert group_of("tests/layers/test_ids.py::test_a[x::y]") == "tests/layers/test_ids.py"
    assert group_of(f"{APART[0]}test_a.py::test_a") != group_of(f"{APART[0]}test_a.py::test_b")


def test_the_long_ones_begin() -> None:
    """Docker's tests come before a notebook's, and both before those of the runtime."""
    docker, notebook, runtime = (
        "tests/images/test_a.py::test",
        f"{APART[0]}test_a.py::test",
        "tests/layers/test_a.py::test",
    )
    assert sorted([runtime, notebook, docker], key=place_of) == [docker, notebook, runtime]


def test_a_folder_is_filled_once(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> None:
    """Whoever asks after the first gets what is there; what failed half-way is made anew."""
    name, fills = request.node.name, list[Path]()

    def fill(folder: Path) -> None:
        fills.append(folder)
        (folder / "made").touch(exist_ok=False)
        if len(fills) == 1:
            raise ValueError("half-way")

    with pytest.raises(ValueError, match="half-way"):
        once(tmp_path_factory, name, fill)
    folders = [once(tmp_path_factory, name, fill) for _ in range(2)]
    assert (folders[0], len(fills)) == (folders[1], 2)
    assert [path.name for path in folders[0].iterdir()] == ["made"]
