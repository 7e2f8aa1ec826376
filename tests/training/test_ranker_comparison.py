"""Rankers beside each other, and what the trees among them look at."""

from typing import NamedTuple

import numpy as np
import pytest

from functions.ranker.scorer import TwoStageScorer
from functions.ranker.trees import FILE
from tests.training.datasets import fashions, recipe
from training.algorithms.two_stage import TwoStage
from training.evaluation.folds import Fold, FoldPlan, folds_of
from training.export import MIN_ID_BOUND
from training.fitting import Fitting
from training.interactions import Events
from training.judge import Judge
from training.ranker_comparison import RANKERS, Compared, compare_rankers, ranking_cold
from training.ranking.boosting import Boosted
from training.ranking.examples import ANY
from training.ranking.influence import CANDIDATES, Influence, influences
from training.ranking.second_stage import ordered_by
from training.recipe import ModelSection
from warmstart.errors import DataError
from warmstart.recommender import Ask

STAGES = (ModelSection("item_knn", "item_knn", {}), ModelSection("ease", "ease", {}))
MODEL = ModelSection("two_stage", "two_stage", {"windows": 2, "candidates": 4, "trees": 10, "leaves": 4}, STAGES)
SEED = 32


class Job(NamedTuple):
    """Everything that a comparison has and gives."""

    fold: Fold
    judge: Judge
    fitted: TwoStage
    found: dict[str, Compared]


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Job:
    """Compare rankers of fashions, week by week."""
    events = Events.of(fashions())
    (fold,) = folds_of(events, FoldPlan(folds=1, days=7, excluded=("cold_items", "seen")))
    learn = events.interactions(fold.learn)
    judge = Judge(Fitting(recipe(MODEL), learn, {}), fold.truth, tmp_path_factory.mktemp("drafts"))
    fitted = judge.fitting.fit(MODEL)
    assert isinstance(fitted, TwoStage)
    return Job(fold, judge, fitted, compare_rankers(fitted, MODEL, judge, SEED))


@pytest.fixture(scope="module")
def looked(job: Job) -> list[Influence]:
    """What LightGBM looks at, for some users."""
    return influences(job.found["lightgbm"].draft.recommender, job.fold.truth.user_ids[:12])


def test_each_ranker_orders_with_what_it_learnt(job: Job) -> None:
    """Trees have a file and a blend has none; all were measured on everybody of the fold, and timed."""
    assert [*job.found] == [*RANKERS]
    sizes = {name: each.kilobytes for name, each in job.found.items()}
    assert sizes == {
        name: (each.draft.folder / FILE).stat().st_size / 1000 if name != "blend" else 0
        for name, each in job.found.items()
    }
    for name, each in job.found.items():
        assert each.draft.manifest.params["ranker"] == name
        assert each.draft.measured.users == len(job.fold.truth.users)
        assert 0 < each.p50_ms <= each.p99_ms
        assert each.seconds > 0


def test_all_rankers_stand_over_the_same_first_stages(job: Job) -> None:
    """The one that was fitted keeps its ranker, and each has the candidates of the others."""
    assert job.fitted.ranker == "lightgbm"
    assert all(each.model.prepared_ is job.fitted.prepared_ for each in job.found.values())
    assert len({id(each.model.ordering_) for each in job.found.values()} | {id(job.fitted.ordering_)}) == 4


def test_the_same_seed_learns_the_same_ranker(job: Job) -> None:
    """From the same examples the same scores come."""
    features = job.fitted.prepared_.shown[0].features
    again = ordered_by(job.fitted.ranked_by("xgboost", SEED).ordering_, features)
    np.testing.assert_array_equal(again, ordered_by(job.found["xgboost"].model.ordering_, features))


def test_a_first_stage_is_measured_on_the_same_users(job: Job) -> None:
    """It is a draft of its own, of what the others have learnt from."""
    draft = job.judge.sealed(STAGES[0])
    assert draft.manifest.model == "item_knn"
    np.testing.assert_array_equal(draft.measured.asked, job.found["blend"].draft.measured.asked)


def test_who_has_no_history_gets_what_is_asked_for(job: Job) -> None:
    """The ranker's list or the fallback's, and the model that was fitted stays as it was."""
    before = job.fitted.cold_
    for ranks, source in ((True, "model"), (False, "popular")):
        draft = job.judge.written(ranking_cold(job.fitted, ranks=ranks), MODEL, f"cold-{ranks}")
        assert draft.recommender.recommend(Ask(k=3)).source == source
    assert job.fitted.cold_ == before


def test_recalls_are_counted_by_hand(job: Job) -> None:
    """Of what was right, what each source has among its first, and what any has."""
    latest = job.fitted.prepared_.shown[0]
    for most in (1, 4):
        found = latest.recalls(most)
        assert [*found] == ["item_knn", "ease", "trending", "popular", ANY]
        for name in found:
            if name != ANY:
                nearness = latest.features[:, latest.names.index(f"{name} reciprocal rank")]
                hits = (latest.right & (nearness > 1 / (most + 0.5))).sum()
                assert found[name] == hits / latest.had.sum()
        assert max(found.values()) == found[ANY] <= 1
    assert latest.recalls(1)[ANY] < latest.recalls(4)[ANY] == latest.right.sum() / latest.had.sum()


def test_influences_are_of_every_feature(job: Job, looked: list[Influence]) -> None:
    """What changes orders most comes first, and some feature does."""
    assert {each.feature for each in looked} == {*job.fitted.prepared_.shown[0].names}
    within = [each.within for each in looked]
    assert within == sorted(within, reverse=True)
    assert within[0] > 0


def test_a_feature_that_no_tree_reads_adds_nothing(job: Job, looked: list[Influence]) -> None:
    """Neither to a score nor to an order; the others add something."""
    ordering = job.found["lightgbm"].model.ordering_
    assert isinstance(ordering, Boosted)
    names = job.fitted.prepared_.shown[0].names
    read = {names[feature] for feature in ordering.trees.feature.tolist() if feature >= 0}
    assert {each.feature for each in looked if each.mean > 0} == read
    assert all(each.within == 0 for each in looked if each.feature not in read)


def test_a_blend_looks_at_scores_alone(job: Job) -> None:
    """It has no paths, and tells what its weighted scores add."""
    found = influences(job.found["blend"].draft.recommender, job.fold.truth.user_ids[:12])
    moved = {each.feature for each in found if each.mean > 0}
    latest = job.fitted.prepared_.shown[0]
    assert moved
    assert moved <= {*latest.names[latest.scores]}


def test_influences_are_of_all_candidates_where_there_are_few(job: Job) -> None:
    """Each once: a user with fewer candidates than are looked at has none of them counted twice."""
    recommender, user_id = job.found["blend"].draft.recommender, job.fold.truth.user_ids[0]
    scorer = recommender.scorer
    assert isinstance(scorer, TwoStageScorer)
    query, _ = recommender.query(Ask(user_id=user_id))
    seen = scorer.proposals.seen(query)
    assert 1 < len(seen.rows) < CANDIDATES
    means = np.abs(scorer.second.contributions(seen.features)).mean(axis=0)
    found = {each.feature: each.mean for each in influences(recommender, [user_id])}
    assert found == pytest.approx(dict(zip(scorer.proposals.features.names, means.tolist(), strict=True)))


def test_nobody_with_a_ranking_has_no_influences(job: Job) -> None:
    """Who is unknown gets the fallback, which the ranker did not order; a model of one stage has no ranker."""
    draft = job.judge.written(ranking_cold(job.fitted, ranks=False), MODEL, "nobody")
    with pytest.raises(DataError, match="nothing to order"):
        influences(draft.recommender, [MIN_ID_BOUND])
    with pytest.raises(DataError, match="ease has no ranker"):
        influences(job.judge.sealed(STAGES[1]).recommender, job.fold.truth.user_ids[:1])
