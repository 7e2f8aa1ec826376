"""Made-up films and series: their niche, how wanted they are in which week, and what is written about them."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

Ints = NDArray[np.int64]

NICHES = 60

_GENRES = (
    "action", "adventure", "animation", "biography", "comedy", "crime", "detective", "documentary", "drama", "family",
    "fantasy", "history", "horror", "melodrama", "music", "science fiction", "sport", "thriller", "war", "western",
)  # fmt: skip
_FIRST = (
    "Amber", "Bitter", "Broken", "Crimson", "Distant", "Endless", "Fallen", "Golden", "Hidden", "Iron", "Last",
    "Lonely", "Northern", "Quiet", "Secret", "Silver", "Stolen", "Sudden", "Velvet", "Winter",
)  # fmt: skip
_SECOND = (
    "Anthem", "Bridge", "Captain", "Daughter", "Empire", "Frontier", "Garden", "Harbour", "Island", "Journey", "Letter",
    "Mirror", "Orchard", "Promise", "River", "Shadow", "Station", "Stranger", "Summer", "Witness",
)  # fmt: skip
_COUNTRIES = ("Russia", "USA", "France", "United Kingdom", "Italy", "South Korea", "Japan", "India")
_COUNTRY_SHARES = (0.35, 0.3, 0.1, 0.08, 0.05, 0.05, 0.04, 0.03)
_AGE_RATINGS = (0, 6, 12, 16, 18)
_OLD = 0.7  # share of items that were there before the first day


@dataclass(frozen=True)
class Catalogue:
    """Items by row, sorted by niche."""

    ids: Ints
    niche: Ints
    appeal: NDArray[np.float64]  # Zipf within the niche
    released: Ints  # week, negative for what was there before
    minutes: Ints
    table: pl.DataFrame
    niches: int = NICHES

    def choose_items(self, rng: np.random.Generator, niches: Ints, week: int) -> Ints:
        """Draw an item of each niche, by appeal and by how new it is this week."""
        niches = niches % (self.niche[-1] + 1)  # fewer items than niches leave the last ones empty
        age = week - self.released
        wanted = np.where(age < 0, 1e-9, self.appeal * (0.25 + 2.0 * np.exp(-age.clip(0) / 3.0)))
        ends = np.cumsum(wanted)
        last = np.searchsorted(self.niche, niches, side="right") - 1
        first = np.searchsorted(self.niche, niches, side="left")
        low = np.where(first > 0, ends[first - 1], 0.0)
        drawn = np.searchsorted(ends, low + rng.random(len(niches)) * (ends[last] - low), side="right")
        chosen: Ints = np.clip(drawn, first, last)
        return chosen


def make_items(rng: np.random.Generator, count: int, days: int) -> Catalogue:
    """Make up items, at least one in every niche that there is room for."""
    niche = np.sort(np.concatenate([np.arange(NICHES)[:count], rng.integers(0, NICHES, size=max(0, count - NICHES))]))
    rank = np.arange(count) - np.searchsorted(niche, niche, side="left")
    appeal = 1.0 / (rank + 1.0) ** 1.05
    old = rng.random(count) < _OLD
    released = np.where(old, -rng.integers(8, 200, size=count), rng.integers(0, days // 7 + 1, size=count))
    ids = rng.choice(max(16_520, count + count // 10), size=count, replace=False)
    series = rng.random(count) < 0.3
    minutes = np.where(series, rng.integers(200, 900, size=count), rng.integers(70, 180, size=count))
    table = _table(rng, ids, niche, series, released).sort("item_id")
    return Catalogue(ids, niche, appeal, released, minutes, table)


def _table(rng: np.random.Generator, ids: Ints, niche: Ints, series: NDArray[np.bool_], released: Ints) -> pl.DataFrame:
    count = len(ids)
    rating = rng.integers(0, len(_AGE_RATINGS), size=count)
    return pl.DataFrame(
        {
            "item_id": ids,
            "content_type": pl.Series(("film", "series")).gather(series.astype(np.int64)),
            "title": _titles(rng, count),
            "release_year": 2021 - rng.geometric(0.12, size=count) * (released < 0),
            "genres": _genres(rng, niche),
            "countries": pl.Series(_COUNTRIES).gather(rng.choice(len(_COUNTRIES), size=count, p=_COUNTRY_SHARES)),
            "for_kids": (rating == 0).astype(np.int64),
            "age_rating": np.asarray(_AGE_RATINGS)[rating],
        }
    )


def _titles(rng: np.random.Generator, count: int) -> pl.Series:
    """Put titles together, numbered so that no two are the same."""
    pair = rng.integers(0, len(_FIRST) * len(_SECOND), size=count)
    words = pl.DataFrame(
        {
            "first": pl.Series(_FIRST).gather(pair // len(_SECOND)),
            "second": pl.Series(_SECOND).gather(pair % len(_SECOND)),
        }
    )
    part = pl.int_range(1, pl.len() + 1).over("first", "second").cast(pl.String)
    return words.select(pl.concat_str("first", "second", part, separator=" ")).to_series()


def _genres(rng: np.random.Generator, niche: Ints) -> pl.Series:
    """Name the two genres of each niche, and now and then a third."""
    genres = pl.Series(_GENRES)
    of_niche = np.stack([rng.choice(len(_GENRES), size=2, replace=False) for _ in range(NICHES)])
    third = genres.gather(rng.integers(0, len(_GENRES), size=len(niche)))
    pairs = [genres.gather(of_niche[niche, i]).alias(name) for i, name in enumerate(("one", "two"))]
    some = third.zip_with(pl.Series(rng.random(len(niche)) < 0.3), pl.Series([None], dtype=pl.String)).alias("three")
    names = pl.concat_list("one", "two", "three").list.drop_nulls().list.unique(maintain_order=True)
    return pl.DataFrame([*pairs, some]).select(names.list.join(", ")).to_series()
