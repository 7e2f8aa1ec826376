"""What a network makes of a history is what numpy makes of it, and what it cannot make is never an answer."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import helper

from functions.neural.encoder import BAG, MOST_ITEMS, OUTPUT, shares
from functions.neural.scorer import NeuralScorer
from tests.functions.encoders import (
    BASE,
    INPUTS,
    ITEMS,
    LENGTH,
    MATRIX,
    N_ITEMS,
    N_USERS,
    OF_FEATURES,
    D,
    Floats,
    bag_model,
    history,
    model_of,
    opened,
    query,
    sequence_model,
    write_draft,
)
from warmstart.histories import Event
from warmstart.recommender import Ask, Recommender
from warmstart.trend import softplus

HAD = [3, 17, 5, 3, 30]
RECENCY = np.array([0.1, 0.2, 0.5, 0.8, 1], np.float32)


def bagged(counts: dict[int, float], known: Floats | float = 0.0) -> Floats:
    """Return the vector of a bag, by numpy."""
    weights = np.array([*counts.values()])
    bag = (weights / np.sqrt((weights**2).sum())) @ INPUTS[[*counts]] + known
    return np.tanh(bag @ MATRIX).astype(np.float32)


def sequenced(rows: list[int], recency: Any = 1.0) -> Floats:
    """Return the vector of a sequence, by numpy."""
    events = INPUTS[rows] * np.reshape(recency, (-1, 1))
    return np.tanh((events[-1] + events.mean(axis=0)) @ MATRIX).astype(np.float32)


def check(scorer: NeuralScorer, asked: Any, vector: Floats) -> None:
    """Compare the ten best with the inner products of a vector."""
    ranking = scorer.rank(asked)
    assert ranking is not None
    products = ITEMS @ vector
    assert ranking.rows.tolist() == np.argsort(-products, kind="stable")[:10].tolist()
    np.testing.assert_allclose(ranking.scores, products[ranking.rows], rtol=1e-5)
    scores = scorer.scores(asked)
    assert scores is not None
    np.testing.assert_allclose(scores, softplus(products), rtol=1e-5)


def test_a_bag_is_what_numpy_makes_of_it(tmp_path: Path) -> None:
    """Items count their summed weights, over the length of all."""
    weights = np.array([1, 2, 0.5, 3, 1], np.float32)
    check(opened(tmp_path), query(HAD, weights=weights), bagged({3: 4, 17: 2, 5: 0.5, 30: 1}))


def test_a_binary_bag_leaves_weights_out(tmp_path: Path) -> None:
    """Every item counts one."""
    asked = query(HAD, weights=np.array([1, 2, 0.5, 3, 1], np.float32))
    check(opened(tmp_path, params={"binary": True}), asked, bagged(dict.fromkeys((3, 5, 17, 30), 1)))


def test_what_is_older_counts_less_in_a_bag(tmp_path: Path) -> None:
    """An item counts by the newest of its events."""
    check(opened(tmp_path), query(HAD, recency=RECENCY), bagged({3: 1.6, 17: 0.2, 5: 0.5, 30: 1}))


def test_a_sequence_is_what_numpy_makes_of_it(tmp_path: Path) -> None:
    """In its order, repeats too, and with one event or as many as are read."""
    scorer = opened(tmp_path, sequence_model())
    check(scorer, query(HAD), sequenced(HAD))
    check(scorer, query([4]), sequenced([4]))
    check(scorer, query(HAD[::-1]), sequenced(HAD[::-1]))


def test_only_the_newest_events_are_read(tmp_path: Path) -> None:
    """What came before the last LENGTH of them changes nothing."""
    scorer = opened(tmp_path, sequence_model())
    check(scorer, query([9, 8, 7, *HAD]), sequenced(HAD))
    assert len(HAD) == LENGTH


def test_what_is_older_counts_less_in_a_sequence(tmp_path: Path) -> None:
    """What an event puts in is multiplied by its recency."""
    recency = np.concatenate([np.full(3, 0.01, np.float32), RECENCY])
    check(opened(tmp_path, sequence_model()), query([9, 8, 7, *HAD], recency=recency), sequenced(HAD, RECENCY))


def test_known_features_are_added_to_the_bag(tmp_path: Path) -> None:
    """Stored ones, or what the request says in their place; a value that is not known adds nothing."""
    scorer = opened(tmp_path, features=True)
    counts = dict.fromkeys((3, 17, 30), 1.0)
    check(scorer, query([3, 17, 30], user=3), bagged(counts, OF_FEATURES[1]))
    check(scorer, query([3, 17, 30], features={"sex": "f"}), bagged(counts, OF_FEATURES[0]))
    check(scorer, query([3, 17, 30], features={"sex": "other"}), bagged(counts))


def test_features_alone_answer_the_cold_where_they_are_better(tmp_path: Path) -> None:
    """With the part that who has no history gets; in another version, and where nothing is known, nothing does."""
    scorer = opened(tmp_path / "answers", features=True, params={"cold": "features"})
    vector = np.tanh((OF_FEATURES[0] + BASE) @ MATRIX)
    check(scorer, query([], features={"sex": "f"}), vector)
    assert scorer.rank(query([])) is None
    assert scorer.scores(query([])) is None
    other = opened(tmp_path / "leaves it", features=True, params={"cold": "popular"})
    assert other.rank(query([], features={"sex": "f"})) is None


@pytest.mark.parametrize("kind", ["bag", "sequence", "hnsw"])
def test_a_batch_answers_as_one_does(tmp_path: Path, kind: str) -> None:
    """Rows and scores, whoever else is asked for and wherever nobody is known among them."""
    model = sequence_model() if kind == "sequence" else bag_model()
    scorer = opened(tmp_path, model, search="hnsw" if kind == "hnsw" else "exact")
    queries = [query(history(user), user=user, exclude=np.array(history(user), np.int32)) for user in range(N_USERS)]
    together = scorer.rank_many([*queries, query([1, 2], only=np.arange(9, dtype=np.int32))])
    assert together[N_USERS - 1] is None
    for asked, found in zip(queries[:-1], together, strict=False):
        alone = scorer.rank(asked)
        assert alone is not None
        assert found is not None
        assert alone.rows.tolist() == found.rows.tolist()
        np.testing.assert_allclose(alone.scores, found.scores, rtol=1e-5)
        assert not {*alone.rows.tolist()} & {*asked.history.tolist()}
    assert {*together[-1].rows.tolist()} == {*range(9)}  # type: ignore[union-attr]


@pytest.mark.parametrize("model", [bag_model, sequence_model])
def test_an_encoder_of_integers_answers_alike(tmp_path: Path, model: Any) -> None:
    """As onnxruntime's dynamic quantization writes it: near the same vector, and the same alone as in a batch."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(model(), tmp_path / "int8.onnx", weight_type=QuantType.QInt8)
    small = (tmp_path / "int8.onnx").read_bytes()
    assert b"MatMulInteger" in small
    scorer, plain = opened(tmp_path / "small", small), opened(tmp_path / "plain", model())
    queries = [query(history(user)) for user in range(N_USERS - 1)]
    for asked, found in zip(queries, scorer.rank_many(queries), strict=True):
        alone, vector = scorer.rank(asked), scorer._vector(asked)
        assert alone is not None
        assert found is not None
        assert alone.rows.tolist() == found.rows.tolist()
        np.testing.assert_allclose(alone.scores, found.scores, rtol=1e-5)
        np.testing.assert_allclose(vector, plain._vector(asked), atol=0.05)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["bag", "sequence"])
def test_an_index_finds_what_the_exact_search_finds(tmp_path: Path, kind: str) -> None:
    """Of so few items, all."""
    model = sequence_model() if kind == "sequence" else bag_model()
    exact = opened(tmp_path / "exact", model)
    near = opened(tmp_path / "near", model, search="hnsw")
    for user in range(N_USERS - 1):
        first, second = exact.rank(query(history(user))), near.rank(query(history(user)))
        assert first is not None
        assert second is not None
        assert first.rows.tolist() == second.rows.tolist()


def test_alike_is_whose_vectors_point_the_same_way(tmp_path: Path) -> None:
    """By the cosine of the items' vectors."""
    cosines = ITEMS @ ITEMS[7] / np.linalg.norm(ITEMS, axis=1) / np.linalg.norm(ITEMS[7])
    found = opened(tmp_path).similar(7, np.array([7], np.int32), 5)
    assert found.rows.tolist() == np.argsort(-cosines, kind="stable")[1:6].tolist()


def test_a_trend_multiplies_positive_scores(tmp_path: Path) -> None:
    """And the scorer without it has the plain order."""
    trend = np.linspace(0.1, 1, N_ITEMS).astype(np.float32)
    scorer = opened(tmp_path, arrays={"trend": trend})
    expected = softplus(ITEMS @ bagged({3: 1, 30: 1})) * trend
    ranking, scores = scorer.rank(query([3, 30])), scorer.scores(query([3, 30]))
    assert ranking is not None
    assert ranking.rows.tolist() == np.argsort(-expected, kind="stable")[:10].tolist()
    np.testing.assert_allclose(scores, expected, rtol=1e-5)
    check(scorer.without_trend(), query([3, 30]), bagged({3: 1, 30: 1}))


def test_a_reason_is_how_much_a_score_falls_without_an_item(tmp_path: Path) -> None:
    """Of a bag: falls are those of numpy, and those below 0 are left out."""
    scorer, rows = opened(tmp_path), np.arange(N_ITEMS, dtype=np.int32)
    counts = {3: 4.0, 5: 0.5, 17: 2.0, 30: 1.0}
    asked = query([*counts], weights=np.array([*counts.values()], np.float32))
    rest = [bagged({item: count for item, count in counts.items() if item != out}) for out in counts]
    falls = np.maximum(ITEMS @ (bagged(counts) - np.stack(rest)).T, 0)
    for row, reason in enumerate(scorer.because(asked, rows)):
        expected = dict(zip(counts, falls[row] / max(falls[row].sum(), 1e-9), strict=True))
        assert reason.shares.sum() <= 1 + 1e-6
        assert (np.diff(reason.shares) <= 0).all()
        for item, share in zip(reason.history.tolist(), reason.shares.tolist(), strict=True):
            assert share == pytest.approx(expected[item], abs=1e-4)
        if falls[row].max() > 1e-3:
            assert reason.history[0] == [*counts][int(np.argmax(falls[row]))]


def test_a_reason_of_a_sequence_leaves_out_all_events_of_an_item(tmp_path: Path) -> None:
    """And an older event takes their place."""
    scorer, row = opened(tmp_path, sequence_model()), np.arange(N_ITEMS, dtype=np.int32)
    whole = sequenced(HAD)
    rest = {3: [9, 17, 5, 30], 17: [9, 3, 5, 3, 30], 5: [9, 3, 17, 3, 30], 30: [9, 3, 17, 5, 3]}
    falls = {item: ITEMS @ (whole - sequenced(rows[-LENGTH:])) for item, rows in rest.items()}
    for place, reason in enumerate(scorer.because(query([9, *HAD]), row)):
        best = max(falls, key=lambda item: falls[item][place])
        if falls[best][place] > 1e-3:
            assert reason.history[0] == best
        assert set(reason.history.tolist()) <= {*HAD}


def test_the_only_item_is_the_whole_reason(tmp_path: Path) -> None:
    """However often it was had; nothing would be left without it."""
    for number, model in enumerate((bag_model(), sequence_model())):
        (reason,) = opened(tmp_path / str(number), model).because(query([8, 8]), np.array([1], np.int32))
        assert (reason.history.tolist(), reason.shares.tolist()) == ([8], [1])


def test_features_alone_have_no_reason(tmp_path: Path) -> None:
    """No event speaks for what they find; beside one event they take their part."""
    scorer, rows = opened(tmp_path, features=True, params={"cold": "features"}), np.arange(3, dtype=np.int32)
    assert all(not len(reason.history) for reason in scorer.because(query([], features={"sex": "f"}), rows))
    found = scorer.because(query([8], features={"sex": "f"}), rows)
    falls = ITEMS[:3] @ (bagged({8: 1}, OF_FEATURES[0]) - np.tanh(OF_FEATURES[0] @ MATRIX))
    assert [len(reason.history) for reason in found] == [int(fall > 0) for fall in falls]


def test_a_long_bag_leaves_out_what_counts_most(tmp_path: Path) -> None:
    """At most so many times does an explanation run the network."""
    scorer = opened(tmp_path)
    found = scorer._encoder.without_each(query(list(range(N_ITEMS)) * 2, weights=np.arange(80, dtype=np.float32)), None)
    assert len(found) == min(N_ITEMS, MOST_ITEMS)


@pytest.mark.parametrize("counts", [[0, 0], [np.inf, 1], [np.nan, 1], [1e200, 1e200]])
def test_shares_of_what_has_no_length_are_nothing(counts: list[float]) -> None:
    """No division by 0, and no NaN."""
    assert shares(np.array(counts)).tolist() == [0, 0]


def test_a_history_of_which_nothing_counts_is_not_known(tmp_path: Path) -> None:
    """What is known of the user is."""
    scorer, nothing = opened(tmp_path, features=True), np.zeros(2, np.float32)
    assert scorer.rank(query([3, 5], weights=nothing)) is None
    check(scorer, query([3, 5], weights=nothing, features={"sex": "f"}), np.tanh(OF_FEATURES[0] @ MATRIX))
    (reason,) = scorer.because(query([3, 5], weights=nothing), np.array([1], np.int32))
    assert not len(reason.history)


def infinite() -> Any:
    """Return an encoder that divides by the sum of what it is given, less 1: sqrt(1 - x) of the largest number."""
    nodes = [
        helper.make_node("ReduceMax", [BAG], ["most"], axes=[1], keepdims=1),
        helper.make_node("Sub", ["limit", "most"], ["left"]),
        helper.make_node("Log", ["left"], ["log"]),
        helper.make_node("MatMul", [BAG, "W"], ["x"]),
        helper.make_node("Add", ["x", "log"], [OUTPUT]),
    ]
    return model_of(nodes, W=MATRIX, limit=np.float32([[1.5]]))


def test_a_vector_that_is_not_finite_is_no_answer(tmp_path: Path) -> None:
    """The fallback answers, as it does for who is not known; the others of a batch get theirs."""
    inputs = INPUTS.copy()
    inputs[2], inputs[4] = 9, 0.5
    manifest = write_draft(tmp_path, infinite(), arrays={"input_vectors": inputs})
    recommender = Recommender.open(tmp_path, manifest, NeuralScorer)
    bad, good = Ask(history=[Event(2)], k=3, explain=True), Ask(history=[Event(4)], k=3)
    found = recommender.recommend_many([bad, good, Ask(k=3)])
    assert [answer.source for answer in found] == ["popular", "model", "popular"]
    assert recommender.recommend(bad).items == found[0].items
    assert recommender.scorer.scores(query([2])) is None  # type: ignore[attr-defined]
    assert recommender.scorer.because(query([2]), np.array([1], np.int32))[0].history.tolist() == []  # type: ignore[attr-defined]


def test_a_history_from_a_request_answers_as_a_stored_one(tmp_path: Path) -> None:
    """Somebody whom training did not see, with the same events."""
    recommender = Recommender.open(tmp_path, write_draft(tmp_path, sequence_model()), NeuralScorer)
    for user in range(N_USERS - 1):
        stored = recommender.recommend(Ask(user_id=user, k=5, explain=True))
        brought = recommender.recommend(Ask(history=[Event(item) for item in history(user)], k=5, explain=True))
        assert stored.source == "model"
        assert stored.items == brought.items
        assert [detail.because for detail in stored.details] == [detail.because for detail in brought.details]


def test_an_encoder_need_not_know_that_it_gives_one_vector(tmp_path: Path) -> None:
    """Exporters write a name where they cannot tell; opening it tells."""
    model = sequence_model()
    model.graph.output[0].CopyFrom(helper.make_tensor_value_info(OUTPUT, 1, ["one", D]))
    check(opened(tmp_path, model), query(HAD), sequenced(HAD))
