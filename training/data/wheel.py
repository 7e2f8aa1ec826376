"""MovieLens 100k out of the recbole wheel, for machines that reach a package registry and nothing else.

The wheel is read as the zip archive that it is: nothing of it is installed or imported.
"""

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from training.data.archive import extract
from training.data.layouts import MOVIELENS_100K
from warmstart.errors import DataError

REQUIREMENT = "recbole==1.2.1"

_FOLDER = "recbole/dataset_example/ml-100k/"
_FILES = {
    _FOLDER + "ml-100k.inter": "4edb74e2a81178c2ba9ff381495f754f996c4aea351b1272ca36b43da0935eff",
    _FOLDER + "ml-100k.user": "4f670007d9cfbeb9807e757209af1555b9bcc186bde25e767f67cb67c6dd5972",
    _FOLDER + "ml-100k.item": "51d7cdf777ce5c0f5b32c1d947a4a81fe07d75e78abbe761e0cd4d0756064532",
}
_LIMIT = 16 << 20  # bytes of a member


def fetch_from_wheel(scratch: Path, to: Path) -> None:
    """Download the wheel, verify its three tables and write them as u.data, u.user and u.item."""
    tables = extract(download(scratch), _FILES, scratch, _LIMIT)
    for table, (name, convert) in zip(tables, CONVERSIONS.items(), strict=True):
        (to / name).write_bytes(convert(table.read_bytes()))


def download(to: Path) -> Path:
    """Let pip fetch the wheel, from wherever it is set up to look."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--quiet"]
    done = subprocess.run(  # noqa: S603  # the arguments are this module's own
        [*command, "--disable-pip-version-check", "--dest", str(to), REQUIREMENT],
        capture_output=True,
        text=True,
        check=False,
    )
    if "No module named pip" in done.stderr:
        raise DataError(f"{REQUIREMENT} cannot be downloaded: this Python has no pip (python -m ensurepip)")
    wheel = next(to.glob("*.whl"), None)
    if done.returncode or wheel is None:
        reason = (done.stderr.strip() or "no reason given").splitlines()[-1]
        raise DataError(f"pip cannot download {REQUIREMENT}: {reason}")
    return wheel


def u_data(inter: bytes) -> bytes:
    """Give u.data, byte for byte: the wheel adds a header."""
    return inter.partition(b"\n")[2]


def u_user(user: bytes) -> bytes:
    """Give u.user, byte for byte: the wheel adds a header and puts tabs for bars."""
    return user.partition(b"\n")[2].replace(b"\t", b"|")


def u_item(item: bytes) -> bytes:
    """Give u.item without the dates and addresses, which the wheel leaves out and the layout does not read."""
    rows = item.decode().splitlines()[1:]
    return "".join(_u_item_row(*row.split("\t")) for row in rows).encode("latin-1")


CONVERSIONS: Mapping[str, Callable[[bytes], bytes]] = {"u.data": u_data, "u.user": u_user, "u.item": u_item}


def _u_item_row(number: str, title: str, year: str, genres: str) -> str:
    whole = "unknown" if title == year == "unkonwn" else f"{title} ({year})"  # film 267, misspelt in the wheel
    flags = ("1" if genre in genres.split(" ") else "0" for genre in MOVIELENS_100K.items.flags)
    return "|".join([number, whole, "", "", "", *flags]) + "\n"
