"""What a ranker is shown: names that say what stands under them, and times that are those of training."""

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from functions.ranker.features import of_best
from functions.ranker.first_stages import TRENDING
from functions.ranker.scorer import NAMES_FILE, TwoStageScorer
from tests.functions.conftest import Draft
from tests.training.datasets import DAY, fashions
from training.scorers import open_recommender
from warmstart.errors import Incompatible
from warmstart.histories import Event
from warmstart.manifest import Manifest, last_event_of
from warmstart.recommender import Ask, Recommender

Shown = Callable[[Ask], tuple[Sequence[str], np.ndarray]]


@pytest.fixture(scope="module")
def trained(draft: Draft) -> tuple[Recommender, Manifest, Path]:
    """Return two stages that have learnt eight weeks of fashions."""
    return draft("two_stage", fashions(), min_rows=20)


@pytest.fixture(scope="module")
def shown(trained: tuple[Recommender, Manifest, Path]) -> Shown:
    """Return what asks for what the ranker is shown, with the names of the columns."""
    recommender, scorer = trained[0], trained[0].scorer
    assert isinstance(scorer, TwoStageScorer)

    def ask(wanted: Ask) -> tuple[Sequence[str], np.ndarray]:
        return scorer.proposals.features.names, scorer.proposals.seen(recommender.query(wanted)[0]).features

    return ask


def user_values(found: tuple[Sequence[str], np.ndarray]) -> dict[str, float]:
    """Return what is said of the user, the same for every candidate."""
    names, features = found
    columns = {name: features[:, place] for place, name in enumerate(names) if name.startswith("user ")}
    assert all(len({*column.tolist()}) == 1 or np.isnan(column).all() for column in columns.values())
    return {name.removeprefix("user "): float(column[0]) for name, column in columns.items()}


def test_names_are_each_of_one_column(shown: Shown) -> None:
    """As many names as columns, each once, and every first stage has its score and its rank."""
    names, features = shown(Ask(user_id=3))
    assert len({*names}) == len(names) == features.shape[1]
    for stage in ("als", "bpr", "item_knn", "user_knn", TRENDING):
        assert {f"{stage} score", f"{stage} reciprocal rank"} <= {*names}


def test_ages_of_a_request_are_those_before_the_last_event_of_training(
    shown: Shown, trained: tuple[Recommender, Manifest, Path]
) -> None:
    """An event before it is as old as it is, one after it is of today, and nobody is idle for less than nothing."""
    end = last_event_of(trained[1].dataset)
    assert end is not None
    history = [Event(item, timestamp=int(end + days * DAY)) for item, days in ((0, -10), (2, -1), (4, 30))]
    found = user_values(shown(Ask(history=history)))
    assert found["items"] == 3
    assert found["idle days"] == 0
    assert found["activity"] == pytest.approx(2 ** (-10 / 7) + 2 ** (-1 / 7) + 1, abs=1e-4)
    earlier = user_values(shown(Ask(history=history[:2])))
    assert (earlier["idle days"], earlier["span days"]) == pytest.approx((1, 9), abs=1e-3)


def test_without_a_history_nothing_is_said_of_it(shown: Shown) -> None:
    """The first stages that need one are silent, what everybody wants is not, and nan stands for what is not known."""
    names, features = shown(Ask(user_id=10**6))
    found = user_values((names, features))
    assert found.pop("items") == 0
    assert np.isnan([*found.values()]).all()
    assert (features[:, names.index("als score")] == 0).all()
    assert features[:, names.index(f"{TRENDING} score")].max() == 1


def test_ranks_are_places_in_a_stages_own_list(shown: Shown) -> None:
    """One over the place, the best first; 0 for what only others propose."""
    names, features = shown(Ask(user_id=3))
    ranks = features[:, names.index("item_knn reciprocal rank")]
    scores = features[:, names.index("item_knn score")]
    listed = ranks > 0
    order = np.argsort(-ranks[listed])
    assert ranks[listed][order] == pytest.approx(1 / np.arange(1, listed.sum() + 1))
    assert (np.diff(scores[listed][order]) <= 0).all()


def test_scores_are_shares_of_the_best() -> None:
    """Whatever their size; what a stage would never return has none."""
    found = of_best(np.array([[2.0, 4.0, -np.inf], [-np.inf] * 3], np.float32))
    assert found.tolist() == [[0.5, 1, 0], [0, 0, 0]]


def test_a_ranker_of_other_columns_is_refused(trained: tuple[Recommender, Manifest, Path], tmp_path: Path) -> None:
    """As many features in another order would be served as nonsense; so the names are compared."""
    _, manifest, folder = trained
    shutil.copytree(folder, tmp_path / "copy")
    names = json.loads((folder / NAMES_FILE).read_bytes())
    names[0], names[1] = names[1], names[0]
    (tmp_path / "copy" / NAMES_FILE).write_text(json.dumps(names), encoding="utf8")
    with pytest.raises(Incompatible, match="learnt from other features"):
        open_recommender(tmp_path / "copy", manifest)
