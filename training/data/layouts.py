"""Directories whose files and columns are known, as plain data: nothing is read here."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from training.columns import GENRES, ITEM_ID, TIMESTAMP, TITLE, WEIGHT


@dataclass(frozen=True)
class TableFile:
    """One table of a layout: where it stands, how it is written and what its columns mean."""

    names: tuple[str, ...]  # the first that exists is read
    columns: Mapping[str, str] = field(default_factory=dict)  # canonical -> in the file
    header: tuple[str, ...] = ()  # names for a file that starts with its first row
    separator: str = ","
    encoding: str = "utf8"
    quoted: bool = True
    recode: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # column -> value -> value
    flags: tuple[str, ...] = ()  # columns that hold 1 where the genre of their name applies
    unused: tuple[str, ...] = ()


@dataclass(frozen=True)
class Layout:
    """The tables of one known directory."""

    interactions: TableFile
    users: TableFile
    items: TableFile
    segments: tuple[str, ...] = ("age", "sex")  # user features that a first recipe counts popularity by


def plain(stem: str) -> TableFile:
    """Describe `stem.csv`, `stem.parquet` or `stem.tsv` with a header of its own."""
    return TableFile(names=(f"{stem}.csv", f"{stem}.parquet", f"{stem}.tsv"))


def _brackets(*starts: int) -> dict[str, str]:
    """Map each age up to 120 to the bracket it falls in, named as KION names them."""
    ends = [str(start - 1) for start in starts[1:]] + ["inf"]
    return {
        str(age): f"age_{start}_{end}"
        for start, end, stop in zip(starts, ends, [*starts[1:], 121], strict=True)
        for age in range(start, stop)
    }


_RATINGS = ("user_id", "item_id", "rating", "timestamp")
_GENRES_100K = (
    "unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary", "Drama", "Fantasy",
    "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War", "Western",
)  # fmt: skip
_SEX = {"M": "m", "F": "f", "\u041c": "m", "\u0416": "f"}  # the Cyrillic initials of KION

MOVIELENS_100K = Layout(
    interactions=TableFile(("u.data",), {WEIGHT: "rating"}, _RATINGS, "\t", quoted=False),
    users=TableFile(
        ("u.user",),
        header=("user_id", "age", "sex", "occupation", "zip_code"),
        separator="|",
        quoted=False,
        recode={"age": _brackets(0, 18, 25, 35, 45, 55, 65), "sex": _SEX},
        unused=("zip_code",),
    ),
    items=TableFile(
        ("u.item",),
        header=("item_id", "title", "released", "released_on_video", "url", *_GENRES_100K),
        separator="|",
        encoding="latin-1",
        quoted=False,
        flags=_GENRES_100K,
        unused=("released", "released_on_video", "url"),
    ),
)
MOVIELENS_1M = Layout(
    interactions=TableFile(
        ("ratings.dat", "ratings.parquet"), {WEIGHT: "rating"}, _RATINGS, "::", encoding="latin-1", quoted=False
    ),
    users=TableFile(
        ("users.dat",),
        header=("user_id", "sex", "age", "occupation", "zip_code"),
        separator="::",
        encoding="latin-1",
        quoted=False,
        recode={"age": _brackets(0, 18, 25, 35, 45, 50, 56), "sex": _SEX},
        unused=("zip_code",),
    ),
    items=TableFile(("movies.dat",), header=(ITEM_ID, TITLE, GENRES), separator="::", encoding="latin-1", quoted=False),
)
KION = Layout(
    interactions=TableFile(
        plain("interactions").names, {WEIGHT: "watched_pct", TIMESTAMP: "last_watch_dt"}, unused=("total_dur",)
    ),
    users=TableFile(plain("users").names, recode={"sex": _SEX}),
    items=plain("items"),
)
LAYOUTS: Mapping[str, Layout] = {"movielens-100k": MOVIELENS_100K, "movielens-1m": MOVIELENS_1M, "kion": KION}
PLAIN = Layout(plain("interactions"), plain("users"), plain("items"), segments=())
