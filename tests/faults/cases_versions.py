"""Sweeps, loads, promotions and rollbacks that meet each other."""

import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from tests.faults.case import Case, Seen
from tests.faults.effects import before
from tests.faults.endings import alias_of, ended, named, third, tried
from tests.faults.injector import Asked, Forward, Reply
from tests.faults.kinds import KINDS, Kind
from tests.faults.stage import MODEL, Stage
from tests.faults.standing import standing
from tests.faults.world import World
from warmstart.registry import promote, read_alias, rollback, versions
from warmstart.store import Store
from warmstart.sweep import sweep

SWEEP = ("sweep", MODEL, "--keep", "0", "--older-than", "0", "--delete")
SOON = 20.0  # seconds
STANDS = "promotion done, sweep exit 0; the alias names NEW; new version"


def _promoted_under_sweep(world: World, method: str) -> Seen:
    """Promote the new version from within its sweep: right before a look at the aliases, or before the deletion."""
    stage = Stage(world)
    ends: list[str] = []

    def now(asked: Asked, forward: Forward) -> Reply:
        deletion = f"{stage.new.version}/manifest.json".encode() in asked.body  # keys to delete stand in the body
        if not ends and (deletion or method == "GET"):
            ends.append(tried(lambda: promote(stage.store, MODEL, stage.new.version, reason="test")))
        return forward()

    with world.injector.rule(stage.alias if method == "GET" else r"\?delete", now, methods=method):
        swept = ended(world.command(*SWEEP, prefix=stage.prefix))
    with stage.serving():
        served = stage.look()
    return Seen(f"promotion {', '.join(ends)}, sweep {swept}; {named(stage, alias_of(stage))}; {served}")


def _swept_under_promotion(world: World) -> Seen:
    """Sweep the new version from within its promotion, after its manifest was read and before the alias is swapped."""
    stage = Stage(world)

    def now() -> None:
        sweep(stage.store, MODEL, keep=0, older_than_days=-1, dry_run=False)

    forced = ("--force", "--reason", "test")
    with world.injector.rule(stage.alias, before(now), methods="PUT", times=1):
        end = ended(world.command("promote", MODEL, stage.new.version, *forced, prefix=stage.prefix))
    with stage.serving():
        served = stage.look()
    return Seen(named(stage, f"{end}; {alias_of(stage)}; {served}"))


def _one_dies(world: World, command: str, *, acted: bool) -> Seen:
    """Kill a promotion or a sweep right before or after the one write that counts; then the other comes, then both."""
    stage = Stage(world)
    started, children = threading.Event(), list[subprocess.Popen[str]]()
    arguments = SWEEP if command == "sweep" else ("promote", MODEL, stage.new.version, "--force", "--reason", "test")

    def die(asked: Asked, forward: Forward) -> Reply | None:
        if command == "sweep" and b"/manifest.json" not in asked.body:
            return forward()
        reply = forward() if acted else None
        started.wait(SOON)
        children[0].kill()
        return reply

    pattern, method = (r"\?delete", "POST") if command == "sweep" else (stage.alias, "PUT")
    with world.injector.rule(pattern, die, methods=method):
        children.append(world.command(*arguments, prefix=stage.prefix))
        started.set()
        children[0].communicate(timeout=SOON)
    said = _promoted(stage) if command == "sweep" else _swept(stage)
    again = f"{_promoted(stage)}, {_swept(stage)}"
    with stage.serving():
        return Seen(named(stage, f"{said}; again {again}; {alias_of(stage)}; {stage.look()}"))


def _promoted(stage: Stage) -> str:
    return f"promotion {tried(lambda: promote(stage.store, MODEL, stage.new.version, reason='test'))}"


def _swept(stage: Stage) -> str:
    return f"{len(sweep(stage.store, MODEL, keep=0, older_than_days=-1, dry_run=False))} swept"


def _swept_under_load(world: World, kind: Kind) -> Seen:
    """Sweep everything that may go while the served version is on its way to a cold function."""
    stage = Stage(world, kind)
    gone: list[list[str]] = []

    def now() -> None:
        gone.append(sweep(stage.store, stage.model, keep=0, older_than_days=-1, dry_run=False))

    with world.injector.rule(stage.arrays_of(stage.old), before(now), times=1), stage.serving():
        look = stage.look()
    left = named(stage, " ".join(versions(stage.store, stage.model)))
    return Seen(f"{len(gone[0])} swept; {look}; left: {left}")


def _overtaken_load(world: World) -> Seen:
    """Promote twice and sweep while a version is on its way: it is nobody's any more when it arrives."""
    stage = Stage(world)
    other = third(stage)
    done: list[str] = []

    def now() -> None:
        if not done:
            done.append("now")
            for manifest in (other, stage.old):
                stage.promote(manifest)
            sweep(stage.store, MODEL, keep=0, older_than_days=-1, dry_run=False)

    with stage.serving():
        stage.promote(stage.new)
        with world.injector.rule(stage.arrays_of(stage.new), before(now)):
            first = stage.look()
        return Seen(f"{first}; then {stage.look()}; left: {len(versions(stage.store, MODEL))} versions")


def _young(world: World) -> Seen:
    """Sweep with the usual age while a publisher has put files and no manifest yet."""
    stage = Stage(world)
    store: Store = stage.store
    half = f"models/{MODEL}/versions/{stage.new.version[:16]}-0000000/arrays.safetensors"
    store.put(half, b"half")
    end = ended(world.command("sweep", MODEL, "--keep", "0", "--delete", prefix=stage.prefix))
    stands = "stands" if half in store.keys("models") else "is gone"
    return Seen(f"{end}; what is not committed {stands}; {len(versions(store, MODEL))} versions")


def _readers(world: World) -> Seen:
    """Let 32 clients ask again and again while the alias goes to and fro."""
    stage = Stage(world)
    first = {stage.old.version: 0, stage.new.version: 1}  # item that user 0's list begins with
    mixed, served = list[str](), set[str]()

    def read(_: int) -> None:
        for _ in range(6):
            answer = stage.ask()
            said = answer.json()
            version = said.get("version", "")
            served.add(version)
            if (
                answer.status != 200
                or version != answer.headers["x-model-version"]
                or said["items"][0] != first[version]
            ):
                mixed.append(answer.body.decode())

    with stage.serving(), ThreadPoolExecutor(32) as pool:
        reading = [pool.submit(read, number) for number in range(32)]
        for turn in range(12):
            stage.promote((stage.new, stage.old)[turn % 2])
        for future in reading:
            future.result()
    whole = f"{len(mixed)} mixed: {mixed[0]}" if mixed else "each answer wholly of its version"
    return Seen(whole, f"{32 * 6} answers of {len(served)} versions, 12 promotions")


def _rolled_back(world: World) -> Seen:
    """Roll back, and roll that back, with the command."""
    stage = Stage(world)
    stage.promote(stage.new)
    said = []
    with stage.serving():
        said.append(stage.look())
        for _ in range(2):
            end = ended(world.command("rollback", MODEL, prefix=stage.prefix))
            alias = read_alias(stage.store, MODEL)
            said.append(f"{end}, serial {alias.serial if alias else None}, {stage.look()}")
    return Seen("; ".join(said))


def _back_and_forth(world: World, kind: Kind) -> Seen:
    """Promote, roll back, and roll that back."""
    stage = standing(world, kind)
    with stage.case():
        stage.promote(stage.new)
        looks = [stage.look()]
        for _ in range(2):
            rollback(stage.store, kind.model, reason="test")
            looks.append(stage.look())
    return Seen("; ".join(looks))


CASES = [
    Case(
        "promote meets sweep",
        "before the sweep looks at the aliases",
        STANDS,
        partial(_promoted_under_sweep, method="GET"),
    ),
    Case(
        "promote meets sweep",
        "between the sweep's look and its deletion",
        "promotion Conflict, sweep exit 0; the alias names OLD; old version",
        partial(_promoted_under_sweep, method="POST"),
    ),
    Case(
        "promote meets sweep",
        "the sweep comes before the swap",
        "exit 0; the alias names NEW; new version",
        _swept_under_promotion,
    ),
    Case(
        "promote meets sweep",
        "the promotion died before its swap",
        "0 swept; again promotion done, 0 swept; the alias names NEW; new version",
        partial(_one_dies, command="promote", acted=False),
    ),
    Case(
        "promote meets sweep",
        "the promotion died after its swap",
        "0 swept; again promotion done, 0 swept; the alias names NEW; new version",
        partial(_one_dies, command="promote", acted=True),
    ),
    Case(
        "promote meets sweep",
        "the sweep died before its deletion",
        "promotion Conflict; again promotion Conflict, 1 swept; the alias names OLD; old version",
        partial(_one_dies, command="sweep", acted=False),
    ),
    Case(
        "promote meets sweep",
        "the sweep died after its deletion",
        "promotion VersionMissing; again promotion VersionMissing, 1 swept; the alias names OLD; old version",
        partial(_one_dies, command="sweep", acted=True),
    ),
    *(
        Case(
            "sweep meets load",
            f"of the served version, {kind.model}",
            "1 swept; old version; left: OLD",
            partial(_swept_under_load, kind=kind),
        )
        for kind in KINDS
    ),
    Case(
        "sweep meets load",
        "of a version that two promotions left behind",
        "old version, Corrupt logged; then old version; left: 2 versions",
        _overtaken_load,
    ),
    Case(
        "sweep meets load",
        "of a young version without a manifest",
        "exit 0; what is not committed stands; 2 versions",
        _young,
    ),
    Case("readers while promoted", "32 readers", "each answer wholly of its version", _readers, slow=True),
    Case(
        "rollback", "twice", "new version; exit 0, serial 3, old version; exit 0, serial 4, new version", _rolled_back
    ),
    *(
        Case(
            "rollback",
            f"at one function, {kind.model}",
            "new version; old version; new version",
            partial(_back_and_forth, kind=kind),
        )
        for kind in KINDS
    ),
]
