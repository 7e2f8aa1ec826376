"""Disks, memory, old age, and questions to which there is little to say."""

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import numpy as np

from tests.faults.ask import Answer, outcome
from tests.faults.case import Case, NotHere, Seen
from tests.faults.drafts import SIZE, opens
from tests.faults.kinds import ALS, ITEM_KNN, KINDS, NETWORK, RANKER, RECOMMENDERS, TITLES, USER_KNN, Kind
from tests.faults.stage import FAMILY, MODEL, Stage, said
from tests.faults.standing import standing
from tests.faults.world import World
from tests.layers.breakages import BROKEN, Break
from tests.training.datasets import DAY, START
from warmstart.artifact_writer import ArtifactWriter
from warmstart.manifest import ARRAYS
from warmstart.publish import publish
from warmstart.pull import PREFIX
from warmstart.registry import promote

YEARS = 30
Question = Callable[[World, str], Seen]  # to a model
UNKNOWN = 10**6  # a user in the id domain that no training saw


@contextmanager
def _disk(world: World, options: str) -> Iterator[Path]:
    """Mount a disk of its own, or say that this machine does not let us."""
    folder = world.folder / world.fresh_name()
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], capture_output=True, check=False
    )
    if done.returncode:
        raise NotHere("needs the right to mount a disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def _left(cache: Path, beside: Path | None = None) -> str:
    """Say what lies in a cache, whole files and half ones, besides one."""
    found = [path for path in cache.rglob("*") if path.is_file() and path != beside]
    parts = [path.name for path in found if path.suffix == ".part"]
    return f"{len(found) - len(parts)} whole, {len(parts)} half"


def _disk_cold(world: World, options: str) -> Seen:
    """Start with a disk that cannot hold the model."""
    stage = Stage(world)
    mark = world.log.mark()
    with _disk(world, options) as cache, stage.serving(cache=cache):
        answer = stage.ask()
        return Seen(f"{said(stage, answer, mark)}; {_left(cache)}", f"log: {world.log.details(mark).partition(';')[0]}")


def _disk_fills(world: World) -> Seen:
    """Fill the disk while a model is served, promote, and empty it again."""
    stage = Stage(world)
    with _disk(world, "size=64k") as cache, stage.serving(cache=cache):
        stage.promote(stage.new)
        filler = cache / "filler"
        with filler.open("wb", buffering=0) as file, suppress(OSError):
            while file.write(b"x" * 4096):
                pass
        full = stage.look()
        left = _left(cache, filler)
        filler.unlink()
        return Seen(f"{full}; {left}; with room again {stage.look()}")


def _cache_is_a_file(world: World) -> Seen:
    """Let a file stand where the cache should be."""
    stage = Stage(world)
    cache = world.folder / world.fresh_name()
    cache.write_text("in the way")
    mark = world.log.mark()
    with stage.serving(cache=cache):
        return Seen(
            said(stage, stage.ask(), mark),
            f"log: {world.log.details(mark).partition(';')[0]}".replace(str(cache), "CACHE"),
        )


def _stale_part(world: World) -> Seen:
    """Start where a process died in the middle of a pull, and look at what stays."""
    stage = Stage(world)
    dead = stage.cache / FAMILY / f"{PREFIX}{MODEL}-{stage.old.version}-dead"
    dead.mkdir(parents=True)
    (dead / f"{ARRAYS}.part").write_bytes(b"half of what was to come")
    (dead / ARRAYS).write_bytes(b"and something else")
    with stage.serving():
        return Seen(f"{stage.look()}; {_left(stage.cache)}")


def _too_large(world: World, kind: Kind, breaks: Break) -> Seen:
    """Let the new version be too large by its manifest; none of its files may be asked for."""
    stage = standing(world, kind)
    with stage.case():
        stage.promote(stage.new)
        breaks(stage.store, stage.new)
        asked = len(world.injector.asked)
        what = stage.look()
        files = [path for _, path in world.injector.asked[asked:] if path.endswith(ARRAYS)]
        return Seen(f"{what}; {len(files)} files asked for")


def _too_large_cold(world: World, kind: Kind) -> Seen:
    """Start a function that has less memory than its only version needs."""
    stage = Stage(world, kind)
    BROKEN["too large for the memory"](stage.store, stage.old)
    mark, asked = world.log.mark(), len(world.injector.asked)
    with stage.serving():
        answer = stage.ask()
    files = [path for _, path in world.injector.asked[asked:] if path.endswith(ARRAYS)]
    return Seen(f"{said(stage, answer, mark)}; {len(files)} files asked for")


def _aged(world: World, model: str) -> Seen:
    """Ask the same of an artifact of now and of one that learnt the same a generation ago."""
    answers = []
    for years in (0, YEARS):
        prefix, start = world.fresh_name(), START - years * 365 * DAY
        store = world.store(prefix)
        manifest = publish(store, world.drafts.draft(model, years_ago=years), opens)
        promote(store, model, manifest.version, reason="test")
        functions = world.functions(prefix, world.folder / prefix)
        history = [{"item_id": item, "timestamp": start + day * DAY} for item, day in ((3, 59), (8, 40), (12, 1))]
        asked = (json.dumps({"history": history}), json.dumps({"user_id": 7, "history": history[:1]}), "{}")
        with world.twin.fresh(functions[manifest.family]):
            came = [world.post(f"/reco/{model}", body.encode()) for body in asked]
            came += [world.ask(f"/reco/{model}/{user}") for user in (0, 7, UNKNOWN)]
            answers.append([answer.json()["items"] for answer in came])
    same = "the same lists" if answers[0] == answers[1] and all(map(len, answers[0])) else "other lists"
    return Seen(same, f"{len(answers[0])} questions")


def _items(answer: Answer) -> Seen:
    said_of = answer.json()
    items = said_of.get("items", [])
    twice = "" if len(set(items)) == len(items) else ", one of them twice"
    return Seen(f"{outcome(answer)}, {len(items)} items from {said_of.get('source')}{twice}")


def _posted(body: dict[str, object]) -> Question:
    return lambda world, model: _items(world.post(f"/reco/{model}", json.dumps(body).encode()))


def _got(rest: str) -> Question:
    return lambda world, model: _items(world.ask(f"/reco/{model}/{rest}"))


def _answered(world: World, kind: Kind, question: Question) -> Seen:
    """Ask the version that stands."""
    with standing(world, kind).case():
        return question(world, kind.model)


def _nothing_published(world: World) -> Seen:
    """Ask which models there are in a store that has none."""
    prefix = world.fresh_name()
    with world.twin.fresh(world.functions(prefix, world.folder / prefix)["catalogue"]):
        answer = world.ask("/models")
    return Seen(f"{outcome(answer)}, {answer.json().get('models')}")


def _no_items(world: World) -> Seen:
    """Serve an artifact without a single item or user."""
    prefix, folder = world.fresh_name(), world.folder / world.fresh_name()
    writer = ArtifactWriter(folder)
    none = np.zeros(0, np.int32)
    for name in ("item_ids", "user_ids"):
        writer.array(name, np.zeros(0, np.int64))
    for name in ("fallback", "seen_rows", "popularity"):
        writer.array(name, none)
    writer.array("seen_indptr", np.zeros(1, np.int64))
    described = json.loads((world.drafts.draft("popular_recent") / "manifest.json").read_bytes())
    fields = ("family", "scorer", "algorithm", "git_commit", "dataset", "params", "seed", "id_bound", "fallback")
    manifest = writer.seal(model="popular", **{name: described[name] for name in fields})
    store = world.store(prefix)
    publish(store, folder, opens)
    promote(store, "popular", manifest.version, reason="test")
    with world.twin.fresh(world.functions(prefix, world.folder / prefix)["lists"]):
        return _items(world.ask("/reco/popular/1"))


ALL = [*range(SIZE)]
QUESTIONS: dict[str, tuple[Question, str]] = {  # with what every model that recommends answers
    "an unknown user": (_got(f"{UNKNOWN}"), "200, 10 items from popular"),
    "nobody at all": (_posted({}), "200, 10 items from popular"),
    "a history of unknown items": (_posted({"history": [{"item_id": 999}]}), "200, 10 items from popular"),
    "everything excluded": (_posted({"exclude": ALL}), "200, 0 items from popular"),
    "everything but three excluded": (_posted({"exclude": ALL[3:]}), "200, 3 items from popular"),
    "nothing allowed": (_posted({"only": []}), "200, 0 items from popular"),
    "unknown items allowed": (_posted({"only": [999]}), "200, 0 items from popular"),
    "more than there is": (_got(f"{UNKNOWN}?k=100"), f"200, {SIZE} items from popular"),
    "a known user, everything excluded": (_posted({"user_id": 0, "exclude": ALL}), "200, 0 items from popular"),
}
UNSEEN = {
    ALS: "21 items from model",
    ITEM_KNN: "21 items from mixed",
    USER_KNN: "21 items from mixed",
    NETWORK: "37 items from model",
    RANKER: "21 items from model",
}  # of user 0, k = 100
SAYING: dict[str, tuple[Callable[[World], Seen], str]] = {
    "an unknown user, whose id is a string": (
        lambda world: _got("nobody")(world, "popular"),
        "200, 10 items from popular",
    ),
    "a catalogue without models": (_nothing_published, "200, []"),
    "an artifact without items": (_no_items, "200, 0 items from popular_recent"),
}

CASES = [
    Case(
        "disk",
        "full, at a cold start",
        "503 model_unavailable, DiskUnusable logged; 0 whole, 0 half",
        partial(_disk_cold, options="size=4k"),
    ),
    Case(
        "disk",
        "full, at a refresh",
        "old version, DiskUnusable logged; 1 whole, 0 half; with room again new version",
        _disk_fills,
    ),
    Case(
        "disk",
        "read-only",
        "503 model_unavailable, DiskUnusable logged; 0 whole, 0 half",
        partial(_disk_cold, options="ro"),
    ),
    Case("disk", "a file where the cache should be", "503 model_unavailable, DiskUnusable logged", _cache_is_a_file),
    Case("disk", "what a process left that died", "old version; 1 whole, 0 half", _stale_part),
    *(
        Case(
            "too large",
            f"{name}, at a refresh, {kind.model}",
            "old version, TooLarge logged; 0 files asked for",
            partial(_too_large, kind=kind, breaks=BROKEN[name]),
        )
        for kind in KINDS
        for name in ("too large for the memory", "too large for the disk")
    ),
    *(
        Case(
            "too large",
            f"too large for the memory, at a cold start, {kind.model}",
            "503 model_unavailable, TooLarge logged; 0 files asked for",
            partial(_too_large_cold, kind=kind),
        )
        for kind in (ALS, NETWORK, TITLES)
    ),
    *(
        Case("thirty years", model, "the same lists", partial(_aged, model=model))
        for model in ("als", "popular_recent", "item_knn", "two_stage")
    ),
    *(
        Case("nothing to say", f"{name}, {kind.model}", expected, partial(_answered, kind=kind, question=question))
        for kind in RECOMMENDERS
        for name, (question, expected) in QUESTIONS.items()
    ),
    *(
        Case(
            "nothing to say",
            f"more than there is unseen, {kind.model}",
            f"200, {UNSEEN[kind]}",
            partial(_answered, kind=kind, question=_got("0?k=100")),
        )
        for kind in RECOMMENDERS
    ),
    *(Case("nothing to say", name, expected, run) for name, (run, expected) in SAYING.items()),
]
