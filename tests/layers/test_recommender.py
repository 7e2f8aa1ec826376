"""External ids in and out: exactly k, none seen, none twice, and the source says who chose."""

from pathlib import Path
from typing import Any

import pytest

from tests.layers.artifacts import (
    COLD,
    LAST_EVENT,
    N_ITEMS,
    N_USERS,
    TREND,
    BatchScorer,
    DotScorer,
    OddScorer,
    RisenScorer,
    Spec,
    item,
    liked,
    open_recommender,
    popular,
    seen_by,
    user,
)
from warmstart.errors import ItemNotFound, SimilarNotSupported, UserNotFound
from warmstart.histories import Event
from warmstart.ids import Id
from warmstart.recommender import Ask, Recommender

SPECS = [Spec(), Spec(strings=True)]


@pytest.fixture(params=SPECS, ids=["integers", "strings"])
def spec(request: pytest.FixtureRequest) -> Spec:
    """An artifact, once with integer and once with string ids."""
    found: Spec = request.param
    return found


@pytest.fixture
def model(spec: Spec, tmp_path: Path) -> Recommender:
    """The artifact, opened."""
    return open_recommender(tmp_path, spec)


def unseen(spec: Spec, number: int) -> set[Id]:
    """What a user has not had."""
    return {item(spec, n) for n in range(N_ITEMS)} - {item(spec, n) for n in seen_by(number)}


@pytest.mark.parametrize("number", range(N_USERS))
@pytest.mark.parametrize("k", [1, 4, 10, 100])
def test_exactly_k_none_seen_none_twice(spec: Spec, model: Recommender, number: int, k: int) -> None:
    """While there are k unseen items there are k answers, and otherwise all that are left."""
    items = model.recommend(Ask(user_id=user(spec, number), k=k)).items
    assert len(items) == len(set(items)) == min(k, len(unseen(spec, number)))
    assert set(items) <= unseen(spec, number)


@pytest.mark.parametrize("number", range(COLD))
def test_the_model_s_order_is_kept(spec: Spec, model: Recommender, number: int) -> None:
    """Even users get even items first, odd users odd ones, the best in front."""
    found = model.recommend(Ask(user_id=user(spec, number), k=4))
    assert (found.items, found.source) == (liked(spec, number), "model")


def test_the_unknown_get_the_fallback_in_its_order(spec: Spec, model: Recommender) -> None:
    """Without a user, with one that training did not see, and with one without a history."""
    stranger = "nobody" if spec.strings else 999_999
    for ask in (Ask(), Ask(user_id=stranger), Ask(user_id=user(spec, COLD))):
        found = model.recommend(ask)
        assert (found.items, found.source) == (popular(spec)[:10], "popular")


def test_a_segment_is_named(tmp_path: Path) -> None:
    """Who is known by features gets the segment's order, and the source says which."""
    model = open_recommender(tmp_path, Spec(segments=True))
    found = model.recommend(Ask(features={"age": "25_34", "sex": "f"}, k=3))
    assert (found.source, found.items) == ("popular:age_25_34,sex_f", [100, 101, 102])


def test_what_the_model_leaves_open_the_fallback_fills(tmp_path: Path) -> None:
    """One item of the model, the rest in the fallback's order, none twice: a mixed answer."""
    spec = Spec(scorer="odd")
    model = open_recommender(tmp_path, spec, OddScorer)
    found = model.recommend(Ask(user_id=user(spec, 1), k=4, explain=True))
    assert found.source == "mixed"
    assert found.items == [item(spec, n) for n in (0, 11, 10, 9)]
    assert [detail.source for detail in found.details] == ["model", "popular", "popular", "popular"]
    assert [detail.score is None for detail in found.details] == [False, True, True, True]


def test_a_history_of_the_request_counts(spec: Spec, model: Recommender) -> None:
    """A stranger who brings an odd item gets odd items, without it; what is not known is counted and ignored."""
    unknown: list[Id] = ["nothing", 10**12]
    history = [Event(item(spec, 3)), *(Event(other) for other in unknown)]
    found = model.recommend(Ask(history=history, k=5))
    assert found.items == [item(spec, n) for n in (1, 5, 7, 9, 11)]
    assert (found.source, found.ignored_items) == ("model", 2)


def test_a_history_of_unknown_items_is_none(spec: Spec, model: Recommender) -> None:
    """Where no event is known the answer is as without a history."""
    found = model.recommend(Ask(history=[Event("nothing")]))
    assert (found.source, found.ignored_items) == ("popular", 1)


def test_a_history_of_the_request_is_added_to_the_stored_one(spec: Spec, model: Recommender) -> None:
    """Neither what was had before nor what was had just now comes back."""
    new = item(spec, 4)
    for timestamp in (None, LAST_EVENT + 1):
        found = model.recommend(Ask(user_id=user(spec, 0), history=[Event(new, timestamp=timestamp)], k=N_ITEMS))
        assert set(found.items) == unseen(spec, 0) - {new}


def test_excluded_items_do_not_appear(spec: Spec, model: Recommender) -> None:
    """What is excluded is left out by model and fallback alike; unknown ids do not matter."""
    gone = [item(spec, n) for n in (11, 9, 4)]
    for user_id in (user(spec, 0), None):
        found = model.recommend(Ask(user_id=user_id, exclude=[*gone, "nothing", -1], k=N_ITEMS))
        assert not set(gone) & set(found.items)
        assert len(found.items) == N_ITEMS - 3 - (2 if user_id is not None else 0)


def test_only_the_given_items_appear(spec: Spec, model: Recommender) -> None:
    """A choice is ranked by model or fallback, without what was seen and what is excluded."""
    only = [item(spec, n) for n in (0, 6, 7, 8)]
    known = model.recommend(Ask(user_id=user(spec, 0), only=[*only, "nothing"], exclude=[item(spec, 8)]))
    assert known.items == [item(spec, n) for n in (6, 7)]
    assert model.recommend(Ask(only=only)).items == [item(spec, n) for n in (8, 7, 6, 0)]


@pytest.mark.parametrize("known", [True, False])
def test_nothing_allowed_is_an_empty_answer(spec: Spec, model: Recommender, known: bool) -> None:
    """No choice, a choice of strangers, or everything excluded: no items, and no error."""
    user_id = user(spec, 0) if known else None
    everything = [item(spec, n) for n in range(N_ITEMS)]
    for ask in (
        Ask(user_id=user_id, only=[]),
        Ask(user_id=user_id, only=["nothing", 5]),
        Ask(user_id=user_id, exclude=everything),
        Ask(user_id=user_id, only=everything[:1], exclude=everything[:1]),
    ):
        found = model.recommend(ask)
        assert (found.items, found.source) == ([], "popular")


@pytest.mark.parametrize(
    ("strings", "bad"), [(False, ["10", "", "user-1", -1, 10**9 + 1, 2**70]), (True, [0, 10, -1, 2**70])]
)
def test_ids_outside_the_domain_are_not_found(tmp_path: Path, strings: bool, bad: list[Id]) -> None:
    """The other type, a negative number, or one over the bound is no user of this model; the bound itself is."""
    model = open_recommender(tmp_path, Spec(strings=strings))
    for user_id in bad:
        with pytest.raises(UserNotFound):
            model.recommend(Ask(user_id=user_id))
        with pytest.raises(UserNotFound):
            model.user_row(user_id)
    if not strings:
        assert [model.user_row(edge) for edge in (0, 10**9)] == [-1, -1]


def test_stored_histories_are_counted(spec: Spec, model: Recommender) -> None:
    """As many as were had, and none for strangers."""
    assert [model.seen_count(user(spec, n)) for n in range(N_USERS)] == [2] * COLD + [0]
    assert model.seen_count("nobody" if spec.strings else 5) == 0


@pytest.mark.parametrize("scorer", [DotScorer, BatchScorer])
def test_many_at_once_are_each_alone(spec: Spec, tmp_path: Path, scorer: type[Any]) -> None:
    """Answers to many are those to each, in order, whether or not the scorer has a way for many."""
    model = open_recommender(tmp_path, spec, scorer)
    asks = [
        *(Ask(user_id=user(spec, n), k=n + 1, explain=n % 2 == 0) for n in range(N_USERS)),
        Ask(history=[Event(item(spec, 3)), Event("nothing")]),
        Ask(user_id=user(spec, 2), only=[item(spec, 5), item(spec, 8)]),
        Ask(),
    ]
    one_by_one = [model.recommend(ask) for ask in asks]
    together = model.recommend_many(asks)
    assert [found._replace(rows=found.rows.tolist()) for found in together] == [
        found._replace(rows=found.rows.tolist()) for found in one_by_one
    ]
    assert model.recommend_many([]) == []


def test_rows_are_those_of_the_items(spec: Spec, model: Recommender) -> None:
    """Evaluation reads rows, clients read ids, and both are the same items."""
    found = model.recommend(Ask(user_id=user(spec, 1), k=8))
    assert model.item_ids.external(found.rows) == found.items


def test_alike_items_are_found(spec: Spec, model: Recommender) -> None:
    """Items of the same parity come first, never the item itself."""
    items = model.similar(item(spec, 2), 5)
    assert items == [item(spec, n) for n in (0, 4, 6, 8, 10)]


def test_unknown_items_have_none_alike(spec: Spec, model: Recommender) -> None:
    """An id that is no item is not found."""
    for other in ("nothing", 5, -1):
        with pytest.raises(ItemNotFound):
            model.similar(other, 5)


def test_some_models_do_not_know_what_is_alike(tmp_path: Path) -> None:
    """A scorer without similar items says so, for known and unknown items."""
    model = open_recommender(tmp_path, Spec(scorer="odd"), OddScorer)
    for other in (100, 5):
        with pytest.raises(SimilarNotSupported):
            model.similar(other, 5)


def test_reasons_are_given_when_asked_for(spec: Spec, model: Recommender) -> None:
    """Each item with its score, the event behind it, and how many people had it."""
    found = model.recommend(Ask(user_id=user(spec, 0), k=4, explain=True))
    assert [detail.item_id for detail in found.details] == found.items
    assert {tuple(detail.because) for detail in found.details} == {((item(spec, 2), 1.0),)}
    scores = [detail.score for detail in found.details]
    assert scores == sorted(scores, reverse=True)  # type: ignore[type-var]
    seen = model.recommend(Ask(only=[item(spec, 0), item(spec, 11)], explain=True)).details
    assert {detail.item_id: detail.users for detail in seen} == {item(spec, 0): 3, item(spec, 11): 0}
    assert model.recommend(Ask(user_id=user(spec, 0))).details == []


@pytest.mark.parametrize(("k", "risen"), [(1, [4]), (2, [4, 6]), (3, [4]), (4, [])])
def test_what_only_the_trend_brought_says_so(tmp_path: Path, k: int, risen: list[int]) -> None:
    """Of 4, 6, 8, 10, which are in the other order without the trend, those are marked that it brings among the k."""
    spec = Spec(arrays=TREND)
    details = open_recommender(tmp_path, spec, RisenScorer).recommend(Ask(user_id=user(spec, 0), k=k, explain=True))[-1]
    assert [detail.item_id for detail in details if detail.trend] == [item(spec, n) for n in risen]


@pytest.mark.parametrize(
    ("arrays", "explain", "rankings"), [(TREND, True, 2), (TREND, False, 1), (None, True, 1), (None, False, 1)]
)
def test_the_trend_is_left_out_only_to_explain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arrays: dict[str, Any] | None, explain: bool, rankings: int
) -> None:
    """A second ranking is made where reasons are asked for and the artifact has a trend, and nowhere else."""
    spec, ranked, rank = Spec(arrays=arrays), [], DotScorer.rank
    monkeypatch.setattr(DotScorer, "rank", lambda self, query: ranked.append(query) or rank(self, query))
    open_recommender(tmp_path, spec, RisenScorer).recommend(Ask(user_id=user(spec, 0), explain=explain))
    assert len(ranked) == rankings
