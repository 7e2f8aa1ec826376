"""One episode of the machine: a store, its readers, and what is known of them."""

import random
from collections import deque
from pathlib import Path

from tests.registry.drafts import MODEL, Draft
from tests.registry.faults import Fault, Outcome, faulty
from tests.registry.places import Ground
from tests.registry.readers import Reader
from tests.registry.world import EMPTY, Violation, World, check_step, observe
from warmstart.registry import alias_key, versions
from warmstart.store import Store

ALIASES = ("champion", "champion", "challenger")  # drawn from, and one reader for each: most of it happens to one


class Episode:
    """Begins with an empty store and readers that have served nothing."""

    def __init__(self, ground: Ground, pool: list[Draft], folder: Path) -> None:
        self.ground, self.pool, self.folder = ground, pool, folder
        self.store = ground.place.open()
        self.disk = None if ground.place.endpoint else ground.place.folder()
        self.log: deque[str] = deque(maxlen=40)
        self.world = EMPTY
        self.dead: frozenset[str] = frozenset()  # intents that nobody minds any more
        self.old: dict[str, list[bytes]] = {}  # what each alias said, oldest first
        self.serials: dict[tuple[str, int], str] = {}  # which version each serial of an alias was
        self.readers = [
            Reader(ground.place, folder / f"cache-{number}", alias, pool) for number, alias in enumerate(ALIASES)
        ]
        self.temporary = folder / "tmp"
        self.temporary.mkdir(parents=True)

    def note(self, text: str) -> None:
        """Add to the last line of the log."""
        self.log[-1] += f" {text.strip()}"

    def reader(self, rng: random.Random) -> Reader:
        """Draw a reader."""
        number = rng.randrange(len(self.readers))
        self.note(f"by {number}")
        return self.readers[number]

    def settle(
        self, allowed: list[World] | None, *, sweeps: bool = False, folders: bool = True, leaves: bool = False
    ) -> None:
        """Look at the store, check it, and go on from there; it must be one of some worlds, where these are known.

        Only who dies, or does not know how its write ended, `leaves` an intent.
        """
        files = self.ground.look()
        found = observe(files)
        check_step(self.world, found, sweeps=sweeps or not folders)
        if allowed is not None:
            seen = found if folders else World(found.committed, frozenset(), found.aliases)
            if seen not in allowed:
                raise Violation(f"the store holds {seen}, expected one of {allowed}")
        if versions(self.store, MODEL) != sorted(found.committed):
            raise Violation("the list of versions is not what is committed")
        if left := [path.name for path in self.temporary.iterdir()]:
            raise Violation(f"temporary files were left: {left}")
        if (more := found.intents - self.world.intents) and not leaves:
            raise Violation(f"intents were left: {sorted(more)}")
        for name, pointer in found.aliases.items():
            self.remember(name, pointer.serial, pointer.version)
            if pointer != self.world.aliases.get(name):
                self.old.setdefault(name, []).append(files[alias_key(MODEL, name)])
        self.world = found

    def remember(self, alias: str, serial: int, version: str) -> None:
        """Raise Violation where a serial of an alias was another version before."""
        if self.serials.setdefault((alias, serial), version) != version:
            raise Violation(f"serial {serial} of {alias} is {version}, and was {self.serials[alias, serial]}")

    def held(self, *kinds: str) -> set[str]:
        """Return the versions with intents of some kinds that are not dead."""
        return {name.split(".")[0] for name in self.world.intents - self.dead if name.split(".")[1] in kinds}

    def check_dead(self) -> None:
        """Raise Violation where who announced itself and ended well has left intents of the dead."""
        if left := self.world.intents & self.dead:
            raise Violation(f"intents of the dead were left: {sorted(left)}")

    def some_version(self, rng: random.Random) -> str:
        """Draw a version, most often one that is committed."""
        known = sorted(self.world.committed) if rng.random() < 0.9 else []
        return rng.choice(known or [draft.manifest.version for draft in self.pool])

    def faulty(self, fault: Fault | None) -> Store:
        """Return the store, with a fault in it."""
        return faulty(self.store, self.disk, fault) if fault else self.store


def expect(outcome: Outcome, word: str) -> None:
    """Raise Violation unless an operation ended so."""
    if outcome.word != word:
        raise Violation(f"ended with {outcome.word} ({outcome.value}), expected {word}")
