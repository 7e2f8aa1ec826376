"""S3 that refuses, for a moment or for good, at a cold start and while a model is served."""

import time
from functools import partial

from tests.faults.ask import Answer, outcome
from tests.faults.case import Case, Seen
from tests.faults.effects import drop, late, refused
from tests.faults.injector import Act
from tests.faults.stage import MODEL, Stage, said
from tests.faults.world import World

LONGER_THAN_A_REQUEST = 20.0  # seconds; a function has 15
TRIES = 40
OUTAGES: dict[str, tuple[Act, str]] = {
    "overload": (refused(503, "SlowDown"), "StoreUnavailable"),
    "an internal error": (refused(500, "InternalError"), "StoreUnavailable"),
    "no rights": (refused(403, "AccessDenied"), "AccessDenied"),
    "expired credentials": (refused(400, "ExpiredToken"), "StoreUnavailable"),
    "unknown credentials": (refused(403, "InvalidAccessKeyId"), "AccessDenied"),
    "a clock that is wrong": (refused(403, "RequestTimeTooSkewed"), "AccessDenied"),
    "connections that drop": (drop, "StoreUnavailable"),
}
PARTS = ("alias", "manifest", "arrays")


def _parts(stage: Stage, part: str) -> str:
    return {"alias": stage.alias, "manifest": stage.manifest_of(stage.new), "arrays": stage.arrays_of(stage.new)}[part]


def _stumble_cold(world: World) -> Seen:
    """Start while each key is refused twice."""
    stage = Stage(world)
    with stage.faulty(f"{stage.prefix}/models", refused(503, "SlowDown"), times=2), stage.serving() as seconds:
        answer = stage.ask()
        return Seen(
            said(stage, answer, world.log.mark()), f"{seconds + answer.seconds:.1f} s from the start to the answer"
        )


def _stumble_warm(world: World, part: str) -> Seen:
    """Refuse a key twice during a refresh."""
    stage = Stage(world)
    with stage.serving():
        stage.promote(stage.new)
        with stage.faulty(_parts(stage, part), refused(503, "SlowDown"), times=2):
            looks = [stage.look() for _ in range(3)]
    return Seen("; ".join(looks))


def _warm(world: World, act: Act, part: str) -> Seen:
    """Let a part of the store be away during a refresh, and come back."""
    stage = Stage(world)
    with stage.serving():
        stage.promote(stage.new)
        mark, started = world.log.mark(), time.perf_counter()
        with stage.faulty(_parts(stage, part), act):
            away = stage.look()
        seconds, detail = time.perf_counter() - started, world.log.details(mark)
        return Seen(f"{away}; then {stage.look()}", f"{seconds:.1f} s; log: {_short(stage, detail)}")


def _cold(world: World, act: Act) -> Seen:
    """Start while the whole store is away; then let it come back."""
    stage = Stage(world)
    mark = world.log.mark()
    with stage.faulty(f"{stage.prefix}/models", act), stage.serving() as start:
        answer = stage.ask()
        away, detail = outcome(answer), world.log.details(mark)
        with world.injector.rule(f"{stage.prefix}/models", lambda _, forward: forward()):
            back = _until_served(stage)
    figures = f"start {start:.1f} s, answer {answer.seconds:.1f} s; log: {_short(stage, detail)}"
    return Seen(f"{away}; then {back}", figures)


def _catalogue(world: World, act: Act) -> Seen:
    """Ask for the list of models while the store is well, then while it is away."""
    prefix = world.fresh_name()
    for model in ("als", "popular_recent"):
        world.publish(prefix, model)
    with world.twin.fresh(world.functions(prefix, world.folder / prefix)["catalogue"]):
        well = _listed(world.ask("/models"))
        with world.injector.rule(f"{prefix}/models", act):
            answer = world.ask("/models")
        return Seen(f"{well}, then {_listed(answer)}", f"{answer.seconds:.1f} s")


def _listed(answer: Answer) -> str:
    models = answer.json().get("models", ()) if answer.status == 200 else ()
    return f"{outcome(answer)} with {len(models)} models"


def _hidden(world: World) -> Seen:
    """Ask for a model that is not there, of a store that does not say what is not there."""
    prefix = world.fresh_name()
    mark = world.log.mark()
    with (
        world.injector.rule(f"{prefix}/models", refused(403, "AccessDenied")),
        world.twin.fresh(world.functions(prefix, world.folder / prefix)["factorization"]),
    ):
        answer = outcome(world.ask(f"/reco/{MODEL}/0"))
    detail = world.log.details(mark)
    both = "both causes" if "denied" in detail and "absent" in detail else "not both causes"
    return Seen(f"{answer}, the log names {both}", f"log: {detail.replace(prefix, 'stage')}")


def _absent(world: World) -> Seen:
    """Ask for a model that is not there, of a store that says so."""
    return Seen(outcome(world.ask("/reco/random/0")))


def _until_served(stage: Stage) -> str:
    """Ask until a version answers; a function waits between attempts."""
    for _ in range(TRIES):
        answer = stage.ask()
        if answer.status == 200:
            break
        time.sleep(0.1)
    return said(stage, answer, stage.world.log.mark())


def _short(stage: Stage, detail: str) -> str:
    first = detail.partition("; ")[0]
    return first.replace(stage.new.version, "VERSION").replace(stage.old.version, "VERSION")


CASES = [
    Case("store stumbles", "at a cold start, each key", "old version", _stumble_cold),
    *(
        Case(
            "store stumbles",
            f"at a refresh, the {part}",
            "old version, StoreUnavailable logged; new version; new version",
            partial(_stumble_warm, part=part),
        )
        for part in ("alias", "manifest")
    ),
    Case(
        "store stumbles",
        "at a refresh, the arrays",
        "new version; new version; new version",
        partial(_stumble_warm, part="arrays"),
    ),
    *(
        Case(
            "store stays away",
            f"{name}, at a refresh, the {part}",
            f"old version, {kind} logged; then new version",
            partial(_warm, act=act, part=part),
        )
        for name, (act, kind) in OUTAGES.items()
        for part in PARTS
        if part != "manifest"
    ),
    *(
        Case(
            "store stays away",
            f"{name}, at a cold start",
            "503 model_unavailable; then old version",
            partial(_cold, act=act),
            slow=True,
        )
        for name, (act, _) in OUTAGES.items()
        if name not in {"an internal error", "unknown credentials"}
    ),
    *(
        Case(
            "store stays away",
            f"silence, at a refresh, the {part}",
            "old version, StoreUnavailable logged; then new version",
            partial(_warm, act=late(LONGER_THAN_A_REQUEST), part=part),
            slow=True,
        )
        for part in PARTS
    ),
    Case(
        "store stays away",
        "silence, at a cold start",
        "503 model_unavailable; then old version",
        partial(_cold, act=late(LONGER_THAN_A_REQUEST)),
        slow=True,
    ),
    *(
        Case(
            "store stays away",
            f"{name}, the list of models",
            "200 with 2 models, then 200 with 2 models",
            partial(_catalogue, act=act),
            slow=True,
        )
        for name, act in (
            ("overload", OUTAGES["overload"][0]),
            ("no rights", OUTAGES["no rights"][0]),
            ("silence", late(LONGER_THAN_A_REQUEST)),
        )
    ),
    Case("hidden absence", "at a cold start", "503 model_unavailable, the log names both causes", _hidden),
    Case("hidden absence", "an absence that is not hidden", "503 model_unavailable", _absent),
]
