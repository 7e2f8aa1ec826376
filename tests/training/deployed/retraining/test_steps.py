"""The steps of a retraining, from an export to served versions, stopped and repeated anywhere."""

from typing import Any

import pytest

from tests.training.datasets import FASHIONS
from tests.training.deployed.retraining.machine import DAYS, Machine
from tests.training.deployed.stages import aws_client
from training.evaluation import gate
from training.retraining.source import RECIPE, TABLES
from training.retraining.taken import KEY
from warmstart.errors import Conflict, GateRefused, StoreUnavailable
from warmstart.manifest import Manifest
from warmstart.registry import promote, read_alias, read_manifest, rollback, versions
from warmstart.store import Store


def test_what_passes_is_served(machine: Machine) -> None:
    """Every model and the catalogue, out of a job that promotes nothing itself."""
    checked = machine.check()
    assert checked["request"]["HyperParameters"]["promote"] == "false"
    trained = machine.train(checked)
    judged = machine.gate(trained)
    assert machine.served() == {}
    done = machine.promote(judged)
    assert "refused" not in done
    assert done["served"] == machine.served()
    assert machine.served().keys() == {"popular", "item_knn", "catalogue"}
    alias = read_alias(machine.store, "item_knn")
    assert alias is not None
    assert alias.reason == f"retrained by {trained['job']}"


def test_each_step_can_be_done_again(machine: Machine) -> None:
    """A step that was killed after its work leaves the same when it is taken again."""
    checked = machine.check()
    assert machine.check()["request"]["InputDataConfig"] == checked["request"]["InputDataConfig"]
    trained = machine.train(checked)
    judged = machine.gate(trained)
    assert machine.gate(trained) == judged
    done = machine.promote(judged)
    serial = _serial(machine)
    assert machine.promote(judged) == done
    assert _serial(machine) == serial


def test_a_promotion_that_was_killed_is_finished(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two models: the first is served, nothing counts as taken, and the step ends the rest."""
    judged = machine.judged()
    models = [*judged["passed"]]
    with monkeypatch.context() as patched:
        patched.setattr("training.retraining.steps.promote_unless_overtaken", _killed_at(models[1]))
        with pytest.raises(KeyboardInterrupt):
            machine.promote(judged)
    assert [*machine.served()] == models[:1]
    assert machine.store.keys(KEY) == []
    assert machine.promote(judged)["served"] == machine.served()
    assert machine.served().keys() == {*models}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "interactions.csv"),
        ("user_id,item_id,weight,timestamp\n", "interactions.csv has no rows"),
        ("user_id,item_id,weight,timestamp\n1,10,x,2021-05-01\n2,11,1,2021-05-02\n", "1 bad rows; interactions.csv"),
    ],
    ids=["nothing", "no row", "a bad row"],
)
def test_a_bad_table_is_refused(machine: Machine, text: str, why: str) -> None:
    """And says what is wrong; no job is asked for, and nothing is copied."""
    machine.export_text(text)
    refused = machine.check()
    assert refused.keys() == {"refused"}
    assert why in refused["refused"]
    assert machine.store.keys("training/inputs") == []


@pytest.mark.parametrize(
    ("day", "share", "why"),
    [
        (DAYS, 1.0, "nothing is new in the table since the last run"),
        (DAYS, 0.4, "and had 2,560 at the last run: is the export cut off?"),
        (DAYS - 7, 1.0, "at the last run: is it an old export?"),
    ],
    ids=["the same", "cut off", "an old one"],
)
def test_a_table_is_held_against_the_last_run(machine: Machine, day: int, share: float, why: str) -> None:
    """Of an export that has stopped or was cut off nothing is learnt, unless somebody says so."""
    machine.run()
    before = machine.served()
    machine.export(day=day, share=share)
    refused = machine.check()
    assert why in refused["refused"]
    assert "warmstart retrain start --uncompared" in refused["refused"]
    assert machine.served() == before
    assert machine.check(compare=False)["request"]


def test_a_run_that_failed_counts_as_none(machine: Machine) -> None:
    """What it looked at is new to the next one."""
    machine.train(machine.check())
    assert machine.check()["request"]


def test_a_table_that_is_being_written_is_looked_at_later(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """An export in the middle is an error that the machine tries again, and no bad table."""
    get_range = Store.get_range

    def overwritten(store: Store, key: str, start: int, length: int) -> memoryview:
        body = get_range(store, key, start, length)
        machine.store.put(f"{TABLES}/users.csv", b"user_id\n1\n")
        return body

    monkeypatch.setattr(Store, "get_range", overwritten)
    with pytest.raises(Conflict, match="is being written just now"):
        machine.check()


def test_a_table_that_is_deleted_meanwhile_is_looked_at_later(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of an export that takes the old files away before it writes."""
    size = Store.size

    def deleted(store: Store, key: str) -> int:
        machine.store.delete(key)
        return size(store, key)

    monkeypatch.setattr(Store, "size", deleted)
    with pytest.raises(Conflict, match="is being written just now"):
        machine.check()


def test_a_folder_that_a_console_made_is_no_table(machine: Machine) -> None:
    """It is an object of the folder's name and a slash, and nothing that changes."""
    aws_client("s3").put_object(Bucket=machine.stage.bucket, Key=f"{TABLES}/")
    assert machine.check()["request"]


def test_a_recipe_reads_its_own_tables_alone(machine: Machine) -> None:
    """A file of the function's machine is none of them, and nothing of it is told."""
    outside = FASHIONS.replace('"interactions.csv"', '"/etc/passwd"')
    machine.store.put(RECIPE, outside.encode())
    assert "lies outside" in machine.check()["refused"]


def test_a_store_that_is_away_is_asked_again(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error goes to the machine by the name that it knows."""

    def away(*_: Any) -> None:
        raise StoreUnavailable("away")

    monkeypatch.setattr(Store, "times", away)
    with pytest.raises(StoreUnavailable):
        machine.check()


def test_without_a_recipe_it_is_said_what_to_do(machine: Machine) -> None:
    """A stage that was deployed and never given one."""
    machine.store.delete(RECIPE)
    assert "warmstart retrain put puts it there" in machine.check()["refused"]


def test_what_the_gate_refuses_leaves_the_champion(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others are served, and the refusal is told with its numbers."""
    machine.run()
    before = machine.served()
    machine.export(day=DAYS, share=0.99)

    def refuses(manifest: Manifest) -> None:
        if manifest.personal:
            raise GateRefused(f"{manifest.model} is not promoted: map@10 0.1000, popular has 0.2000")

    trained = machine.train(machine.check(compare=False))
    monkeypatch.setattr(gate, "check", refuses)
    done = machine.promote(machine.gate(trained))
    assert done["refused"] == "item_knn is not promoted: map@10 0.1000, popular has 0.2000"
    assert machine.served()["item_knn"] == before["item_knn"]
    assert machine.served()["popular"] != before["popular"]


def test_a_late_run_promotes_nothing_old_over_something_new(machine: Machine) -> None:
    """A run that was overtaken while it trained leaves what the other one serves, and what that has taken."""
    machine.export(day=DAYS - 7)
    late = machine.judged()
    machine.export()
    machine.run()
    after, taken = machine.served(), machine.store.get(KEY, limit=1 << 16).data
    refused = machine.promote(late)["refused"]
    assert "is served, and has learnt what is newer; warmstart promote item_knn" in refused
    assert machine.served() == after
    assert machine.store.get(KEY, limit=1 << 16).data == taken


def test_what_others_promote_at_the_same_time_is_looked_at_again(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An alias that moves between the look and the swap is not overwritten unseen."""
    machine.export(day=DAYS - 7)
    late = machine.judged()
    machine.export()
    newer = machine.judged()
    moved = list[str]()

    def read_then_moved(store: Store, model: str) -> Any:
        seen = read_alias(store, model)
        if model not in moved:
            moved.append(model)
            promote(store, model, newer["passed"][model], reason="by somebody else")
        return seen

    monkeypatch.setattr("training.publishing.read_alias", read_then_moved)
    refused = machine.promote(late)["refused"]
    assert refused.count("is served, and has learnt what is newer") == len(late["passed"])
    assert machine.served() == newer["passed"]


def test_a_retraining_comes_after_a_refreshed_trend(machine: Machine) -> None:
    """A trend that was counted while models were trained makes no version of older weights the newer one."""
    machine.export(day=DAYS - 7)
    machine.run()
    machine.export(day=DAYS - 3)
    judged = machine.judged()
    machine.export()
    refreshed = machine.trend()["served"]
    assert refreshed["item_knn"] > judged["passed"]["item_knn"]
    assert machine.promote(judged)["served"]["item_knn"] == judged["passed"]["item_knn"]
    assert machine.served()["item_knn"] == judged["passed"]["item_knn"]


def test_trends_are_counted_anew(machine: Machine) -> None:
    """Each served version again, with what came since; a second time there is nothing to do, and no version more."""
    machine.export(day=DAYS - 7)
    machine.run()
    before = machine.served()
    machine.export()
    done = machine.trend()
    assert "refused" not in done
    assert done["served"].keys() == {"popular", "item_knn"}
    assert (
        read_manifest(machine.store, "item_knn", machine.served()["item_knn"])[0].dataset["trend"]["of"]
        == (before["item_knn"])
    )
    again = machine.trend()
    assert (again["served"], {*again["kept"].values()}) == ({}, {"nothing is new"})
    assert len(versions(machine.store, "item_knn")) == 2


def test_a_refreshed_trend_never_comes_before_a_retraining(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refresh during which a new model was promoted keeps that."""
    machine.export(day=DAYS - 7)
    machine.run()
    machine.export()
    judged = machine.judged()

    def promoted_meanwhile(manifest: Manifest) -> None:
        promote(machine.store, manifest.model, judged["passed"][manifest.model], reason="meanwhile")

    monkeypatch.setattr(gate, "check", promoted_meanwhile)
    done = machine.trend()
    assert done["served"] == {}
    assert "has learnt what is newer" in done["kept"]["item_knn"]
    assert machine.served()["item_knn"] == judged["passed"]["item_knn"]


def test_what_is_not_served_has_no_trend(machine: Machine) -> None:
    """A first export before a first training is nothing wrong."""
    assert {*machine.trend()["kept"]} == {"popular", "item_knn"}


def test_a_rollback_is_no_newer_version(machine: Machine) -> None:
    """What somebody has taken back is not what the next run is held against."""
    machine.export(day=DAYS - 14)
    machine.run()
    machine.export(day=DAYS - 7)
    machine.run()
    rollback(machine.store, "item_knn", reason="it was bad")
    machine.export()
    assert "refused" not in machine.run()


def _serial(machine: Machine) -> int:
    alias = read_alias(machine.store, "item_knn")
    assert alias is not None
    return alias.serial


def _killed_at(model: str) -> Any:
    from training.publishing import promote_unless_overtaken

    def promoted(store: Store, manifest: Manifest, *, reason: str) -> str | None:
        if manifest.model == model:
            raise KeyboardInterrupt
        return promote_unless_overtaken(store, manifest, reason=reason)

    return promoted
