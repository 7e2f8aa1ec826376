"""Work over all users: in one process or several, with the same result, or an error that says why there is none."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.training.datasets import SIZE, checkerboard, recipe
from tests.training.offline import MODELS
from training.over_users import over_users
from training.ready_lists import Lists, ranked
from training.train import Training
from warmstart.errors import Incompatible, SettingsError
from warmstart.recommender import Recommender
from warmstart.scorer import Rows


def test_the_number_of_processes_changes_nothing(tmp_path: Path) -> None:
    """One process or two, once or again, the files are the same bytes."""
    manifest = Training(recipe(MODELS["als"]), checkerboard()).fit_whole(MODELS["als"], tmp_path / "source")
    found = [
        Lists.joined([*over_users(tmp_path / "source", manifest, ranked, k=20, workers=workers, chunk=7)])
        for workers in (1, 2, 2)
    ]
    for other in found[1:]:
        assert all((one == two).all() for one, two in zip(found[0], other, strict=True))


def _killed(recommender: Recommender, users: Rows, k: int) -> int:
    if users[0] == 14:
        os.kill(os.getpid(), signal.SIGKILL)
    return len(users)


def _failing(recommender: Recommender, users: Rows, k: int) -> int:
    raise Incompatible("no such thing")


@pytest.mark.parametrize(
    ("task", "error", "message"),
    [(_killed, SettingsError, "a process was killed"), (_failing, Incompatible, "no such thing")],
)
def test_a_process_that_dies_is_an_error(
    task: Callable[[Recommender, Rows, int], int], error: type[Exception], message: str, tmp_path: Path
) -> None:
    """Killed or failed, it hangs nobody and no list is missing unsaid."""
    model = MODELS["popular"]
    manifest = Training(recipe(model), checkerboard()).fit_whole(model, tmp_path)
    with pytest.raises(error, match=message):
        [*over_users(tmp_path, manifest, task, k=5, workers=2, chunk=7)]


def test_progress_is_said_by_tenths(tmp_path: Path) -> None:
    """However many chunks there are, ten lines at most, the last of them the whole."""
    model = MODELS["popular"]
    manifest = Training(recipe(model), checkerboard()).fit_whole(model, tmp_path)
    done: list[int] = []
    parts = over_users(tmp_path, manifest, ranked, k=5, workers=1, chunk=1, say=done.append)
    assert sum(len(lists.lengths) for lists in parts) == SIZE
    assert done == [*range(4, SIZE + 1, 4)]
