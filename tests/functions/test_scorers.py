"""The contract kit: what every registered algorithm's artifact does through its serving scorer."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import optuna
import pytest
from safetensors.numpy import load_file, save_file

from tests.functions.conftest import INDEX, VARIANTS, Draft
from tests.training.datasets import DAY, SIZE, START, checkerboard
from training.algorithms import ALGORITHMS
from training.algorithms.build import build
from training.scorers import SCORERS, open_recommender
from training.selfcheck import check_in_fresh_process
from warmstart.errors import Incompatible, SimilarNotSupported
from warmstart.histories import Event
from warmstart.ids import Id
from warmstart.manifest import ARRAYS, Manifest
from warmstart.recommender import Ask, Recommendation, Recommender
from warmstart.scorer import ScoresItems
from warmstart.topk import top_k

OPTIONAL = {"seen_weights", "seen_ages", "trend", "item_titles", "item_genres", "segments", "user_segment"}


@pytest.fixture(params=[False, True], ids=["integer ids", "string ids"], scope="module")
def strings(request: pytest.FixtureRequest) -> bool:
    """Return whether ids are strings."""
    return bool(request.param)


@pytest.fixture(scope="module")
def trained(algorithm: str, strings: bool, draft: Draft) -> tuple[Recommender, Manifest, Path]:
    """Return an algorithm's draft of the checkerboard."""
    return draft(algorithm, checkerboard(strings=strings))


@pytest.fixture(scope="module")
def recommender(trained: tuple[Recommender, Manifest, Path]) -> Recommender:
    """Return the opened draft."""
    return trained[0]


def user(number: int, recommender: Recommender) -> Id:
    """Name a user as the table does."""
    return f"u{number}" if recommender.manifest.id_bound is None else number


def item(number: int, recommender: Recommender) -> Id:
    """Name an item as the table does."""
    return f"i{number}" if recommender.manifest.id_bound is None else number


def seen_by(number: int, recommender: Recommender) -> set[Id]:
    """Name the items that a user of the checkerboard has had."""
    return {item(i, recommender) for i in range(SIZE) if (number + i) % 2 == 0 and i != number}


def everybody(recommender: Recommender) -> Iterator[Ask]:
    """Ask for every user of the checkerboard and for one that training did not see."""
    yield from (Ask(user_id=user(number, recommender), k=7) for number in range(SIZE))
    yield Ask(user_id=user(10**6, recommender), k=7)


def test_exactly_k_items_each_once_and_none_seen(recommender: Recommender) -> None:
    """Every user gets exactly k items, each once, none of them seen."""
    for number in range(SIZE):
        items = recommender.recommend(Ask(user_id=user(number, recommender), k=7)).items
        assert len(items) == len(set(items)) == 7
        assert not set(items) & seen_by(number, recommender)


def test_all_that_is_left_where_k_is_more(recommender: Recommender) -> None:
    """Where k exceeds the unseen items, all of those are the answer."""
    items = recommender.recommend(Ask(user_id=user(3, recommender), k=100)).items
    assert len(items) == len(set(items)) == SIZE - len(seen_by(3, recommender))


def test_everything_excluded_is_an_empty_answer(recommender: Recommender) -> None:
    """An answer may be empty, and is no error."""
    everything = [item(number, recommender) for number in range(SIZE)]
    assert recommender.recommend(Ask(user_id=user(3, recommender), exclude=everything)).items == []


def test_exclude_and_only_hold(recommender: Recommender) -> None:
    """What is excluded never comes, and with `only` nothing else does."""
    barred = {item(number, recommender) for number in range(20)}
    allowed = {item(number, recommender) for number in range(10, 30)}
    for ask in everybody(recommender):
        bounded = replace(ask, exclude=[*barred], only=[*allowed], k=30)
        items = set(recommender.recommend(bounded).items)
        assert items
        assert items <= allowed - barred


def test_an_unknown_user_gets_the_fallback_in_its_order(recommender: Recommender) -> None:
    """Somebody of whom nothing is known gets the fallback; chance is an answer of its own."""
    answer = recommender.recommend(Ask(user_id=user(10**6, recommender), k=SIZE))
    if recommender.manifest.algorithm == "random":
        assert answer.source == "model"
    else:
        assert answer.source == recommender.manifest.fallback
    assert len(set(answer.items)) == SIZE


def test_one_by_one_is_the_same_as_many(recommender: Recommender) -> None:
    """Batch answers and online answers are equal, but for the order of scores that differ in the last bits."""
    asks = [replace(ask, explain=True) for ask in everybody(recommender)]
    for ask, batched in zip(asks, recommender.recommend_many(asks), strict=True):
        alone = recommender.recommend(ask)
        assert batched.source == alone.source
        assert scores(batched) == pytest.approx(scores(alone), abs=1e-5)
        assert distinct(batched) == distinct(alone)


def scores(answer: Recommendation) -> list[float]:
    """Return the scores, 0 where the fallback chose."""
    return [detail.score or 0.0 for detail in answer.details]


def distinct(answer: Recommendation) -> list[Id]:
    """Return the items whose score no other item of the answer comes near, but for the last."""
    found = scores(answer)
    return [
        item_id
        for place, item_id in enumerate(answer.items[:-1])
        if sum(abs(score - found[place]) < 1e-4 for score in found) == 1
    ]


def test_scores_of_all_items_are_in_the_order_of_its_ranking(recommender: Recommender) -> None:
    """What a scorer tells a ranker of every item is what it ranks by itself."""
    scorer = recommender.scorer
    if not isinstance(scorer, ScoresItems):
        pytest.skip("it scores no items for others")
    for ask in everybody(recommender):
        query, _ = recommender.query(ask)
        ranking, scores = scorer.rank(query), scorer.scores(query)  # type: ignore[attr-defined] it is a scorer, too
        assert (ranking is None) == (scores is None)
        if ranking is not None and scores is not None:
            assert scores.shape == (SIZE,)
            assert (scores[scores > -np.inf] >= 0).all()
            found = top_k(scores.copy(), len(ranking.rows), query.exclude, query.only)
            assert scores[found.rows] == pytest.approx(scores[ranking.rows], rel=1e-4, abs=1e-6)


def test_a_history_in_the_request_counts_as_seen(recommender: Recommender) -> None:
    """Items of the request's history are not recommended back; unknown ones are counted."""
    history = [Event(item(number, recommender)) for number in (0, 2, 4)] + [Event(item(10**6, recommender))]
    answer = recommender.recommend(Ask(history=history, k=10))
    assert len(set(answer.items)) == 10
    assert not {event.item_id for event in history} & set(answer.items)
    assert answer.ignored_items == 1


def test_every_item_has_its_details(recommender: Recommender) -> None:
    """Explained answers name, item by item, the source, what is behind it and how many users had it."""
    for ask in islice(everybody(recommender), 0, None, 13):
        answer = recommender.recommend(Ask(user_id=ask.user_id, k=7, explain=True))
        assert [detail.item_id for detail in answer.details] == answer.items
        assert all(detail.users > 0 for detail in answer.details)
        known = [detail.score for detail in answer.details if detail.source == "model"]
        assert known == sorted(known, key=lambda score: -(score or 0.0))
        assert all(sum(share for _, share in detail.because) <= 1.001 for detail in answer.details)


def test_similar_items_or_a_clear_no(recommender: Recommender) -> None:
    """A model either names k other items or says that it has none."""
    try:
        items = recommender.similar(item(4, recommender), 5)
    except SimilarNotSupported:
        return
    assert len(set(items)) == 5
    assert item(4, recommender) not in items


def test_personal_models_find_the_diagonal(recommender: Recommender) -> None:
    """On the checkerboard a personal model's first answer is the one item that was withheld."""
    if recommender.manifest.family == "lists":
        pytest.skip("not personal")
    first = [recommender.recommend(Ask(user_id=user(number, recommender), k=1)).items[0] for number in range(SIZE)]
    assert first == [item(number, recommender) for number in range(SIZE)]


def test_the_same_seed_gives_the_same_bytes(algorithm: str, draft: Draft) -> None:
    """Training twice gives the same artifact."""
    first, second = (draft(algorithm, checkerboard())[1].files for _ in range(2))
    assert first == second


def test_an_artifact_thirty_years_old_answers_the_same(algorithm: str, draft: Draft) -> None:
    """Ages count from the artifact's last event: the same table thirty years earlier gives the same answers."""
    now, then = (
        answers(draft(algorithm, checkerboard(start=start))[0], start) for start in (START, START - 30 * 365 * DAY)
    )
    assert now == then


def answers(recommender: Recommender, start: int) -> list[list[Id]]:
    """Return what everybody gets, with a timed history of the request for the last."""
    late = [Event(item(n, recommender), 1.0, start + n) for n in (1, 3)]
    asks = [*everybody(recommender), Ask(user_id=user(2, recommender), history=late)]
    found: list[Recommendation] = [recommender.recommend(ask) for ask in asks]
    return [answer.items for answer in found]


def test_a_fresh_process_can_answer(trained: tuple[Recommender, Manifest, Path]) -> None:
    """The self-check that publishing runs accepts every algorithm's draft."""
    check_in_fresh_process(trained[2], trained[1])


def test_a_missing_array_is_refused_at_load(trained: tuple[Recommender, Manifest, Path], tmp_path: Path) -> None:
    """Whatever array is missing, opening says so instead of failing in a request."""
    _, manifest, folder = trained
    arrays = load_file(folder / ARRAYS)
    shutil.copytree(folder, tmp_path / "copy")
    for name in arrays:
        if name.rpartition(".")[2] in OPTIONAL:
            continue
        save_file({other: values for other, values in arrays.items() if other != name}, tmp_path / "copy" / ARRAYS)
        with pytest.raises(Incompatible):
            open_recommender(tmp_path / "copy", manifest)


@pytest.mark.parametrize("name", ALGORITHMS)
def test_settings_to_try_can_be_built(name: str) -> None:
    """Whatever `space` suggests is a setting that the algorithm has."""
    study = optuna.create_study()
    settings = ALGORITHMS[name].space(study.ask())
    build(name, settings, where="test")


def test_every_algorithm_that_can_be_indexed_is_in_the_kit_so() -> None:
    """Whoever has a setting `search` is also tested with the approximate one."""
    searched = {name for name, kind in ALGORITHMS.items() if "search" in kind.__dataclass_fields__}  # type: ignore[attr-defined]
    assert searched == {name for name, settings in VARIANTS.values() if INDEX.items() <= settings.items()}


def test_every_scorer_is_in_exactly_one_family() -> None:
    """No two scorers share a name, and every algorithm's scorer exists."""
    names = [scorer.name for scorer in SCORERS]
    assert len(names) == len(set(names))
    assert {kind.scorer for kind in ALGORITHMS.values()} <= set(names)


def test_manifests_survive_their_json(trained: tuple[Recommender, Manifest, Path]) -> None:
    """What is read back from a manifest's bytes writes the same bytes."""
    _, manifest, folder = trained
    data = (folder / "manifest.json").read_bytes()
    assert Manifest.from_json(data).to_json() == data
    assert Manifest.from_json(data).files == manifest.files
