"""Whatever becomes of the store or of a version, the last good one answers; without one, there is a clear refusal."""

import hashlib
import json
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.layers.artifacts import DotScorer, Spec, liked, promote_new, publish_draft, user
from tests.layers.breakages import BROKEN, changed, rewrite
from tests.layers.places import Place
from tests.layers.servers import Answer, answering
from tests.layers.watched import Watched
from warmstart import live as module
from warmstart.errors import ModelUnavailable, StoreUnavailable
from warmstart.live import LiveModels, loader
from warmstart.recommender import Ask
from warmstart.registry import Alias, alias_key, manifest_key
from warmstart.settings import Settings

UP, DOWN = Spec(upward=True), Spec(upward=False)


@pytest.fixture(autouse=True)
def no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each request try again."""
    monkeypatch.setattr(module, "RETRY_SECONDS", 0.0)


def soon() -> float:
    """A deadline that leaves time for everything."""
    return time.monotonic() + 60


@pytest.mark.parametrize("what", BROKEN)
def test_the_last_good_version_goes_on(
    folder: Place, tmp_path: Path, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A version that must not be served is refused with a metric, and once it is mended it is served."""
    store = folder.open()
    promote_new(store, tmp_path, UP)
    models = LiveModels(folder.settings(tmp_path / "cache", disk=2**20, memory=2**20), loader(DotScorer))
    good = models.current("als", soon())
    rewrite(store, good.manifest.version, serial=2)
    models.current("als", soon())
    new = publish_draft(store, tmp_path, DOWN)
    rewrite(store, new.version, manifest_sha256=hashlib.sha256(new.to_json()).hexdigest(), serial=2)
    BROKEN[what](store, new)
    capsys.readouterr()
    for _ in range(2):
        served = models.current("als", soon())
        assert served.manifest == good.manifest
        assert served.loaded.recommend(Ask(user_id=user(UP, 0), k=4)).items == liked(UP, 0)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["RefreshFailed"] for line in lines if "RefreshFailed" in line] == [1, 1]
    assert {line.get("serving") for line in lines if line.get("message") == "refresh failed"} == {good.manifest.version}
    assert list((tmp_path / "cache").iterdir()) == [good.folder]
    mended = publish_draft(store, tmp_path, Spec(times=False))
    serial = Alias(mended.version, hashlib.sha256(mended.to_json()).hexdigest(), 9, "", "mended", None)
    store.put(alias_key("als", "champion"), serial.to_json())
    assert models.current("als", soon()).manifest == mended


@pytest.mark.parametrize("what", BROKEN)
def test_without_a_good_version_there_is_none(folder: Place, tmp_path: Path, what: str) -> None:
    """At a cold start the model is unavailable, leaves no files, and is served as soon as a good version is there."""
    store = folder.open()
    new = promote_new(store, tmp_path, DOWN)
    rewrite(store, new.version, serial=2)
    BROKEN[what](store, new)
    models = LiveModels(folder.settings(tmp_path / "cache", disk=2**20, memory=2**20), loader(DotScorer))
    if what == "alias has an older serial":  # older than what? nothing is held yet
        assert models.current("als", soon()).serial == 1
        return
    models.preload(soon())
    for _ in range(2):
        with pytest.raises(ModelUnavailable, match="als"):
            models.current("als", soon())
    cache = tmp_path / "cache"
    assert not cache.exists() or list(cache.iterdir()) == []
    store.delete(alias_key("als", "champion"))
    good = promote_new(store, tmp_path, UP)
    assert models.current("als", soon()).manifest == good


@pytest.mark.parametrize("what", ["memory", "disk"])
def test_what_would_not_fit_is_refused_before_the_download(folder: Place, tmp_path: Path, what: str) -> None:
    """A swap holds the largest version twice: that is known from the manifest, and no file is read."""
    store = folder.open()
    manifest = promote_new(store, tmp_path, UP)
    need = 2 * (manifest.memory_bytes if what == "memory" else manifest.total_bytes)

    def room(limit: int) -> Settings:
        limits = {"memory": 2**30, "disk": 2**30, what: limit}
        return folder.settings(tmp_path / "cache", memory=limits["memory"], disk=limits["disk"])

    models = LiveModels(room(need - 1), loader(DotScorer))
    models.store = watched = Watched(models.store)
    with pytest.raises(ModelUnavailable):
        models.current("als", soon())
    assert watched.reads() == [alias_key("als", "champion"), manifest_key("als", manifest.version)]
    assert LiveModels(room(need), loader(DotScorer)).current("als", soon()).manifest == manifest


def test_the_budget_counts_all_models(folder: Place, tmp_path: Path) -> None:
    """What one model may take depends on what the others hold."""
    store = folder.open()
    size = promote_new(store, tmp_path, UP).total_bytes
    promote_new(store, tmp_path, Spec(model="knn"))
    models = LiveModels(folder.settings(tmp_path / "cache", "als", "knn", disk=3 * size - 1), loader(DotScorer))
    models.current("als", soon())
    with pytest.raises(ModelUnavailable):
        models.current("knn", soon())
    models = LiveModels(folder.settings(tmp_path / "cache", "als", "knn", disk=3 * size), loader(DotScorer))
    models.current("als", soon())
    models.current("knn", soon())


def test_a_scorer_that_trips_over_its_arrays_costs_no_request(folder: Place, tmp_path: Path) -> None:
    """Whatever a scorer raises while it loads, requests get the last good version."""

    class Tripping(DotScorer):
        """Fails as code fails that did not expect what it found."""

        name = "tripping"

        @classmethod
        def load(cls, artifact: Any) -> Any:
            """Look for a parameter that is not there."""
            return artifact.manifest.params["alpha"]

    store = folder.open()
    good = promote_new(store, tmp_path, UP)
    models = LiveModels(folder.settings(tmp_path / "cache"), loader(DotScorer, Tripping))
    models.current("als", soon())
    bad = publish_draft(store, tmp_path, DOWN)
    changed(scorer="tripping")(store, bad)
    for _ in range(2):
        assert models.current("als", soon()).manifest == good


@pytest.mark.parametrize("cache", ["file/cache", "/proc/warmstart"])
def test_a_disk_that_cannot_be_written_is_a_refusal(folder: Place, tmp_path: Path, cache: str) -> None:
    """A function without a usable disk says that the model is unavailable, and logs why."""
    (tmp_path / "file").write_text("")
    promote_new(folder.open(), tmp_path, UP)
    models = LiveModels(folder.settings(tmp_path / cache), loader(DotScorer))
    models.preload(soon())
    with pytest.raises(ModelUnavailable):
        models.current("als", soon())


def test_a_disk_that_becomes_unusable_keeps_the_last_good_version(folder: Place, tmp_path: Path) -> None:
    """A new version that cannot be written does not cost the old one."""
    store = folder.open()
    good = promote_new(store, tmp_path, UP)
    cache = tmp_path / "cache"
    models = LiveModels(folder.settings(cache), loader(DotScorer))
    models.current("als", soon())
    cache.rename(tmp_path / "moved")
    cache.write_text("a file where the folder was")
    promote_new(store, tmp_path, DOWN)
    assert models.current("als", soon()).manifest == good
    cache.unlink()
    assert models.current("als", soon()).manifest != good


def test_a_403_at_a_cold_start_names_both_causes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without the right to list, a missing key looks like a refusal: the log says that it may be either."""
    with answering(lambda _: Answer(403)) as place:
        models = LiveModels(place.settings(tmp_path), loader(DotScorer))
        with pytest.raises(ModelUnavailable):
            models.current("als", soon())
    line = json.loads(capsys.readouterr().out.splitlines()[0])
    assert line["error"] == "AccessDenied"
    assert "denied, or absent" in line["detail"]
    assert line["serving"] is None


@pytest.mark.parametrize(
    "answer", [Answer(503), Answer(403), Answer(200, b"<html>", hang=False), Answer(200, hang=True)]
)
def test_a_store_that_fails_or_hangs_does_not_hold_a_request(bucket: Place, tmp_path: Path, answer: Answer) -> None:
    """Down, denied, a page or no answer at all: the last good version answers, and again once the store is well."""
    store = bucket.open()
    good = promote_new(store, tmp_path, UP)
    models = LiveModels(bucket.settings(tmp_path / "cache"), loader(DotScorer))
    models.current("als", soon())
    well = models.hasty_store
    with answering(lambda _: answer) as place:
        models.hasty_store = LiveModels(place.settings(tmp_path / "other"), loader(DotScorer)).hasty_store
        assert models.current("als", soon()).manifest == good
    models.hasty_store = well
    new = promote_new(store, tmp_path, DOWN)
    assert models.current("als", soon()).manifest == new


def test_a_store_that_comes_back_at_a_cold_start_is_used(bucket: Place, tmp_path: Path) -> None:
    """Unavailable while the store is down, served when it is up, by the same process."""
    good = promote_new(bucket.open(), tmp_path, UP)
    models = LiveModels(bucket.settings(tmp_path / "cache"), loader(DotScorer))
    well, models.store = models.store, Watched(models.store, before=_down)
    with pytest.raises(ModelUnavailable):
        models.current("als", soon())
    models.store = well
    assert models.current("als", soon()).manifest == good


def test_a_store_that_fails_in_a_pull_is_tried_again(folder: Place, tmp_path: Path) -> None:
    """A pull that broke off is begun anew, and its files are gone."""
    store = folder.open()
    good = promote_new(store, tmp_path, UP)
    models = LiveModels(folder.settings(tmp_path / "cache"), loader(DotScorer))
    models.current("als", soon())
    new = promote_new(store, tmp_path, DOWN)
    well, models.store = models.store, Watched(models.store, before=_down)
    for _ in range(2):
        served = models.current("als", soon())
        assert served.manifest == good
        assert list((tmp_path / "cache").iterdir()) == [served.folder]
    models.store = well
    assert models.current("als", soon()).manifest == new


def test_a_bad_version_is_asked_for_less_and_less(
    folder: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each failure doubles the wait, up to a bound and however many there are; a mended alias is seen at once."""
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    store = folder.open()
    promote_new(store, tmp_path, UP)
    models = LiveModels(folder.settings(tmp_path / "cache", refresh=1), loader(DotScorer))
    models.current("als", now[0] + 60)
    changed(format=2)(store, publish_draft(store, tmp_path, DOWN))
    models.hasty_store = watched = Watched(models.hasty_store)
    tries: list[int] = []
    for second in range(2000):
        now[0] += 1
        before = len(watched.calls)
        models.current("als", now[0] + 60)
        tries += [second] if any(key.endswith("manifest.json") for _, key in watched.calls[before:]) else []
    waits = [after - last for last, after in pairwise(tries)]
    assert waits[:5] == [2, 4, 8, 16, 32]
    assert max(waits) == 600
    now[0] += 1e9
    for _ in range(1100):
        now[0] += 600
        models.current("als", now[0] + 60)
    mended = promote_new(store, tmp_path, UP)
    now[0] += 2
    assert models.current("als", now[0] + 60).manifest == mended


def test_between_attempts_at_a_cold_start_the_store_is_left_alone(
    folder: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A flood of requests for a model without a version is not a flood of reads."""
    monkeypatch.setattr(module, "RETRY_SECONDS", 3600.0)
    models = LiveModels(folder.settings(tmp_path / "cache"), loader(DotScorer))
    models.store = watched = Watched(models.store)
    for _ in range(5):
        with pytest.raises(ModelUnavailable):
            models.current("als", soon())
    assert len(watched.calls) == 1


def _down(operation: str, key: str) -> None:
    raise StoreUnavailable("down")
