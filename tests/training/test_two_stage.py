"""Two stages from tables to answers: what is trained, what it is made of, and that it is worth it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from threadpoolctl import threadpool_limits

from functions.ranker.proposals import Proposals, Seen
from functions.ranker.scorer import TwoStageScorer
from tests.training.datasets import fashions, recipe
from training.algorithms.two_stage import TwoStage
from training.data.tables import Tables
from training.evaluation import gate
from training.evaluation.cross_validation import CrossValidator
from training.evaluation.folds import FoldPlan
from training.recipe import Fold, ModelSection
from training.scorers import open_recommender
from training.train import Training
from warmstart.errors import DataError, GateRefused
from warmstart.recommender import Ask, Recommender
from warmstart.scorer import Query

WEEK = Fold("time", 7)
STAGES = tuple(ModelSection(name, name, {"history_half_life": 14.0}) for name in ("item_knn", "ease", "user_knn"))
SETTINGS = {"min_rows": 20, "candidates": 10, "trees": 30}
RANKERS = ("lightgbm", "xgboost", "blend")


def section(ranker: str, **settings: int | str) -> ModelSection:
    """Name a model of two stages by its ranker."""
    return ModelSection(ranker, "two_stage", {**SETTINGS, "ranker": ranker, **settings}, STAGES)


@pytest.fixture(scope="module")
def table() -> Tables:
    """Return eight weeks of fashions, with something known of the users."""
    made = fashions()
    users = made.interactions["user_id"].unique().sort()
    features = pl.DataFrame({"user_id": users, "kind": ["even" if user % 2 == 0 else "odd" for user in users]})
    return Tables(made.interactions, features, None, sha256="0" * 64, set_aside=0)


@pytest.fixture(scope="module")
def drafts(table: Tables, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Recommender]:
    """Return a draft by each ranker."""
    training = Training(recipe(*map(section, RANKERS), fold=WEEK), table)
    found = {}
    for ranker in RANKERS:
        folder = tmp_path_factory.mktemp(ranker)
        found[ranker] = open_recommender(folder, training.fit_whole(section(ranker), folder))
    return found


def scorer_of(recommender: Recommender) -> TwoStageScorer:
    """Return the scorer by its own type."""
    assert isinstance(recommender.scorer, TwoStageScorer)
    return recommender.scorer


def everybody(recommender: Recommender) -> list[Ask]:
    """Ask for all users."""
    ids = recommender.user_ids.external(np.arange(len(recommender.user_ids), dtype=np.int32))
    return [Ask(user_id=user, k=5) for user in ids]  # type: ignore[arg-type]


@pytest.mark.parametrize("ranker", RANKERS)
def test_shuffled_candidates_give_the_same_lists(
    drafts: dict[str, Recommender], ranker: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In whatever order candidates reach the second stage, its list is the same."""
    recommender, rng = drafts[ranker], np.random.default_rng(5)
    straight = [recommender.recommend(ask).items for ask in everybody(recommender)]
    honest = Proposals.seen

    def shuffled(self: Proposals, query: Query) -> Seen:
        rows, features = honest(self, query)
        order = rng.permutation(len(rows))
        return Seen(rows[order], features[order])

    monkeypatch.setattr(Proposals, "seen", shuffled)
    assert [recommender.recommend(ask).items for ask in everybody(recommender)] == straight


def test_one_by_one_is_bit_by_bit_the_same_as_many(drafts: dict[str, Recommender]) -> None:
    """What a batch makes is what an answer is."""
    for recommender in drafts.values():
        asks = [replace(ask, explain=True) for ask in everybody(recommender)]
        with threadpool_limits(1, "blas"):
            alone = [recommender.recommend(ask) for ask in asks]
            many = recommender.recommend_many(asks)
        scores = [[detail.score for detail in answer.details] for answer in (*alone, *many)]
        assert [answer.items for answer in alone] == [answer.items for answer in many]
        assert scores[: len(alone)] == scores[len(alone) :]


def test_no_two_rankers_score_the_same(table: Tables) -> None:
    """LightGBM, XGBoost and the blend differ within six digits, and trees beat the blend where fashions change."""
    job = CrossValidator(recipe(fold=WEEK), table, FoldPlan(folds=2), ks=(5,), metrics=("ndcg",))
    means = {ranker: np.mean([fold.means()["ndcg@5"] for fold in job.score(section(ranker))]) for ranker in RANKERS}
    assert len({round(float(mean), 6) for mean in means.values()}) == len(RANKERS)
    assert min(means["lightgbm"], means["xgboost"]) > means["blend"]


def test_the_blend_is_measured_beside_a_ranker(table: Tables, tmp_path: Path) -> None:
    """A manifest says what the plain blend of the same first stages has, and the gate looks at it."""
    manifest = Training(recipe(section("lightgbm"), fold=WEEK), table).train(section("lightgbm"), tmp_path)
    blend = manifest.measured_on["blend"]
    assert manifest.metrics["ndcg@10"] > blend["metrics"]["ndcg@10"] > 0
    assert blend["paired"]["ndcg@10"]["difference"] > 0
    gate.check(manifest)
    assert blend["ranker"] == manifest.metrics
    worse = {**manifest.measured_on, "blend": {**blend, "metrics": {"ndcg@10": 1.0}}}
    with pytest.raises(GateRefused, match=r"a plain blend of its first stages has 1\.0000"):
        gate.check(replace(manifest, measured_on=worse))


def test_reasons_are_the_strongest_features_and_sum_to_the_score(drafts: dict[str, Recommender]) -> None:
    """What is named behind an item is the largest of its contributions, which together are its score."""
    for ranker, recommender in drafts.items():
        scorer = scorer_of(recommender)
        query, _ = recommender.query(Ask(user_id=3, k=5))
        ranking = scorer.rank(query)
        assert ranking is not None
        seen = scorer.proposals.seen(query)
        parts = scorer.second.contributions(seen.features)
        off = scorer.second.scores(seen.features) - parts.sum(axis=1)
        assert np.ptp(off) < 1e-4, ranker
        (details, *_) = recommender.recommend(Ask(user_id=3, k=5, explain=True)).details
        values = [abs(part) for part in details.features.values()]
        assert values == sorted(values, reverse=True)
        assert 1 <= len(values) <= 5
        assert details.features.keys() <= set(scorer.proposals.features.names)


def test_cold_warm_and_hot_are_all_answered_and_measured_apart(table: Tables) -> None:
    """Kinds of users have metrics of their own, and the cold are no worse off than with the fallback."""
    plan = FoldPlan(folds=1, excluded=("cold_items", "seen"))
    newcomers = pl.col("user_id") < 40
    late = table.interactions.filter(
        ~newcomers | (pl.col("timestamp") >= table.interactions["timestamp"].max() - 604_800)
    )
    told = table.users.filter(pl.col("user_id") < 20) if table.users is not None else None
    some = Tables(late, told, None, sha256="0" * 64, set_aside=0)
    lately = replace(recipe(fold=WEEK), fallback="popular_recent")
    found = CrossValidator(lately, some, plan, ks=(5,), metrics=("ndcg",)).evaluate([section("lightgbm")])
    ours, fallback = (
        {kind: part.metrics["ndcg@5"] or 0 for kind, part in found[name].segments.items()}
        for name in ("lightgbm", "popular_recent")
    )
    users = {kind: part.users for kind, part in found["lightgbm"].segments.items()}
    assert users["hot"] > 80
    assert min(users["warm"], users["cold"]) > 5
    assert ours["hot"] > fallback["hot"] > 0
    for kind in ("warm", "cold"):
        assert ours[kind] >= fallback[kind] > 0


def test_who_has_no_history_gets_what_was_better_for_them(table: Tables) -> None:
    """With people who come new each week, the ranker answers them if it beat the fallback on the latest window."""
    rows = table.interactions.with_columns(
        user_id=pl.col("user_id") + 1000 * ((pl.col("timestamp") - pl.col("timestamp").min()) // 604_800)
    )
    of_strangers = Tables(rows, None, None, sha256="0" * 64, set_aside=0)
    interactions = Training(recipe(section("lightgbm"), fold=WEEK), of_strangers)._whole.interactions
    fitted = section_fitted("lightgbm").fit(interactions, np.random.default_rng(0))
    assert fitted.cold_  # all-time popularity is of past fashions
    assert not section_fitted("lightgbm", cold="popular").fit(interactions, np.random.default_rng(0)).cold_


def section_fitted(ranker: str, **settings: str) -> TwoStage:
    """Return a model of two stages, not fitted."""
    from training.fitting import built

    found = built(recipe(), section(ranker, **settings))
    assert isinstance(found, TwoStage)
    return found


@pytest.mark.parametrize(
    ("stages", "message"),
    [
        ((), "two stages are made of 1 to 16 others"),
        ((ModelSection("popular", "popular", {}),), "popular cannot be a first stage"),
        ((ModelSection("random", "random", {}),), "random cannot be a first stage"),
        ((ModelSection("again", "two_stage", {}, STAGES),), "again cannot be a first stage"),
    ],
)
def test_what_cannot_be_a_first_stage_is_refused(
    table: Tables, stages: tuple[ModelSection, ...], message: str, tmp_path: Path
) -> None:
    """A first stage is a model that scores every item for a user."""
    with pytest.raises(DataError, match=message):
        Training(recipe(fold=WEEK), table).train(ModelSection("two_stage", "two_stage", {}, stages), tmp_path)


def test_a_model_that_ranks_nothing_again_has_no_first_stages(table: Tables, tmp_path: Path) -> None:
    """`first_stages` of another algorithm is an error that names the model."""
    with pytest.raises(DataError, match=r"models\.ease\.first_stages: ease ranks no other models"):
        Training(recipe(fold=WEEK), table).train(ModelSection("ease", "ease", {}, STAGES), tmp_path)
