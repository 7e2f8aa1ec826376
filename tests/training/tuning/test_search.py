"""What is tried, in which order, and what comes of it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.trial import TrialState

from tests.training.tuning.tasks import OWN, slopes, task
from training.tuning.bench import Bench
from training.tuning.journal import Journal
from training.tuning.outcome import Outcome, outcome
from training.tuning.search import SETTINGS, Search
from training.tuning.study import Study, Task
from warmstart.errors import DataError, SettingsError


def low_alpha(settings: Mapping[str, Any]) -> float:
    """Prefer a small alpha."""
    return 1 / (1 + float(settings["alpha"]))


def search(
    path: Path, trials: int, what: Task | None = None, benches: list[Bench] | None = None, seconds: float = 600
) -> tuple[list[optuna.trial.FrozenTrial], Outcome]:
    """Search and return the trials and the outcome."""
    what = what or task()
    benches = benches or slopes(low_alpha)
    with Journal(path) as journal:
        study = Study(what, journal)
        found = Search(what, study, benches)
        found.run(trials, seconds)
        return study.all(), outcome(what, study, found, benches[0])


def test_the_recipes_own_settings_are_the_first_trial(tmp_path: Path) -> None:
    """So that the result says what tuning gained."""
    trials, found = search(tmp_path / "j", 12)
    assert trials[0].params == OWN
    assert found.own.trial == 1
    assert found.own.validation == pytest.approx(1 / 9)
    assert found.best.validation > found.own.validation
    assert float(found.best.model.params["alpha"]) < 8


def test_settings_are_short_numbers_and_those_that_were_measured(tmp_path: Path) -> None:
    """What would be written into a recipe is, digit by digit, what the draft was fitted with."""
    benches = slopes(low_alpha)
    trials, found = search(tmp_path / "j", 5, benches=benches)
    assert [trial.user_attrs[SETTINGS] for trial in trials] == benches[0].asked[:5]  # type: ignore[attr-defined]
    alpha = found.best.model.params["alpha"]
    assert alpha == float(f"{alpha:.4g}")


def test_a_study_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """Two runs of six are one of twelve, setting by setting; the seed of a draw is that of its place."""
    search(tmp_path / "halves", 6)
    halves, _ = search(tmp_path / "halves", 12)
    whole, _ = search(tmp_path / "whole", 12)
    assert [trial.params for trial in halves] == [trial.params for trial in whole]
    assert len({trial.params["alpha"] for trial in whole}) == 12


def test_a_trial_that_was_cut_off_is_made_up_for(tmp_path: Path) -> None:
    """The recipe's own settings and a later trial, both without a process, are told failed and do not count."""
    what = task()
    for _ in range(2):
        with Journal(tmp_path / "j") as journal:
            assert Study(what, journal).ask(9) is not None  # and never told: the process is no more
    trials, found = search(tmp_path / "j", 4)
    assert [trial.state for trial in trials] == [TrialState.FAIL] * 2 + [TrialState.COMPLETE] * 4
    assert trials[0].params == {}
    assert found.own.trial == 3
    assert found.counts == {"finished": 4, "pruned": 0, "failed": 0, "killed": 2, "running": 0}


def test_settings_outside_of_the_space_are_compared_all_the_same(tmp_path: Path) -> None:
    """A recipe's own settings that nobody would draw are measured at the end, and may be the best."""
    trials, found = search(tmp_path / "j", 3, task({**OWN, "factors": 50, "alpha": 0.1}))
    assert (len(trials), found.own.trial) == (3, None)
    assert found.best is not None
    assert found.best.model.params["alpha"] == 0.1


def test_settings_that_fail_are_counted_and_the_search_goes_on(tmp_path: Path) -> None:
    """An error belongs to its trial."""

    def fragile(settings: Mapping[str, Any]) -> float:
        if settings["factors"] == 128:
            raise ValueError("too many")
        return float("nan") if settings["factors"] == 32 else low_alpha(settings)

    trials, found = search(tmp_path / "j", 12, benches=slopes(fragile))
    reasons = {str(trial.user_attrs.get("failed")) for trial in trials if trial.state == TrialState.FAIL}
    assert reasons == {"ValueError: too many", "DataError: slope: ndcg@10 is no number"}
    assert len(trials) == 12
    assert 0 < found.counts["failed"] < 12
    assert found.best.model.params["factors"] in (64, 256)


def test_a_recipe_that_cannot_be_fitted_ends_the_search(tmp_path: Path) -> None:
    """If the recipe's own settings fail, others are not worth trying, today or when it is run again."""

    def broken(settings: Mapping[str, Any]) -> float:
        raise DataError("needs timestamps")

    for _ in range(2):
        with pytest.raises(DataError, match="needs timestamps"):
            search(tmp_path / "j", 5, benches=slopes(broken))


def test_bad_settings_are_given_up_after_the_first_fold(tmp_path: Path) -> None:
    """Pruned trials are counted, and none of them is the best."""
    trials, found = search(tmp_path / "j", 25)
    assert found.counts["pruned"] > 0
    assert found.counts["pruned"] + found.counts["finished"] == 25
    assert all(len(trial.intermediate_values) == 1 for trial in trials if trial.state == TrialState.PRUNED)


def test_time_that_is_up_begins_no_trial(tmp_path: Path) -> None:
    """Without one finished trial the recipe's own settings are the best that is known."""
    trials, found = search(tmp_path / "j", 5, seconds=0)
    assert trials == []
    assert found.best.model.params == OWN
    assert found.why_no_importance == "only 0 trials finished, 10 are needed"


def test_the_setting_that_matters_is_the_important_one(tmp_path: Path) -> None:
    """Importance of all settings is 1, and nearly all of it is alpha's where nothing else counts."""
    _, found = search(tmp_path / "j", 40)
    assert next(iter(found.importance)) == "alpha"
    assert sum(found.importance.values()) == pytest.approx(1, abs=1e-3)
    _, flat = search(tmp_path / "flat", 12, benches=slopes(lambda _: 0.5))
    assert (flat.importance, flat.why_no_importance) == ({}, "all settings measure the same")


@pytest.mark.parametrize(
    ("other", "named"),
    [
        (task(metric="map@10"), "--metric"),
        (task(folds=3), "--folds"),
        (task({**OWN, "alpha": 9.0}), "settings of the model"),
        (task(space={}), "space"),
    ],
)
def test_a_journal_of_another_task_is_refused(tmp_path: Path, other: Task, named: str) -> None:
    """Results that cannot be compared never meet; the message says what differs."""
    search(tmp_path / "j", 2)
    with pytest.raises(SettingsError, match=f"holds a tuning of als with other {named}: say another --journal"):
        search(tmp_path / "j", 2, other)
