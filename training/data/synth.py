"""A made-up data set in the shape of KION, with tastes and fashions in it that a model can find.

Every item belongs to a niche, a narrow taste with two genres. A user has three favourite niches, drawn with a lean
towards those of their age and sex. A niche's share drifts from week to week, an item is most wanted when it is new,
and within a niche popularity falls as Zipf found it to.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from training.data.synth_items import Catalogue, make_items
from training.data.synth_users import Audience, make_users
from training.data.whole import whole_folder
from warmstart.errors import DataError

KNOWN_USERS = (666262, 672861, 955527)  # whom the examples ask for: always there, always with a history

Ints = NDArray[np.int64]

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


def synthesise(size: Size, seed: int, to: Path, form: Literal["csv", "parquet"] = "csv") -> dict[str, int]:
    """Write interactions, users and items to a new folder and count them; equal seeds give equal bytes."""
    size.check()
    rng = np.random.default_rng(seed)
    audience, catalogue = make_users(rng, size.users, KNOWN_USERS), make_items(rng, size.items, size.days)
    world = World(audience, catalogue, _fashion(rng, size.days, catalogue.niches), size.days)
    tables = {
        "interactions": _interactions(rng, world, size.interactions),
        "users": audience.table,
        "items": catalogue.table,
    }
    with whole_folder(to) as (folder, _):
        for name, table in tables.items():
            path = folder / f"{name}.{form}"
            table.write_csv(path) if form == "csv" else table.write_parquet(path)
    return {name: len(table) for name, table in tables.items()}


def _fashion(rng: np.random.Generator, days: int, niches: int) -> NDArray[np.float64]:
    """Let each niche's share wander from week to week."""
    steps = rng.normal(0.0, 0.35, size=(days // 7 + 1, niches))
    walk = np.cumsum(steps, axis=0)
    shares: NDArray[np.float64] = np.exp(walk - walk.mean(axis=1, keepdims=True)).clip(0.1, 10.0)
    return shares


def _interactions(rng: np.random.Generator, world: World, count: int) -> pl.DataFrame:
    """Draw until there are enough different pairs, the first of them of the known users."""
    forced = np.repeat(world.audience.known, 10)
    users, items, days = np.empty((3, 0), dtype=np.int64)
    for _ in range(_ROUNDS):
        drawn = _draw(rng, world, forced, count + count // 4 + 100)
        users, items, days = (np.concatenate(pair) for pair in zip((users, items, days), drawn, strict=True))
        _, first = np.unique(users * len(world.catalogue.ids) + items, return_index=True)
        keep = np.sort(first)[:count]
        users, items, days = users[keep], items[keep], days[keep]
        if len(keep) == count:
            return _watched(rng, world, users, items, days)
    raise DataError(f"only {len(users)} different pairs could be drawn: ask for fewer interactions")


def _draw(rng: np.random.Generator, world: World, forced: Ints, count: int) -> tuple[Ints, Ints, Ints]:
    """Draw user, item and day of many interactions, a week at a time."""
    users = np.searchsorted(world.audience.activity, rng.random(count), side="right")
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
