"""The whole of it: folds, journal, search, outcome."""

import math
from collections.abc import Callable
from pathlib import Path

from training.interactions import Events
from training.tuning.bench import Bench
from training.tuning.journal import Journal
from training.tuning.outcome import Outcome, outcome
from training.tuning.search import Search
from training.tuning.study import Study, Task
from training.tuning.windows import earlier, reported


def tuned(
    task: Task, kept: Path, *, trials: int, seconds: float = math.inf, say: Callable[[str], None] = lambda _: None
) -> Outcome:
    """Try settings until the journal holds so many trials, or for so long, and return what was found.

    Args:
        task: what is tuned.
        kept: the journal; what it holds already counts.
        trials: how many in all.
        seconds: after which no trial is begun.
        say: is told what goes on.

    Raises:
        DataError: a fold has nothing to measure on.
        SettingsError: the journal is of another task, or no journal.
    """
    events = Events.of(task.tables)
    dataset = task.tables.described(task.recipe.name)
    last = Bench(task.recipe, reported(events, task.recipe.fold), dataset)
    benches = [Bench(task.recipe, window, dataset) for window in earlier(events, task.recipe.fold, task.folds)]
    with Journal(kept) as journal:
        study = Study(task, journal)
        search = Search(task, study, benches, say)
        search.run(trials, seconds)
        say("measuring on the reported fold")
        return outcome(task, study, search, last)
