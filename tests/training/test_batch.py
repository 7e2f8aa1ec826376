"""A model's lists for every user: the same answers as the model's own, from arrays alone."""

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from functions.lists.ready_lists_scorer import ReadyListsScorer
from tests.training.datasets import SIZE, checkerboard, fashions, recipe, tables
from training import memory
from training.batch import Batch, offline_name
from training.data.tables import Tables
from training.evaluation import gate
from training.interactions import Events
from training.over_users import over_users
from training.ready_lists import Lists, ranked
from training.recipe import ModelSection
from training.refresh import Refresh
from training.report.card import card
from training.scorers import open_recommender
from training.selfcheck import check, check_in_fresh_process
from training.train import Training
from training.visual import VisualAnalyzer
from warmstart.artifact import Artifact
from warmstart.errors import DataError, Incompatible, SettingsError
from warmstart.histories import Event
from warmstart.ids import Id
from warmstart.manifest import ARRAYS
from warmstart.recommender import Ask, Recommendation, Recommender
from warmstart.scorer import Rows

MODELS = {
    "als": ModelSection("als", "als", {"factors": 2, "alpha": 5.0, "iterations": 10}),
    "ease": ModelSection("ease", "ease", {}),
    "popular": ModelSection("popular", "popular", {}),
    "random": ModelSection("random", "random", {}),
    "timed": ModelSection("timed", "item_knn", {"history_half_life": 20.0, "trend_power": 0.5}),
}
Pair = tuple[Recommender, Recommender, Path]


def offline(folder: Path, model: ModelSection, table: Tables, **options: int) -> Pair:
    """Return a model of a table, opened, what its lists serve, and where these lie."""
    manifest = Training(recipe(model), table).fit_whole(model, folder / "source")
    job = Batch(folder / "source", manifest, **options)
    sealed = job.seal(job.lists(), folder / "lists", offline_name(model.name))
    return open_recommender(folder / "source", manifest), open_recommender(folder / "lists", sealed), folder / "lists"


@pytest.fixture(params=[False, True], ids=["integer ids", "string ids"], scope="module")
def strings(request: pytest.FixtureRequest) -> bool:
    """Return whether ids are strings."""
    return bool(request.param)


@pytest.fixture(params=MODELS, scope="module")
def pair(request: pytest.FixtureRequest, strings: bool, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    """Return each model of the checkerboard in turn, online and offline."""
    return offline(tmp_path_factory.mktemp("batch"), MODELS[request.param], checkerboard(strings=strings))


def named(letter: str, number: int, recommender: Recommender) -> Id:
    """Name a user or an item as the table does."""
    return f"{letter}{number}" if recommender.manifest.id_bound is None else number


def same(mine: Recommendation, theirs: Recommendation) -> bool:
    """Compare what answers hold, but for reasons and trends, which a ready list has not."""
    held = [(a.source, a.items, a.ignored_items, [(d.source, d.users) for d in a.details]) for a in (mine, theirs)]
    scores = [[d.score or 0.0 for d in a.details] for a in (mine, theirs)]
    return held[0] == held[1] and scores[0] == pytest.approx(scores[1], rel=1e-4, abs=1e-5)


def untied(answer: Recommendation) -> Recommendation:
    """Sort an answer by score, and by id where two scores differ in the last bits."""
    chosen = [detail for detail in answer.details if detail.score is not None]
    details = sorted(chosen, key=lambda d: (-round(d.score or 0.0, 4), str(d.item_id))) + answer.details[len(chosen) :]
    return answer._replace(items=[d.item_id for d in details], details=details)


@pytest.mark.parametrize("k", [1, 10, 100])
def test_online_and_offline_are_the_same(pair: Pair, k: int) -> None:
    """Every user, known or not, gets the same list, in the same order but for scores that differ in their last bits."""
    online, ready, _ = pair
    barred = [named("i", number, online) for number in range(8)]
    for user in (named("u", number, online) for number in range(SIZE)):
        for ask in (Ask(user_id=user, k=k, explain=True), Ask(user_id=user, k=k, exclude=barred, explain=True)):
            mine, theirs = ready.recommend(ask), online.recommend(ask)
            assert same(untied(mine), untied(theirs)) or _tied_at_the_end(mine, theirs)
            assert mine.source == theirs.source


def _tied_at_the_end(mine: Recommendation, theirs: Recommendation) -> bool:
    """Return whether the lists differ only in which of some equal scores they cut off."""
    scores = [[d.score or 0.0 for d in answer.details] for answer in (mine, theirs)]
    last = scores[1][-1]
    firm = [{d.item_id for d in a.details if (d.score or 0.0) > last + 1e-4} for a in (mine, theirs)]
    return scores[0] == pytest.approx(scores[1], abs=1e-5) and firm[0] == firm[1]


def test_a_list_is_in_the_order_in_which_it_was_made(pair: Pair) -> None:
    """What is served is the model's ranking of many, item by item and bit by bit."""
    online, ready, _ = pair
    rankings = online.rankings(np.arange(SIZE, dtype=np.int32), 100)
    assert any(ranking is not None for ranking in rankings) == (online.manifest.model != "popular")
    for user_id, ranking in zip(online.user_ids.external(np.arange(SIZE, dtype=np.int32)), rankings, strict=True):
        answer = ready.recommend(Ask(user_id=user_id, k=7, explain=True))
        if ranking is not None:
            assert answer.rows[: len(ranking.rows)].tolist() == ranking.rows[:7].tolist()
            kept = [detail.score for detail in answer.details if detail.score is not None]
            assert kept == ranking.scores.astype(np.float32)[:7].tolist()


def test_who_is_unknown_gets_what_the_model_has_for_them(pair: Pair) -> None:
    """Nobody, and ids that training did not see, get the fallback offline where they get it online."""
    online, ready, _ = pair
    for ask in (Ask(k=5, explain=True), Ask(user_id=named("u", 10**6, ready), k=5, explain=True)):
        answer = ready.recommend(ask)
        assert same(answer, online.recommend(ask))
        assert answer.source == ("model" if ready.manifest.params["of"] == "random" else "popular")


@pytest.fixture(scope="module")
def ranked_cold(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    """Return two stages whose ranker answers who has no history."""
    stages = tuple(ModelSection(name, name, {}) for name in ("item_knn", "ease"))
    settings = {"min_rows": 20, "candidates": 10, "trees": 20, "cold": "ranker"}
    return offline(tmp_path_factory.mktemp("cold"), ModelSection("cold", "two_stage", settings, stages), fashions())


def test_whom_a_ranker_answers_without_a_history_its_lists_answer_too(ranked_cold: Pair) -> None:
    """Ids that training did not see, and nobody, get the same list from the same source."""
    online, ready, folder = ranked_cold
    check_in_fresh_process(folder, ready.manifest)
    barred = online.recommend(Ask(k=3)).items
    for user in (None, 10**6, 3):
        for k in (1, 5, 10, 30):
            ask = Ask(user_id=user, k=k, explain=True)
            assert same(ready.recommend(ask), online.recommend(ask))
    assert [ready.recommend(Ask(user_id=10**6, k=k)).source for k in (5, 30)] == ["model", "mixed"]
    assert not set(ready.recommend(Ask(user_id=10**6, exclude=barred)).items) & set(barred)


def test_what_an_unknown_person_brings_only_excludes(ranked_cold: Pair) -> None:
    """A history is left out of the list of the unknown, and features change nothing of it."""
    _, ready, _ = ranked_cold
    before = ready.recommend(Ask(k=5)).items
    history = [Event(before[0])]
    answer = ready.recommend(Ask(user_id=10**6, k=4, history=history, features={"kind": "even"}))
    assert (answer.source, answer.items) == ("model", before[1:])


def test_only_is_looked_for_in_the_list(pair: Pair) -> None:
    """Nothing else comes, what the list holds of it comes first, and the fallback fills the rest."""
    _, ready, _ = pair
    allowed = [named("i", number, ready) for number in range(10, 30)]
    for number in range(SIZE):
        user = named("u", number, ready)
        listed = ready.recommend(Ask(user_id=user, k=100))
        answer = ready.recommend(Ask(user_id=user, k=8, only=allowed))
        assert set(answer.items) <= set(allowed)
        if listed.source == "model":
            assert answer.items == [item for item in listed.items if item in set(allowed)][:8]


def test_a_history_of_a_request_is_excluded(pair: Pair) -> None:
    """It changes nothing else of the list, and unknown items of it are counted."""
    _, ready, _ = pair
    user = named("u", 3, ready)
    before = ready.recommend(Ask(user_id=user, k=10)).items
    history = [Event(before[0]), Event(before[2]), Event(named("i", 10**6, ready))]
    answer = ready.recommend(Ask(user_id=user, k=8, history=history))
    assert answer.items == [item for item in before if item not in (before[0], before[2])]
    assert answer.ignored_items == 1


def test_a_fresh_process_serves_the_lists(pair: Pair) -> None:
    """The self-check that publishing runs accepts them, and nothing of the model's own is in them."""
    _, ready, folder = pair
    check_in_fresh_process(folder, ready.manifest)
    assert Artifact.open(folder, ready.manifest).names & {"item_vectors", "weights_targets", "trend"} == set()


def test_who_has_no_history_has_no_list(tmp_path: Path) -> None:
    """A user whom the model leaves to the fallback is left to it here too, and so is what a short list lacks."""
    table = tables([0, 0, 1, 1, 2], [0, 1, 1, 2, 3])
    online, ready, _ = offline(tmp_path, MODELS["ease"], table)
    sources = [[r.recommend(Ask(user_id=user, k=4)) for user in range(4)] for r in (online, ready)]
    assert [(a.source, a.items) for a in sources[0]] == [(a.source, a.items) for a in sources[1]]
    assert {"popular", "mixed"} <= {answer.source for answer in sources[0]}


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


def test_the_manifest_says_whose_lists_they_are(tmp_path: Path) -> None:
    """Metrics, fold, data and fallback are the model's; the gate, the card and the analyzer take it as any version."""
    model = MODELS["als"]
    manifest = Training(recipe(model), checkerboard()).train(model, tmp_path / "source")
    job = Batch(tmp_path / "source", manifest, k=20)
    sealed = job.seal(job.lists(), tmp_path / "lists", "als_offline")
    assert sealed.params == {"k": 20, "of": "als", "version": manifest.version}
    assert (sealed.model, sealed.family, sealed.scorer) == ("als_offline", "lists", ReadyListsScorer.name)
    same = ("algorithm", "metrics", "measured_on", "dataset", "seed", "id_bound", "fallback", "personal")
    assert all(getattr(sealed, name) == getattr(manifest, name) for name in same)
    gate.check(sealed)
    assert f"made ready by `als` version `{manifest.version}`" in card(json.loads(sealed.to_json()))
    recommender = open_recommender(tmp_path / "lists", sealed)
    assert VisualAnalyzer(Events.of(checkerboard()), {"als_offline": recommender}).users([3]).to_html("lists")


def test_a_model_that_the_gate_refuses_is_refused_as_lists(tmp_path: Path) -> None:
    """What was not measured has not earned it in another form either."""
    _, ready, _ = offline(tmp_path, MODELS["als"], checkerboard())
    with pytest.raises(gate.GateRefused, match="als_offline"):
        gate.check(ready.manifest)


def test_lists_are_neither_refreshed_nor_listed_again(tmp_path: Path) -> None:
    """Both say what to do in their place."""
    _, ready, folder = offline(tmp_path, MODELS["als"], checkerboard())
    version = Artifact.open(folder, ready.manifest)
    with pytest.raises(DataError, match=r"lists that als has made: refresh als, and `warmstart batch als` again"):
        Refresh(recipe(MODELS["als"]), checkerboard(), version)
    with pytest.raises(SettingsError, match="is lists already, of als"):
        Batch(folder, ready.manifest)


def test_what_does_not_fit_into_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is ranked."""
    monkeypatch.setattr(memory, "available", lambda: 1000)
    with pytest.raises(DataError, match="lists of 1,600 items needs"):
        offline(tmp_path, MODELS["popular"], checkerboard())


def test_a_name_has_64_characters_at_most() -> None:
    """The suffix counts."""
    assert offline_name("a" * 56) == "a" * 56 + "_offline"
    with pytest.raises(SettingsError, match="over 64 characters"):
        offline_name("a" * 57)


Arrays = dict[str, NDArray[np.generic]]


@pytest.mark.parametrize(
    "broken",
    [
        lambda arrays: arrays.pop("list_rows"),
        lambda arrays: arrays.pop("list_scores"),
        lambda arrays: arrays.pop("list_indptr"),
        lambda arrays: arrays.update(list_rows=arrays["list_rows"].astype(np.int64)),
        lambda arrays: arrays.update(list_scores=arrays["list_scores"][1:]),
        lambda arrays: arrays.update(list_scores=arrays["list_scores"].astype(np.float64)),
        lambda arrays: arrays.update(list_indptr=arrays["list_indptr"][:-1]),
        lambda arrays: arrays.update(list_indptr=arrays["list_indptr"] + 1),
    ],
)
def test_arrays_that_do_not_fit_are_refused_when_opened(broken: Callable[[Arrays], None], tmp_path: Path) -> None:
    """Missing, of another type, or of another length: opening says so."""
    _, ready, folder = offline(tmp_path, MODELS["als"], checkerboard())
    arrays: Arrays = load_file(folder / ARRAYS)
    broken(arrays)
    save_file(arrays, folder / ARRAYS)
    with pytest.raises(Incompatible):
        open_recommender(folder, ready.manifest)


@pytest.mark.parametrize(("name", "place", "value"), [("list_rows", 5, SIZE), ("list_indptr", 3, 0)])
def test_lists_of_what_does_not_exist_are_never_published(name: str, place: int, value: int, tmp_path: Path) -> None:
    """The self-check reads every row and every start."""
    _, ready, folder = offline(tmp_path, MODELS["als"], checkerboard())
    (folder / "manifest.json").write_bytes(ready.manifest.to_json())
    arrays: Arrays = load_file(folder / ARRAYS)
    arrays[name][place] = value
    save_file(arrays, folder / ARRAYS)
    with pytest.raises(Incompatible, match="list_rows names what does not exist"):
        check(folder)


def test_segments_are_carried_over(tmp_path: Path) -> None:
    """Whom a segment's order answers online, it answers offline."""
    users = [*range(120)]
    features = pl.DataFrame({"user_id": users, "sex": ["f" if u % 2 else "m" for u in users]})
    table = tables(users * 2, [u % 2 * 3 + u % 3 for u in users] + [6] * 120, features=features)
    model = MODELS["popular"]
    manifest = Training(recipe(model, segments=("sex",)), table).fit_whole(model, tmp_path / "source")
    job = Batch(tmp_path / "source", manifest)
    ready = open_recommender(tmp_path / "lists", job.seal(job.lists(), tmp_path / "lists", "popular_offline"))
    online = open_recommender(tmp_path / "source", manifest)
    asks = [*(Ask(user_id=user, k=3) for user in users[:6]), Ask(features={"sex": "f"}, k=3)]
    answers = [[(a.source, a.items) for a in r.recommend_many(asks)] for r in (online, ready)]
    assert answers[0] == answers[1]
    assert answers[0][-1][0] == "popular:sex_f"
