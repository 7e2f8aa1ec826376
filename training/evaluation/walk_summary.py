"""From every user's values to the table of a walk: means by age, intervals, and the arms against each other."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from training.evaluation.comparison import Sample, interval, number, paired
from training.evaluation.result import Paired
from training.evaluation.splits import DAY, end_of
from training.evaluation.steps import Step, day, learnt_from
from training.evaluation.summary import DECIDING
from training.evaluation.walk_result import FRESH, RETRAINED, Aged, Arm, Asked, AtAge, Mean, StepInfo, Walk

if TYPE_CHECKING:
    from training.evaluation.walk_forward import Draft, WalkForward

Steps = tuple[Asked, ...]


def summary(job: "WalkForward", drafts: Sequence["Draft"], asked: Mapping[str, Sequence[Mapping[str, Asked]]]) -> Walk:
    """Make the table of the drafts that came through."""
    steps, empty = job.cut
    by_arm = {draft.model.name: _by_arm(asked[draft.model.name]) for draft in drafts}
    return Walk(
        recipe=job.recipe.name,
        dataset=job.dataset,
        seed=job.recipe.seed,
        plan=_plan(job),
        k=job.k,
        decides=next(f"{name}@{job.k}" for name in DECIDING if name in job.metrics),
        learnt=_learnt(job),
        failed=job.failed,
        empty=empty,
        steps=tuple(_info(step) for step in steps),
        models=tuple(_aged(job, draft, by_arm[draft.model.name]) for draft in drafts),
        asked=by_arm,
    )


def _plan(job: "WalkForward") -> dict[str, object]:
    plan, end = job.plan, end_of(job.events)
    days = {"days": plan.length / DAY, "step_days": plan.step / DAY}
    return {"start": day(end - plan.length), "end": day(end), **days, "retrain": plan.retrain}


def _learnt(job: "WalkForward") -> dict[str, int]:
    rows = int(learnt_from(job.events, job.plan).sum())
    return {"rows": rows, "users": len(np.unique(job.learnt.users)), "items": job.learnt.n_items}


def _info(step: Step) -> StepInfo:
    truth = step.truth
    return StepInfo(day(step.start), day(step.end), step.age, step.rows, int(truth.counts.sum()), len(truth.users))


def _by_arm(steps: Sequence[Mapping[str, Asked]]) -> dict[str, Steps]:
    return {arm: tuple(step[arm] for step in steps) for arm in steps[0]}


def _aged(job: "WalkForward", draft: "Draft", arms: Mapping[str, Steps]) -> Aged:
    names = [*arms]
    return Aged(
        name=draft.model.name,
        algorithm=draft.model.algorithm,
        role=draft.role,
        params=draft.version.manifest.params,
        trend="trend" in draft.version,
        arms=tuple(_arm(job, name, arms, names[:place]) for place, name in enumerate(names)),
    )


def _arm(job: "WalkForward", name: str, arms: Mapping[str, Steps], earlier: Sequence[str]) -> Arm:
    own, seed = arms[name], job.recipe.seed
    metrics = [f"{metric}@{job.k}" for metric in job.metrics]
    found = interval(_samples(own), seed)
    means = zip(found.mean, found.low, found.high, strict=True)
    return Arm(
        name=name,
        metrics={metric: Mean(*map(number, ends)) for metric, ends in zip(metrics, means, strict=True)},
        steps=tuple(_at(name, step.age, one, metrics) for step, one in zip(job.cut[0], own, strict=True)),
        against={other: _paired(own, arms[other], metrics, seed) for other in earlier},
        same=bool(earlier) and _same(own, arms[earlier[-1]]),
    )


def _at(arm: str, age: float, asked: Asked, metrics: Sequence[str]) -> AtAge:
    means = dict(zip(metrics, asked.values.mean(axis=0).tolist(), strict=True))
    return AtAge(0.0 if arm == RETRAINED else age, 0.0 if arm in (FRESH, RETRAINED) else age, means)


def _samples(steps: Steps) -> list[Sample]:
    return [(asked.users, asked.values) for asked in steps]


def _paired(ours: Steps, theirs: Steps, metrics: Sequence[str], seed: int) -> dict[str, Paired]:
    return dict(zip(metrics, paired(_samples(ours), _samples(theirs), seed), strict=True))


def _same(ours: Steps, theirs: Steps) -> bool:
    return all(np.array_equal(one.items, other.items) for one, other in zip(ours, theirs, strict=True))
