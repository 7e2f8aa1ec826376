"""Where public data sets come from, and the SHA-256 of every file of theirs."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Source:
    """A zip archive at an address, and its members that a layout reads."""

    name: str
    url: str
    files: Mapping[str, str]  # member -> SHA-256 of its bytes, empty where nobody has published one
    limit: int = 64 << 20  # bytes, of the archive and of each member
    in_wheel: bool = False  # whether training.data.wheel has it too
    also: Mapping[str, str] = field(default_factory=dict)  # file -> SHA-256 of what the wheel makes of it
    instead: str = ""  # a command that makes up a set of this shape


MOVIELENS_100K = Source(
    name="movielens-100k",
    url="https://files.grouplens.org/datasets/movielens/ml-100k.zip",
    files={
        "ml-100k/u.data": "06416e597f82b7342361e41163890c81036900f418ad91315590814211dca490",
        "ml-100k/u.item": "553841ebc7de3a0fd0d6b62a204ea30c1e651aacfb2814c7a6584ac52f2c5701",
        "ml-100k/u.user": "f120e114da2e8cf314fd28f99417c94ae9ddf1cb6db8ce0e4b5995d40e90e62c",
    },
    in_wheel=True,
    also={"u.item": "7698249c0dabca2a0600405079b8f79ea3543313e8c309d13e08b68af34fe12e"},
)
MOVIELENS_1M = Source(
    name="movielens-1m",
    url="https://files.grouplens.org/datasets/movielens/ml-1m.zip",
    files={
        "ml-1m/ratings.dat": "506d64ca44484487c11dc2d9a28de5c54948213e6b96285e298afe28d6ea4e0f",
        "ml-1m/movies.dat": "0140fc2356357c1a851d0f52e893a1e4d3696df632c4141cea8d5bc3d621f0b9",
        "ml-1m/users.dat": "1dc3a95300cb19f7c10e027daf29b8cdf1d908dab65b5edfb45950aa389a10a3",
    },
)
KION = Source(
    name="kion",
    url="https://github.com/irsafilo/KION_DATASET/raw/f69775be31fa5779907cf0a92ddedb70037fb5ae/data_en.zip",
    files={"data_en/interactions.csv": "", "data_en/users.csv": "", "data_en/items.csv": ""},
    limit=1 << 30,
    instead="warmstart data synth --to data/kion",
)
SOURCES = {source.name: source for source in (MOVIELENS_100K, MOVIELENS_1M, KION)}
