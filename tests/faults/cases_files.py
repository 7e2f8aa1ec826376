"""Versions that must not be served: damaged on the way, damaged where they lie, or made to do harm."""

import json
import pickle
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx.external_data_helper import set_external_data

from tests.faults.ask import outcome
from tests.faults.case import Case, Seen
from tests.faults.drafts import SIZE
from tests.faults.effects import cut, drop, flip, page
from tests.faults.injector import Act
from tests.faults.stage import FAMILY, MODEL, Stage, said
from tests.faults.world import World
from tests.functions.encoders import bag_model, write_draft
from tests.layers.breakages import BROKEN, HEADER, Break, changed, header, holding, rewrite
from warmstart.manifest import ARRAYS, Manifest
from warmstart.publish import publish

FLAT = 50 * 2**20  # bytes by which a refused file may raise a function's memory
DAMAGES: dict[str, Act] = {
    "cut short, with a length to match": cut(honest=True),
    "cut short, without": cut(honest=False),
    "one bit flipped": flip,
    "a page with 200": page,
    "dropped": drop,
}
KINDS = {  # what each damage is refused as, by the part that is damaged
    ("alias", "cut short, with a length to match"): "ManifestInvalid",
    ("alias", "one bit flipped"): "ManifestInvalid",
    ("alias", "a page with 200"): "ManifestInvalid",
    ("manifest", "cut short, with a length to match"): "ManifestInvalid",
    ("manifest", "one bit flipped"): "ManifestInvalid",
    ("manifest", "a page with 200"): "ManifestInvalid",
    ("arrays", "cut short, with a length to match"): "Corrupt",
    ("arrays", "one bit flipped"): "Corrupt",
    ("arrays", "a page with 200"): "Corrupt",
}


def _pattern(stage: Stage, part: str) -> str:
    return {"alias": stage.alias, "manifest": stage.manifest_of(stage.new), "arrays": stage.arrays_of(stage.new)}[part]


def _for_good(world: World, part: str, act: Act) -> Seen:
    """Damage every answer for one part of the new version, then none."""
    stage = Stage(world)
    with stage.serving():
        stage.promote(stage.new)
        with stage.faulty(_pattern(stage, part), act):
            damaged = stage.look()
        return Seen(f"{damaged}; then {stage.look()}")


def _once(world: World, act: Act) -> Seen:
    """Damage the first answer for the arrays."""
    stage = Stage(world)
    with stage.serving():
        stage.promote(stage.new)
        with stage.faulty(stage.arrays_of(stage.new), act, times=1):
            return Seen(stage.look())


def _cold(world: World, act: Act) -> Seen:
    """Damage the arrays at a cold start."""
    stage = Stage(world)
    with stage.faulty(stage.arrays_of(stage.old), act), stage.serving():
        return Seen(outcome(stage.ask()))


def _broken(world: World, breaks: Break) -> Seen:
    """Break the new version where it lies, and ask twice; the function's memory must not have noticed."""
    stage = Stage(world)
    with stage.serving():
        stage.ask()
        stage.promote(stage.new)
        breaks(stage.store, stage.new)
        before = world.twin.peak_bytes(FAMILY)
        looks = [stage.look() for _ in range(2)]
        grown = world.twin.peak_bytes(FAMILY) - before
    flat = "" if grown < FLAT else ", memory not flat"
    return Seen(looks[0] + flat if looks[0] == looks[1] else "; ".join(looks) + flat, f"memory +{grown / 2**20:.1f} MB")


def _broken_cold(world: World, breaks: Break) -> Seen:
    """Break the only version before a cold start."""
    stage = Stage(world)
    breaks(stage.store, stage.old)
    mark = world.log.mark()
    with stage.serving():
        return Seen(said(stage, stage.ask(), mark))


def _with_array(world: World, name: str, values: NDArray[Any]) -> Seen:
    """Let the new version have one other array, with the right size and hash."""
    return _broken(world, holding(ARRAYS, world.drafts.with_array(MODEL, name, values)))


def _bomb(world: World) -> Seen:
    """Let the new version's arrays be a pickle that makes a folder when it is opened."""
    sign = world.folder / world.fresh_name()
    seen = _broken(world, holding(ARRAYS, _Bomb.pickled(str(sign))))
    return Seen(seen.what + (", and it ran" if sign.exists() else ", and it never ran"), seen.figures)


class _Networks(Stage):
    """Two versions of a network; the weights of the new one lie in a file of the machine that serves it."""

    family, model = "neural", "autoencoder"

    def publish(self) -> tuple[Manifest, Manifest]:
        """Publish both, as somebody does who checks nothing."""
        outside = bag_model()
        (weights,) = outside.graph.initializer
        set_external_data(weights, "/etc/passwd")
        weights.ClearField("raw_data")
        weights.data_location = weights.EXTERNAL
        folder = self.world.folder / self.world.fresh_name()
        for name, network in (("old", bag_model()), ("new", outside)):
            write_draft(folder / name, network)
        old, new = (publish(self.store, folder / name, lambda *_: None) for name in ("old", "new"))
        return old, new


def _outside(world: World) -> Seen:
    """Let the new version's network name another file."""
    stage = _Networks(world)
    with stage.serving():
        first = stage.look()
        stage.promote(stage.new)
        return Seen(f"{first}; then {stage.look()}")


class _Bomb:
    """Makes a folder when it is unpickled."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        import os

        return os.mkdir, (self._path,)

    @classmethod
    def pickled(cls, path: str) -> bytes:
        """Return its bytes."""
        return pickle.dumps(cls(path))


def _nested_header() -> bytes:
    text = b"[" * 500_000
    return len(text).to_bytes(8, "little") + text


def _older(world: World) -> Seen:
    """Serve the second version, then find the alias as it was before."""
    stage = Stage(world)
    before = json.loads(stage.store.get(f"models/{MODEL}/aliases/champion.json", limit=2**20).data)
    with stage.serving():
        stage.promote(stage.new)
        first = stage.look()
        rewrite(stage.store, before["version"], serial=before["serial"], manifest_sha256=before["manifest_sha256"])
        return Seen(f"{first}; then {stage.look()}")


def _case(row: str, name: str, kind: str, breaks: Break) -> Case:
    return Case(row, name, f"old version, {kind} logged", partial(_broken, breaks=breaks))


FLOAT = np.ones((SIZE, 2), np.float32)
ARRAYS_REFUSED: dict[str, tuple[str, NDArray[Any], str]] = {
    "a dtype that is not the scorer's": ("item_vectors", FLOAT.astype(np.float64), "Incompatible"),
    "a shape that is not the scorer's": ("item_vectors", np.ones((SIZE, 3), np.float32), "Incompatible"),
    "too few users": ("user_vectors", FLOAT[1:], "Incompatible"),
    "NaN in the vectors": ("item_vectors", FLOAT * np.float32("nan"), "Corrupt"),
    "an infinity in the vectors": ("user_vectors", FLOAT * np.float32("inf"), "Corrupt"),
    "ids of no known type": ("item_ids", np.arange(SIZE, dtype=np.float32), "Incompatible"),
    "an order that is too short": ("fallback", np.zeros(3, np.int32), "Incompatible"),
}
HOSTILE: dict[str, tuple[Break, str]] = {
    "a header that claims 2^40 floats": (holding(ARRAYS, header(HEADER)), "Incompatible"),
    "a header that claims 2^63 bytes": (holding(ARRAYS, (2**63).to_bytes(8, "little") + b"{}"), "Incompatible"),
    "a header of 500,000 nested arrays": (holding(ARRAYS, _nested_header()), "Incompatible"),
    "nothing in the file": (holding(ARRAYS, b""), "Incompatible"),
    "a manifest whose file leaves its folder": (
        changed(files={"../../evil": {"bytes": 1, "sha256": "0" * 64}}),
        "ManifestInvalid",
    ),
}
MANIFESTS = {
    "manifest is missing": "ManifestInvalid",
    "manifest has another hash": "ManifestInvalid",
    "manifest is not JSON": "ManifestInvalid",
    "manifest is a page": "ManifestInvalid",
    "manifest is huge": "Corrupt",
    "manifest is nested": "ManifestInvalid",
    "unknown format": "ManifestInvalid",
    "another model": "ManifestInvalid",
    "another version": "ManifestInvalid",
    "another scorer": "Incompatible",
    "a whole version of another model": "ManifestInvalid",
    "a time that is none": "Incompatible",
}
ALIASES = {"alias is not JSON": "ManifestInvalid", "alias is huge": "Corrupt", "alias is gone": "KeyMissing"}

CASES = [
    *(
        Case(
            "damaged files",
            f"the {part}, for good: {name}",
            f"old version, {KINDS.get((part, name), 'StoreUnavailable')} logged; then new version",
            partial(_for_good, part=part, act=act),
        )
        for part in ("alias", "manifest", "arrays")
        for name, act in DAMAGES.items()
    ),
    *(
        Case("damaged files", f"the arrays, once: {name}", "new version", partial(_once, act=act))
        for name, act in DAMAGES.items()
    ),
    *(
        Case(
            "damaged files",
            f"the arrays, at a cold start: {name}",
            "503 model_unavailable",
            partial(_cold, act=DAMAGES[name]),
        )
        for name in ("one bit flipped", "a page with 200")
    ),
    *(_case("damaged manifest", name, kind, BROKEN[name]) for name, kind in MANIFESTS.items()),
    _case("damaged manifest", "another family's scorer", "Incompatible", changed(scorer="lists", family="lists")),
    Case(
        "damaged manifest",
        "a manifest that is missing, at a cold start",
        "503 model_unavailable, ManifestInvalid logged",
        partial(_broken_cold, breaks=BROKEN["manifest is missing"]),
    ),
    *(_case("alias astray", name, kind, BROKEN[name]) for name, kind in ALIASES.items()),
    Case("alias astray", "an older serial", "new version; then new version, ArtifactError logged", _older),
    *(
        Case("wrong content", name, f"old version, {kind} logged", partial(_with_array, name=array, values=values))
        for name, (array, values, kind) in ARRAYS_REFUSED.items()
    ),
    _case("wrong content", "a setting that the scorer needs is gone", "Incompatible", changed(params={})),
    *(_case("hostile files", name, kind, breaks) for name, (breaks, kind) in HOSTILE.items()),
    Case(
        "hostile files", "a pickle under the arrays' name", "old version, Incompatible logged, and it never ran", _bomb
    ),
    Case(
        "hostile files",
        "an ONNX file whose weights lie outside it",
        "old version; then old version, Incompatible logged",
        _outside,
    ),
]
