"""Versions that must not be served: damaged on the way, damaged where they lie, or made to do harm."""

import json
import pickle
from collections.abc import Callable
from functools import partial

from tests.faults.ask import outcome
from tests.faults.case import Case, Seen
from tests.faults.effects import cut, drop, flip, page
from tests.faults.injector import Act
from tests.faults.kinds import ALS, KINDS, RECOMMENDERS, TITLES, Kind
from tests.faults.stage import MODEL, Stage, said
from tests.faults.standing import broken, refused, standing
from tests.faults.world import World
from tests.layers.breakages import BROKEN, HEADER, Break, changed, header, holding, rewrite
from warmstart.manifest import ARRAYS

DAMAGES: dict[str, Act] = {
    "cut short, with a length to match": cut(honest=True),
    "cut short, without": cut(honest=False),
    "one bit flipped": flip,
    "a page with 200": page,
    "dropped": drop,
}
KINDS_OF_DAMAGE = {  # what each damage is refused as, by the part that is damaged
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
    named = {"alias": stage.alias, "manifest": stage.manifest_of(stage.new), "arrays": stage.arrays_of(stage.new)}
    return named.get(part) or stage.arrays_of(stage.new, part)


def _for_good(world: World, kind: Kind, part: str, act: Act) -> Seen:
    """Damage every answer for one part of the new version, then none."""
    stage = standing(world, kind)
    with stage.case():
        stage.promote(stage.new)
        with stage.faulty(_pattern(stage, part), act):
            damaged = stage.look()
        return Seen(f"{damaged}; then {stage.look()}")


def _once(world: World, act: Act) -> Seen:
    """Damage the first answer for the arrays."""
    stage = standing(world, ALS)
    with stage.case():
        stage.promote(stage.new)
        with stage.faulty(stage.arrays_of(stage.new), act, times=1):
            return Seen(stage.look())


def _cold(world: World, kind: Kind, act: Act) -> Seen:
    """Damage the arrays at a cold start."""
    stage = Stage(world, kind)
    with stage.faulty(stage.arrays_of(stage.old), act), stage.serving():
        return Seen(outcome(stage.ask()))


def _broken_cold(world: World, kind: Kind, breaks: Break) -> Seen:
    """Break the only version before a cold start."""
    stage = Stage(world, kind)
    breaks(stage.store, stage.old)
    mark = world.log.mark()
    with stage.serving():
        return Seen(said(stage, stage.ask(), mark))


def _bomb(world: World, kind: Kind, name: str) -> Seen:
    """Let a file of the new version be a pickle that makes a folder when it is opened."""
    sign = world.folder / world.fresh_name()
    seen = broken(world, kind, holding(name, _Bomb.pickled(str(sign))))
    return Seen(seen.what + (", and it ran" if sign.exists() else ", and it never ran"), seen.figures)


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


def _case(row: str, name: str, error: str, kind: Kind, breaks: Break) -> Case:
    return Case(row, f"{name}, {kind.model}", refused(error), partial(broken, kind=kind, breaks=breaks))


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
    "no arrays": "Incompatible",
}
ALIASES = {"alias is not JSON": "ManifestInvalid", "alias is huge": "Corrupt", "alias is gone": "KeyMissing"}
OF_ALL = ("cut short, with a length to match", "one bit flipped", "a page with 200")
NO_MANIFEST = BROKEN["manifest is missing"]
OWN = [(kind, file) for kind in KINDS for file in kind.files if kind is not ALS or file != ARRAYS]

CASES = [
    *(
        Case(
            "damaged files",
            f"the {part}, for good: {name}, als",
            f"{refused(KINDS_OF_DAMAGE.get((part, name), 'StoreUnavailable'))}; then new version",
            partial(_for_good, kind=ALS, part=part, act=act),
        )
        for part in ("alias", "manifest", "arrays")
        for name, act in DAMAGES.items()
    ),
    *(
        Case(
            "damaged files",
            f"{file}, for good: {name}, {kind.model}",
            f"{refused('Corrupt')}; then new version",
            partial(_for_good, kind=kind, part=file, act=DAMAGES[name]),
        )
        for kind, file in OWN
        for name in OF_ALL
    ),
    *(
        Case("damaged files", f"the arrays, once: {name}, als", "new version", partial(_once, act=act))
        for name, act in DAMAGES.items()
    ),
    *(
        Case(
            "damaged files",
            f"the arrays, at a cold start: {name}, {kind.model}",
            "503 model_unavailable",
            partial(_cold, kind=kind, act=DAMAGES[name]),
        )
        for kind, name in ((ALS, "a page with 200"), *((kind, "one bit flipped") for kind in KINDS))
    ),
    *(
        _case("damaged manifest", name, error, kind, BROKEN[name])
        for kind in KINDS
        for name, error in MANIFESTS.items()
    ),
    *(
        _case("damaged manifest", "another family's scorer", "Incompatible", kind, changed(scorer="lists"))
        for kind in KINDS
    ),
    *(
        _case("damaged manifest", "a time that is none", "Incompatible", kind, BROKEN["a time that is none"])
        for kind in RECOMMENDERS
    ),
    *(
        Case(
            "damaged manifest",
            f"a manifest that is missing, at a cold start, {kind.model}",
            "503 model_unavailable, ManifestInvalid logged",
            partial(_broken_cold, kind=kind, breaks=NO_MANIFEST),
        )
        for kind in (ALS, TITLES)
    ),
    *(_case("alias astray", name, error, kind, BROKEN[name]) for kind in KINDS for name, error in ALIASES.items()),
    Case("alias astray", "an older serial, als", "new version; then new version, ArtifactError logged", _older),
    *(_case("hostile files", name, error, kind, breaks) for kind in KINDS for name, (breaks, error) in HOSTILE.items()),
    *(
        Case(
            "hostile files",
            f"a pickle under the name of {file}, {kind.model}",
            f"{refused('Incompatible')}, and it never ran",
            partial(_bomb, kind=kind, name=file),
        )
        for kind in KINDS
        for file in kind.files
    ),
]
