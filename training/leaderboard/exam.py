"""Whom to ask for and what they had next, as `evaluate` measures it, in external ids."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from training.data.tables import Tables
from training.evaluation.measure import METRICS
from training.evaluation.metrics import per_user
from training.evaluation.splits import split
from training.evaluation.truth import Truth, truth_of
from training.interactions import Events
from training.leaderboard.answer import Answer, K, Question
from training.recipe import Recipe
from warmstart.ids import Id, IdMap, IntegerIds


@dataclass(frozen=True, eq=False)
class Exam:
    """The questions, one for each user of the truth, and the right answers."""

    questions: list[Question]
    truth: Truth
    item_ids: IdMap


def exam_of(recipe: Recipe, tables: Tables) -> Exam:
    """Ask for the users of the recipe's fold whom `evaluate` asks for; raise DataError where there is none."""
    events = Events.of(tables)
    learn, test = split(events, recipe.fold)
    truth = truth_of(events, test)
    learnt = events.interactions(learn)
    unseen = learnt.n_items - np.diff(learnt.indptr)[truth.users]
    kind = int if isinstance(events.item_ids, IntegerIds) else str
    questions = [
        Question(user_id, kind, at_least)
        for user_id, at_least in zip(truth.user_ids, np.minimum(unseen, K).tolist(), strict=True)
    ]
    return Exam(questions, truth, events.item_ids)


def score(exam: Exam, answers: Mapping[Id, Answer]) -> dict[str, float]:
    """Measure answers with `evaluate`'s metrics; whoever had no answer counts as one without a hit."""
    items = np.full((len(exam.questions), K), -1, np.int32)
    for row, question in enumerate(exam.questions):
        if question.user_id in answers:
            rows = [exam.item_ids.row(item) for item in answers[question.user_id].items]
            items[row, : len(rows)] = rows
    return {name: float(values.mean()) for name, values in per_user(METRICS, (K,), items, exam.truth).items()}
