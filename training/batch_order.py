"""An order of a model's lists, carried out here or by other machines: published, or written to files."""

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from training.batch import MOST, Batch, offline_name
from training.publishing import promote_if_passed, publish_with_card
from training.ready_lists import Lists
from training.stores import manifest_of
from warmstart.pull import pull
from warmstart.store import Store


@dataclass(frozen=True)
class Order:
    """Whose lists, how long, and what becomes of them."""

    model: str
    version: str | None = None  # the served one where it is not said
    k: int = MOST
    to: str | None = None  # where they are written; nothing is published then
    promote: bool = False
    workers: int = 1  # processes, where this machine ranks


class Maker(Protocol):
    """Who ranks for all users of a version."""

    def check(self, to: str) -> None:
        """Raise SettingsError where lists cannot be written there, before anything is computed for them."""
        ...

    def lists(self, job: Batch) -> Lists:
        """Return every user's list, and after them the one of the unknown."""
        ...

    def write(self, job: Batch, to: str) -> int:
        """Write every user's answer; return how many users have theirs from the fallback alone."""
        ...


def carry_out(order: Order, store: Store, maker: Maker, say: Callable[[str], None]) -> dict[str, Any]:
    """Make a version's lists, and publish or write them; killed anywhere, it leaves none of them half-made.

    Args:
        order: what is wanted.
        store: of the model.
        maker: who ranks.
        say: is told what is going on.

    Returns:
        What `warmstart batch --json` prints.

    Raises:
        WarmstartError: there is no such version, its bytes are not what its manifest names, or it cannot be ranked.
    """
    if order.to:
        maker.check(order.to)
    else:
        offline_name(order.model)  # too long a name is refused before anything is computed
    manifest = manifest_of(store, order.model, order.version)
    with tempfile.TemporaryDirectory(prefix="warmstart-batch-") as cache:
        folder = pull(store, manifest, Path(cache))
        job = Batch(folder, manifest, k=order.k, workers=order.workers, say=say)
        if order.to:
            return _written(job, order.to, maker)
        return _published(job, order, store, maker, Path(cache) / "lists", say)


def _written(job: Batch, to: str, maker: Maker) -> dict[str, Any]:
    started = time.perf_counter()
    by_fallback = maker.write(job, to)
    said = {"model": job.manifest.model, "version": None, "file": to, "state": "written", "refusal": None}
    return _told(job, by_fallback, time.perf_counter() - started) | said


def _published(
    job: Batch, order: Order, store: Store, maker: Maker, draft: Path, say: Callable[[str], None]
) -> dict[str, Any]:
    started = time.perf_counter()
    lists = maker.lists(job)
    seconds = time.perf_counter() - started
    sealed = job.seal(lists, draft, offline_name(order.model))
    say(f"{sealed.model}: publishing {sealed.version}")
    publish_with_card(store, draft, sealed)
    reason = f"lists of {job.manifest.version}"
    state, refusal = promote_if_passed(store, sealed, wanted=order.promote, reason=reason)
    said = {"model": sealed.model, "version": sealed.version, "file": None, "state": state, "refusal": refusal}
    return _told(job, lists.by_fallback, seconds) | said


def _told(job: Batch, by_fallback: int, seconds: float) -> dict[str, Any]:
    return {
        "of": job.manifest.version,
        "k": job.k,
        "users": job.users,
        "by_fallback": by_fallback,
        "seconds": round(seconds, 3),
        "users_per_second": round(job.users / seconds),
    }
