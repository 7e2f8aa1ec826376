"""Made-up users: who they are, what they like and how much they watch."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from training.data.synth_items import NICHES

Ints = NDArray[np.int64]

FAVOURITES = 3

_AGES = ("age_18_24", "age_25_34", "age_35_44", "age_45_54", "age_55_64", "age_65_inf")
_AGE_SHARES = (0.15, 0.28, 0.26, 0.16, 0.10, 0.05)
_INCOMES = ("income_0_20", "income_20_40", "income_40_60", "income_60_90", "income_90_150", "income_150_inf")
_INCOME_SHARES = (0.03, 0.55, 0.30, 0.08, 0.03, 0.01)
_SEXES = ("\u041c", "\u0416")  # as KION writes them
_UNKNOWN = 0.02  # share of empty features
_SILENT = 0.1  # share of users in the table that never watched
_UNLISTED = 0.1  # share of users that watched and are not in the table


@dataclass(frozen=True)
class Audience:
    """Users by row."""

    ids: Ints
    known: Ints  # rows of the users that must be there
    activity: NDArray[np.float64]  # cumulative share of interactions
    favourites: Ints  # (users, FAVOURITES) niches
    table: pl.DataFrame

    def draw(self, rng: np.random.Generator, among: slice, count: int) -> Ints:
        """Draw users of a range of rows, by how much they watch."""
        start, stop, _ = among.indices(len(self.ids))
        low = self.activity[start - 1] if start else 0.0
        drawn = low + rng.random(count) * (self.activity[stop - 1] - low)
        rows: Ints = np.searchsorted(self.activity, drawn, side="right")
        return np.minimum(rows, stop - 1)

    def choose_niches(self, rng: np.random.Generator, users: Ints, fashion: NDArray[np.float64]) -> Ints:
        """Draw a niche for each user: most often a favourite, in proportion to this week's fashion, else any."""
        favourites = self.favourites[users]
        shares = np.cumsum(fashion[favourites] * (1.0, 0.6, 0.35), axis=1)
        slot = (rng.random(len(users))[:, None] * shares[:, -1:] >= shares).sum(axis=1)
        chosen = favourites[np.arange(len(users)), np.minimum(slot, FAVOURITES - 1)]
        any_niche = rng.choice(len(fashion), size=len(users), p=fashion / fashion.sum())
        return np.where(rng.random(len(users)) < 0.75, chosen, any_niche)


def make_users(rng: np.random.Generator, count: int, known: tuple[int, ...]) -> Audience:
    """Make up users, the known ones first."""
    ids = _ids(rng, count, known)
    age = rng.choice(len(_AGES), size=count, p=_AGE_SHARES)
    sex = rng.integers(0, 2, size=count)
    role = rng.random(count)
    role[: len(known)] = 1.0
    weights = rng.pareto(1.3, size=count).clip(0.02, 60.0) + 0.1  # a few watch all day
    weights[: len(known)] = 2.0
    weights[role < _SILENT] = 0.0
    activity = np.cumsum(weights) / weights.sum()
    activity[-1] = 1.0
    listed = (role < _SILENT) | (role >= _SILENT + _UNLISTED)
    table = _table(rng, ids, age, sex).filter(pl.Series(listed)).sort("user_id")
    return Audience(ids, np.arange(len(known)), activity, _favourites(rng, age, sex), table)


def _ids(rng: np.random.Generator, count: int, known: tuple[int, ...]) -> Ints:
    """Draw different ids from a range a little too wide, as KION's is."""
    top = max(1_100_000, count + count // 10)
    others = np.setdiff1d(np.arange(top), known)
    drawn = rng.choice(others, size=count - len(known), replace=False)
    return np.concatenate([np.asarray(known, dtype=np.int64), drawn])


def _favourites(rng: np.random.Generator, age: Ints, sex: Ints) -> Ints:
    """Draw favourite niches with a lean towards those of the user's age and sex."""
    niche_age = rng.integers(0, len(_AGES), size=NICHES)
    niche_sex = rng.integers(0, 2, size=NICHES)
    size = rng.pareto(2.0, size=NICHES) + 0.3
    favourites = np.empty((len(age), FAVOURITES), dtype=np.int64)
    for group_age in range(len(_AGES)):
        for group_sex in range(2):
            group = np.flatnonzero((age == group_age) & (sex == group_sex))
            lean = size * np.where(niche_age == group_age, 4.0, 1.0) * np.where(niche_sex == group_sex, 2.5, 1.0)
            favourites[group] = rng.choice(NICHES, size=(len(group), FAVOURITES), p=lean / lean.sum())
    return favourites


def _table(rng: np.random.Generator, ids: Ints, age: Ints, sex: Ints) -> pl.DataFrame:
    income = rng.choice(len(_INCOMES), size=len(ids), p=_INCOME_SHARES)
    return pl.DataFrame(
        {
            "user_id": ids,
            "age": _named(rng, _AGES, age),
            "income": _named(rng, _INCOMES, income),
            "sex": _named(rng, _SEXES, sex),
            "kids_flg": (rng.random(len(ids)) < np.where(age > 0, 0.35, 0.08)).astype(np.int64),
        }
    )


def _named(rng: np.random.Generator, names: tuple[str, ...], codes: Ints) -> pl.Series:
    """Write codes as names, a few of them unknown."""
    named = pl.Series(names, dtype=pl.String).gather(codes)
    return named.zip_with(pl.Series(rng.random(len(codes)) >= _UNKNOWN), pl.Series([None], dtype=pl.String))
