"""A made-up data set in the shape of KION, with tastes and fashions in it that a model can find.

Every item belongs to a niche, a narrow taste with two genres. A user has three favourite niches, drawn with a lean
towards those of their age and sex. A niche's share drifts from week to week, an item is most wanted when it is new,
and within a niche popularity falls as Zipf found it to.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from training.data.synth_items import Catalogue, make_items
from training.data.synth_users import Audience, make_users
from training.data.synth_write import Form, write_parts
from training.data.whole import whole_folder
from warmstart.errors import DataError

KNOWN_USERS = (666262, 672861, 955527)  # whom the examples ask for: always there, always with a history

Ints = NDArray[np.int64]

PART = 1_000_000  # interactions that are in memory at a time, about

_FIRST_DAY = np.datetime64("2021-03-13")  # KION's own
_ROUNDS = 20  # of drawing, until enough pairs are different


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much to make up."""

    users: int = 100_000
    items: int = 15_000
    interactions: int = 1_000_000
    days: int = 163

    def check(self) -> None:
        """Raise DataError for sizes that leave nothing to draw from."""
        if self.users < 10 or self.items < 10 or self.days < 1 or self.interactions < 50:
            raise DataError("at least 10 users, 10 items, 50 interactions and 1 day are needed")
        if self.interactions * 5 > self.users * self.items:
            raise DataError("interactions must be at most a fifth of users x items: each pair is made once")


@dataclass(frozen=True)
class World:
    """What the interactions are drawn from."""

    audience: Audience
    catalogue: Catalogue
    fashion: NDArray[np.float64]  # (weeks, niches), around 1
    days: int


def synthesise(size: Size, seed: int, to: Path, form: Form = "csv") -> dict[str, int]:
    """Write interactions, users and items to a new folder and count them; equal seeds give equal bytes.

    Interactions are made and written for some users at a time, so memory does not grow with their number. Within
    each such part, and so in a table of one part, the oldest stand first.
    """
    size.check()
    rng = np.random.default_rng(seed)
    audience, catalogue = make_users(rng, size.users, KNOWN_USERS), make_items(rng, size.items, size.days)
    world = World(audience, catalogue, _fashion(rng, size.days, catalogue.niches), size.days)
    with whole_folder(to) as (folder, _):
        made = write_parts(folder / f"interactions.{form}", form, _parts(rng, world, size.interactions))
        for name, table in (("users", audience.table), ("items", catalogue.table)):
            write_parts(folder / f"{name}.{form}", form, [table])
    return {"interactions": made, "users": len(audience.table), "items": len(catalogue.table)}


def _fashion(rng: np.random.Generator, days: int, niches: int) -> NDArray[np.float64]:
    """Let each niche's share wander from week to week."""
    steps = rng.normal(0.0, 0.35, size=(days // 7 + 1, niches))
    walk = np.cumsum(steps, axis=0)
    shares: NDArray[np.float64] = np.exp(walk - walk.mean(axis=1, keepdims=True)).clip(0.1, 10.0)
    return shares


def _parts(rng: np.random.Generator, world: World, count: int) -> Iterator[pl.DataFrame]:
    """Make the interactions of some users after the other; no pair is in two parts, for no user is."""
    parts = -(-count // PART)
    edges = np.linspace(0, len(world.audience.ids), parts + 1).astype(np.int64)
    shares = np.diff(np.concatenate([[0.0], world.audience.activity])[edges])
    for first, last, made in zip(edges[:-1], edges[1:], rng.multinomial(count, shares), strict=True):
        if made:
            yield _interactions(rng, world, slice(int(first), int(last)), int(made))


def _interactions(rng: np.random.Generator, world: World, among: slice, count: int) -> pl.DataFrame:
    """Draw until some users have enough different pairs, the first of them those of the known users."""
    known = world.audience.known
    forced = np.repeat(known[(known >= among.start) & (known < among.stop)], 10)
    users, items, days = np.empty((3, 0), dtype=np.int64)
    for _ in range(_ROUNDS):
        drawn = _draw(rng, world, among, forced, count + count // 4 + 100)
        users, items, days = (np.concatenate(pair) for pair in zip((users, items, days), drawn, strict=True))
        _, first = np.unique(users * len(world.catalogue.ids) + items, return_index=True)
        keep = np.sort(first)[:count]
        users, items, days = users[keep], items[keep], days[keep]
        if len(keep) == count:
            return _watched(rng, world, users, items, days)
    raise DataError(f"only {len(users)} of {count} different pairs could be drawn: ask for fewer interactions")


def _draw(rng: np.random.Generator, world: World, among: slice, forced: Ints, count: int) -> tuple[Ints, Ints, Ints]:
    """Draw user, item and day of many interactions, a week at a time."""
    users = world.audience.draw(rng, among, count)
    users[: len(forced)] = forced[:count]
    days = rng.integers(0, world.days, size=count)
    items = np.empty(count, dtype=np.int64)
    for week in range(world.days // 7 + 1):
        now = np.flatnonzero(days // 7 == week)
        niches = world.audience.choose_niches(rng, users[now], world.fashion[week])
        items[now] = world.catalogue.choose_items(rng, niches, week)
    return users, items, days


def _watched(rng: np.random.Generator, world: World, users: Ints, items: Ints, days: Ints) -> pl.DataFrame:
    """Say how long each was watched: to the end where the niche is a favourite, rather less elsewhere."""
    liked = (world.audience.favourites[users] == world.catalogue.niche[items, None]).any(axis=1)
    share = rng.beta(np.where(liked, 2.2, 0.7), np.where(liked, 0.7, 1.0))
    percent = np.clip(np.round(share * 100), 1, 100).astype(np.int64)
    order = np.argsort(days, kind="stable")
    table = pl.DataFrame(
        {
            "user_id": world.audience.ids[users],
            "item_id": world.catalogue.ids[items],
            "last_watch_dt": (_FIRST_DAY + days).astype("datetime64[ms]"),
            "total_dur": world.catalogue.minutes[items] * 60 * percent // 100,
            "watched_pct": percent,
        }
    )
    return table[order].with_columns(pl.col("last_watch_dt").cast(pl.Date))
