"""What is told and kept of a training while it runs."""

import hashlib
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from training.interactions import Interactions

OFTEN = 5.0  # seconds between two lines of progress
KEPT_EVERY = 20.0  # seconds between two checkpoints: what a killed training loses at most, beside its epoch


class Epoch(NamedTuple):
    """One pass over what is learnt from."""

    loss: float  # the mean over what was predicted
    seconds: float
    ndcg: float | None = None  # at 10, on the validation fold; None where there is none


@dataclass
class Watch:
    """Whom a training tells how far it is, and where it keeps what it has, to go on after it was killed."""

    say: Callable[[str], None] = lambda _: None
    checkpoints: Path | None = None  # a folder; None keeps nothing
    kept_every: float = KEPT_EVERY
    _told: float = field(default=0.0, init=False, repr=False)

    def tell(self, phase: str, curve: Sequence[Epoch], epochs: int) -> None:
        """Say how an epoch went, where nothing was said for a while."""
        now = time.monotonic()
        if now - self._told < OFTEN and len(curve) < epochs:
            return
        self._told = now
        last = curve[-1]
        measured = "" if last.ndcg is None else f", ndcg@10 {last.ndcg:.4f}"
        self.say(f"{phase}: epoch {len(curve)} of {epochs}, loss {last.loss:.4f}{measured}, {last.seconds:.1f} s")

    def file(self, *names: str) -> Path | None:
        """Return where a checkpoint lies that only the same training finds; None where nothing is kept."""
        if self.checkpoints is None:
            return None
        digest = hashlib.sha256("\n".join(names).encode()).hexdigest()
        return self.checkpoints / f"{digest[:32]}.pt"


def fingerprint(interactions: Interactions) -> str:
    """Return what tells interactions from others that a network could learn from."""
    digest = hashlib.sha256()
    for values in (interactions.users, interactions.items, interactions.weights, interactions.timestamps):
        digest.update(b"none" if values is None else values.tobytes())
    digest.update(repr((interactions.genres, sorted(interactions.user_features.items()))).encode())
    return digest.hexdigest()


def written_whole(path: Path, write: Callable[[Path], Any]) -> None:
    """Let something be written beside a file, then put it in its place: there is the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(f".{os.getpid()}")
    write(beside)
    beside.replace(path)
