"""What the kNN family's artifacts do alike: a history is a history, whoever has it and wherever it lies."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from safetensors.numpy import load_file

from tests.functions.conftest import Draft
from tests.training.datasets import DAY, recipe, tables
from training.algorithms import orders
from training.recipe import ModelSection
from training.scorers import open_recommender
from training.train import Training
from warmstart.histories import Event
from warmstart.ids import Id
from warmstart.manifest import ARRAYS
from warmstart.recommender import Ask, Recommendation, Recommender

MODELS = ("item_knn", "user_knn", "ease", "rp3beta")
N_USERS, N_ITEMS = 24, 18
ALONE = N_ITEMS  # the one item of the one user who had nothing else
COLD = N_USERS + 1  # has features, and no history
STRANGER = 10**6
AGES = {0: {"age": "young"}, 1: {"age": "old"}, COLD: {"age": "young"}}


class Made:
    """A random table and a model of it; users and items are called by numbers here, as the table has it there."""

    def __init__(self, model: str, folder: Path, *, strings: bool, settings: dict[str, Any]) -> None:
        rng = np.random.default_rng(3)
        self.had = rng.random((N_USERS, N_ITEMS)) < np.linspace(0.6, 0.15, N_ITEMS)
        self.had[:, 0] |= ~self.had.any(axis=1)
        users, items = self.had.nonzero()
        users, items = np.append(users, N_USERS), np.append(items, ALONE)
        self.weights = {
            (u, i): float(w) for u, i, w in zip(users, items, rng.integers(1, 9, len(users)) / 2, strict=True)
        }
        self.times = {
            pair: DAY * day for pair, day in zip(self.weights, rng.permutation(len(users)).tolist(), strict=True)
        }
        self.strings = strings
        known = pl.DataFrame(
            {"user_id": [self.user(user) for user in AGES], "age": [age["age"] for age in AGES.values()]}
        )
        table = tables(
            users,
            items,
            weights=[*self.weights.values()],
            strings=strings,
            features=known,
            times=[*self.times.values()],
        )
        section = ModelSection(model, model, settings)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(orders, "MIN_SEGMENT_USERS", 1)
            manifest = Training(recipe(section, segments=("age",)), table).fit_whole(section, folder)
        self.recommender: Recommender = open_recommender(folder, manifest)

    def user(self, number: int) -> Id:
        """Name a user as the table does."""
        return f"u{number}" if self.strings else number

    def item(self, number: int) -> Id:
        """Name an item as the table does."""
        return f"i{number}" if self.strings else number

    def history(self, user: int) -> list[Event]:
        """Return a stored history as a request would bring it."""
        items = np.flatnonzero(self.had[user]).tolist()
        return [Event(self.item(i), self.weights[user, i], self.times[user, i]) for i in items]

    def recommend(self, **asked: Any) -> Recommendation:
        """Ask, with reasons."""
        return self.recommender.recommend(Ask(**{"k": N_ITEMS, "explain": True, **asked}))


@pytest.fixture(params=[False, True], ids=["integer ids", "string ids"], scope="module")
def strings(request: pytest.FixtureRequest) -> bool:
    """Return whether ids are strings."""
    return bool(request.param)


SETTINGS: dict[str, dict[str, Any]] = {
    "": {},
    "weighed": {"binary": False},
    "timed": {"history_half_life": 20.0, "trend_half_life": 50.0, "trend_power": 0.5},
}


@pytest.fixture(
    params=[*MODELS, *(f"{model}-timed" for model in MODELS), "item_knn-weighed", "ease-weighed", "rp3beta-weighed"],
    scope="module",
)
def made(request: pytest.FixtureRequest, strings: bool, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Return each algorithm's model, also with ages that count, and those that can with weights."""
    model, _, kind = request.param.partition("-")
    settings = SETTINGS[kind]
    return Made(model, tmp_path_factory.mktemp("knn"), strings=strings, settings=settings)


def scored(answer: Recommendation) -> list[tuple[Id, float | None, str, int | None, list[Any]]]:
    """Return all that an answer says but how many users had an item."""
    return [(d.item_id, d.score, d.source, d.neighbours, d.because) for d in answer.details]


def test_a_history_of_a_request_answers_as_a_stored_one(made: Made) -> None:
    """Items, scores, sources and reasons are the same, to the last bit."""
    for user in range(N_USERS):
        stored, brought = (
            made.recommend(user_id=made.user(user)),
            made.recommend(history=made.history(user), features=AGES.get(user, {})),
        )
        assert scored(brought) == scored(stored)


@pytest.mark.parametrize("users_per_item", [3, 10_000])
def test_a_twin_takes_no_neighbour_s_place(tmp_path: Path, users_per_item: int) -> None:
    """Of few neighbours none is lost to a stored user who has had exactly what the request brings, sampled or not."""
    made = Made("user_knn", tmp_path, strings=False, settings={"k": 4, "users_per_item": users_per_item})
    for user in range(N_USERS):
        stored, brought = (
            made.recommend(user_id=user),
            made.recommend(history=made.history(user), features=AGES.get(user, {})),
        )
        assert scored(brought) == scored(stored)


def test_who_had_nothing_else_takes_no_neighbour_s_place(draft: Draft) -> None:
    """However many had just the item of a history, those who had another one too are asked."""
    alone, others = range(50), range(50, 53)
    pairs = [*((user, 0) for user in alone), *((user, item) for user in others for item in (0, 1))]
    recommender = draft("user_knn", tables(*zip(*pairs, strict=True)))[0]
    answer = recommender.recommend(Ask(history=[Event(0)], k=1, explain=True))
    assert (answer.items, answer.source, answer.details[0].neighbours) == ([1], "model", 3)


def test_those_that_a_sample_leaves_out_of_lists_are_judged_by_all_they_had(tmp_path: Path) -> None:
    """Of a sampled list no place is lost to who had only what the history has, and none taken from who had more."""
    nothing_else, others = range(40), range(40, 120)
    had = dict.fromkeys(nothing_else, (0, 1)) | {user: (0, 1, 2) if user < 80 else (0, 3) for user in others}
    pairs = [(user, item) for user, items in had.items() for item in items]
    section = ModelSection("user_knn", "user_knn", {"k": 25, "users_per_item": 30})
    manifest = Training(recipe(section), tables(*zip(*pairs, strict=True))).fit_whole(section, tmp_path)
    lists = load_file(tmp_path / ARRAYS)
    of_0, of_1 = (
        {*lists["item_users"][lists["item_indptr"][i] : lists["item_indptr"][i + 1]].tolist()} for i in (0, 1)
    )
    assert (of_1 - of_0) & {*nothing_else}
    answer = open_recommender(tmp_path, manifest).recommend(Ask(history=[Event(0), Event(1)], k=2, explain=True))
    found = [detail.neighbours or 0 for detail in answer.details]
    assert ({*answer.items}, sum(found)) == ({2, 3}, min(25, len((of_0 | of_1) & {*others})))


def test_order_and_repetition_are_no_part_of_a_history(made: Made) -> None:
    """The same events from the last to the first, and each in two halves, give the same items and scores."""
    for user in range(N_USERS):
        whole = made.history(user)
        halves = [event._replace(weight=(event.weight or 0) / 2) for event in (*whole, *reversed(whole))]
        expected = scored(made.recommend(history=whole))
        assert scored(made.recommend(history=whole[::-1])) == expected
        assert scored(made.recommend(history=halves)) == expected


def test_a_known_user_s_new_events_join_the_stored_ones(made: Made) -> None:
    """A stored user who brings more gets what a stranger with all of it gets; one without a history likewise."""
    for user in range(0, N_USERS, 5):
        new = made.history((user + 1) % N_USERS)
        known = made.recommend(user_id=made.user(user), history=new)
        stranger = made.recommend(history=[*made.history(user), *new], features=AGES.get(user, {}))
        assert scored(known) == scored(stranger)
        cold = made.recommend(user_id=made.user(COLD), history=new)
        assert scored(cold) == scored(made.recommend(features=AGES[COLD], history=new))


def test_unknown_items_are_ignored_and_counted(made: Made) -> None:
    """They change nothing but the count."""
    history = made.history(2)
    with_unknown = made.recommend(history=[Event(made.item(STRANGER), 9.0), *history, Event(made.item(STRANGER + 1))])
    assert scored(with_unknown) == scored(made.recommend(history=history))
    assert with_unknown.ignored_items == 2


def test_nothing_known_is_the_fallback(made: Made) -> None:
    """Whoever has only items that training did not see gets what is popular, and each item says so."""
    answer = made.recommend(history=[Event(made.item(STRANGER))], k=5)
    popular = made.recommend(k=5)
    assert (answer.source, answer.ignored_items, answer.items) == ("popular", 1, popular.items)
    assert [part[1:] for part in scored(answer)] == [(None, "popular", None, [])] * 5


@pytest.mark.parametrize("stored", [True, False])
def test_a_history_without_neighbours_is_the_fallback(made: Made, stored: bool) -> None:
    """An item that goes with nothing speaks for nothing: the rest of what is popular comes, in its order."""
    asked = {"user_id": made.user(N_USERS)} if stored else {"history": [Event(made.item(ALONE))]}
    answer = made.recommend(**asked)
    assert answer.source == "popular"
    assert answer.items == [i for i in made.recommend(k=100).items if i != made.item(ALONE)]
    assert {(score, source) for _, score, source, _, _ in scored(answer)} == {(None, "popular")}


def test_what_the_model_leaves_open_is_filled_in_the_fallback_s_order(made: Made) -> None:
    """Exactly as many as are left, none seen or twice; the model's come first, then the others as they are popular."""
    mixed = 0
    for user in range(2, N_USERS):  # 0 and 1 have segments
        answer = made.recommend(user_id=made.user(user), k=100)
        seen = {event.item_id for event in made.history(user)}
        assert len(answer.items) == len(set(answer.items)) == N_ITEMS + 1 - len(seen)
        own = [item for item, score, source, _, _ in scored(answer) if source == "model" and score is not None]
        rest = [item for item in made.recommend(k=100).items if item not in {*own, *seen}]
        assert answer.items == own + rest
        assert {part[2] for part in scored(answer)[len(own) :]} <= {"popular"}
        assert answer.source == ("mixed" if rest and own else "model" if own else "popular")
        mixed += answer.source == "mixed"
    assert mixed


def test_cold_users_get_their_segment_s_list(made: Made) -> None:
    """Features known to training or given with the request choose it; without either there is one for all."""
    by_id, by_features = made.recommend(user_id=made.user(COLD)), made.recommend(features={"age": "young"})
    assert by_id.source == by_features.source == "popular:age_young"
    assert by_id.items == by_features.items
    assert made.recommend(user_id=made.user(STRANGER)).source == "popular"


def test_reasons_are_of_the_history_or_count_neighbours(made: Made) -> None:
    """Every item of the model's has some; shares are of items of the history and sum to 1 at most."""
    for user in range(N_USERS):
        seen = {event.item_id for event in made.history(user)}
        for _, score, _, neighbours, because in scored(made.recommend(user_id=made.user(user))):
            if score is None:
                assert (neighbours, because) == (None, [])
            elif made.recommender.manifest.algorithm == "user_knn":
                assert neighbours is not None
                assert (neighbours > 0, because) == (True, [])
            else:
                assert neighbours is None
                assert {item for item, _ in because} <= seen
                assert 0 < sum(share for _, share in because) <= 1 + 1e-6


def test_excluded_items_never_come_and_only_bounds(made: Made) -> None:
    """Within bounds the others keep their order and scores, and what the model leaves open is still filled."""
    barred, allowed = [made.item(n) for n in range(5)], [made.item(n) for n in range(3, 15)]
    for user in range(N_USERS):
        ask: dict[str, Any] = {"user_id": made.user(user), "k": 100}
        own = [part[:2] for part in scored(made.recommend(**ask)) if part[2] == "model"]
        bounded = made.recommend(**ask, exclude=barred, only=allowed)
        within = [part for part in own if part[0] in {*allowed} - {*barred}]
        assert [part[:2] for part in scored(bounded) if part[2] == "model"] == within
        assert {*bounded.items} == {*allowed} - {*barred} - {event.item_id for event in made.history(user)}


def test_an_item_is_not_like_itself(made: Made) -> None:
    """Alike items are at most k, each once, never the item asked for; one that goes with nothing has none."""
    for number in range(N_ITEMS):
        items = made.recommender.similar(made.item(number), 6)
        assert len(items) == len({*items}) <= 6
        assert made.item(number) not in items
    assert len(made.recommender.similar(made.item(0), 6)) == 6
    assert made.recommender.similar(made.item(ALONE), 6) == []
