"""Titles found while somebody types, beside a loop over them: where there are many, and where there are very many."""

import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np

from functions.catalogue.search_text import folded
from functions.catalogue.title_search import TitleSearch, write_search
from tests.bench.figures import Figure
from tests.bench.timing import interleaved, medians, timed
from warmstart.artifact import Artifact
from warmstart.artifact_writer import ArtifactWriter

MOST_MS = {50_000: 16.0, 1_000_000: 250.0}  # items -> a frame of a screen; what nobody takes for a stop
ROUNDS = 11
ABSENT = b"\xff"  # of no text, so all of it is read
WORDS, LETTERS, LONGEST = 40_000, "etaoinshrdlucmfwypvbg", 9
TYPED = {"a letter": "e", "two letters": "th", "a common word": "the", "three words": "the star 19", "nothing": "zzqx"}


def figures() -> Iterator[Figure]:
    """Measure each query; a title has two to five words, some of them in very many titles, and a year."""
    for items, most in MOST_MS.items():
        titles = made_up(items)
        lines = [folded(title) for title in titles]
        text = "\n".join(lines).encode()
        with tempfile.TemporaryDirectory(prefix="warmstart-bench-") as folder:
            search = _search(Path(folder, "draft"), titles)
            for what, query in TYPED.items():
                yield _figure(f"{what}, {items:,} titles", search, lines, text, query, most)


def _figure(name: str, search: TitleSearch, lines: list[str], text: bytes, query: str, most: float) -> Figure:
    measures = {
        "ours": timed(partial(search.find, query)),
        "a loop": timed(partial(_looped, lines, query)),
        "reading": timed(partial(text.find, ABSENT)),
    }
    times = interleaved(measures, ROUNDS)
    ours, loop, reading = medians(times).values()
    return Figure(
        name=name,
        ms=ours,
        peer="a loop",
        peer_ms=loop,
        limit=most,
        limits="ms",
        bound="reading all titles once",
        bound_ms=reading,
        raw=times,
    )


def _looped(lines: list[str], query: str) -> list[int]:
    """Find the same titles, in no order."""
    words = query.split()
    return [row for row, line in enumerate(lines) if all(word in line for word in words)]


def made_up(count: int) -> list[str]:
    """Make up titles."""
    rng = np.random.default_rng(7)
    letters = rng.choice(list(LETTERS), (WORDS, LONGEST))
    words = ["the", "of", "star", *("".join(line[: 2 + n % (LONGEST - 2)]) for n, line in enumerate(letters))]
    shares = 1 / np.arange(1, len(words) + 1) ** 0.7
    chosen = rng.choice(len(words), (count, 5), p=shares / shares.sum())
    return [" ".join(words[w] for w in row[: 2 + n % 4]) + f" ({1930 + n % 95})" for n, row in enumerate(chosen)]


def _search(folder: Path, titles: list[str]) -> TitleSearch:
    writer = ArtifactWriter(folder)
    users = np.random.default_rng(7).zipf(1.5, len(titles)).clip(1, 10**6).astype(np.int32)
    write_search(writer, titles, users)
    described = dict.fromkeys(("model", "family", "scorer", "algorithm", "fallback"), "catalogue")
    manifest = writer.seal(**described, git_commit=None, dataset={}, params={}, seed=7, id_bound=None)
    return TitleSearch.load(Artifact.open(folder, manifest), len(titles))
