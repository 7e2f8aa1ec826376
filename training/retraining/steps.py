"""The steps of a run: each does one thing and can be done again; none but the last changes what is served."""

import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from training.data.check import Report, check
from training.data.reading import files_of
from training.evaluation import gate
from training.jobs.inputs import put_inputs
from training.jobs.names import new_name
from training.jobs.order import Order
from training.jobs.results import find_outcome
from training.publishing import promote_unless_overtaken
from training.retraining.source import bring_source
from training.retraining.taken import Taken, put_taken, read_taken
from training.sagemaker.request import Place, request
from warmstart.errors import DataError, GateRefused
from warmstart.manifest import CATALOGUE
from warmstart.registry import read_manifest
from warmstart.store import Store

Told = dict[str, Any]
SHOWN = 5  # findings that a refusal names


def check_data(store: Store, place: Place, *, compare: bool) -> Told:
    """Look at the tables; return the request of a job that trains from a copy of them.

    Args:
        store: whose tables.
        place: where the job runs.
        compare: whether they are held against those of the last run.

    Returns:
        The request and what is taken, or why it is `refused`.
    """
    with tempfile.TemporaryDirectory(prefix="warmstart-tables-") as folder:
        recipe = bring_source(store, Path(folder))
        report = check(recipe.data)
        if not report.good:
            return {"refused": _wrong(report)}
        taken, before = Taken.of(recipe, report), read_taken(store)
        if compare and before is not None and (worse := taken.worse_than(before)) is not None:
            return {"refused": f"{worse} If it is as it should be: warmstart retrain start --uncompared"}
        inputs = put_inputs(store, recipe, files_of(recipe.data))
        asked = request(new_name(place.stage, recipe.name), place, Order(store=store.url), inputs, {})
    return {"request": asked, "taken": asdict(taken)}


def judge(store: Store, job: str, taken: Mapping[str, Any]) -> Told:
    """Ask the gate about each version that a job has published; nothing is promoted yet."""
    outcome = find_outcome(store, job)
    if outcome is None:
        raise DataError(f"the job {job} has left no outcome")
    passed, refusals = dict[str, str](), list[str]()
    for made in outcome.trained:
        try:
            gate.check(read_manifest(store, made["model"], made["version"])[0])
            passed[made["model"]] = made["version"]
        except GateRefused as error:
            refusals.append(str(error))
    if outcome.catalogue["state"] == "published":
        passed[CATALOGUE] = outcome.catalogue["version"]
    return {"job": job, "taken": taken, "passed": passed, "refusals": refusals}


def promote(store: Store, judged: Told) -> Told:
    """Serve what has passed; what is refused stays published, and what was served before it is served on."""
    served, late = dict[str, str](), list[str]()
    for model, version in judged["passed"].items():
        manifest = read_manifest(store, model, version)[0]
        overtaken = promote_unless_overtaken(store, manifest, reason=f"retrained by {judged['job']}")
        if overtaken is None:
            served[model] = version
        else:
            late.append(overtaken)
    if not late:  # a later run has written down what it took
        put_taken(store, Taken.read(judged["taken"]))
    return told(served, [*judged["refusals"], *late])


def told(served: Mapping[str, str], refusals: list[str], **more: Any) -> Told:
    """Say what came of a run; one that was refused anything is one that somebody hears of."""
    refused = {"refused": "; ".join(refusals)} if refusals else {}
    return {"served": dict(served), **more, **refused}


def _wrong(report: Report) -> str:
    """Say what is wrong with tables that training would not take."""
    found = [f"{finding} ({finding.count} in all)" for finding in report.findings[:SHOWN]]
    rows = [f"{report.bad_rows} bad rows"] if report.bad_rows else []
    return "; ".join([*rows, *found, *([report.unusable] if report.unusable else [])])
