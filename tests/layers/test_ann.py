"""The approximate index: what it finds, and what it refuses to be."""

from pathlib import Path

import numpy as np
import pytest

from warmstart.ann import FILE, HEADER, Ann, Vectors
from warmstart.errors import Incompatible

N, FACTORS, K = 3_000, 16, 10


def clustered(n: int, seed: int) -> Vectors:
    """Return vectors about twenty centres, of lengths that differ as those of items do, longest first: (n, FACTORS)."""
    centres = np.random.default_rng(0).normal(size=(20, FACTORS))
    rng = np.random.default_rng(seed)
    near = centres[rng.integers(20, size=n)] + rng.normal(size=(n, FACTORS)) / 2
    vectors: Vectors = (near * rng.uniform(0.8, 1.2, (n, 1))).astype(np.float32)
    return vectors[np.argsort(-np.linalg.norm(vectors, axis=1))]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of an index."""
    path = tmp_path_factory.mktemp("ann") / FILE
    Ann.build(clustered(N, 1), 100).save(path)
    return path


def recall(index: Ann) -> float:
    """Return the share of the K best places that an index finds, over a hundred vectors."""
    items, asked = clustered(N, 1), clustered(100, 2)
    best = np.argsort(-(asked @ items.T), axis=1)[:, :K]
    found = [index.nearest(vector, K) for vector in asked]
    assert all(places is not None and len(places) == K for places in found)
    return float(np.mean([np.isin(places, row).mean() for places, row in zip(found, best, strict=True)]))  # type: ignore[arg-type]


def test_most_of_the_best_are_found(path: Path) -> None:
    """An index that was written and opened again finds nearly all of the largest inner products."""
    assert recall(Ann.load(path, clustered(N, 1), 100)) > 0.95


def test_more_nodes_find_more(path: Path) -> None:
    """What is kept in a search is the setting of the one who opens the index, and it tells."""
    few, many = (recall(Ann.load(path, clustered(N, 1), ef)) for ef in (K, 20 * K))
    assert few < many


def test_who_asks_for_more_may_get_another_beginning(path: Path) -> None:
    """A search for twice as many as it keeps looks further, so what is measured at ten is asked for ten."""
    index = Ann.load(path, clustered(N, 1), K)
    asked = [(index.nearest(vector, K), index.nearest(vector, 2 * K)) for vector in clustered(100, 2)]
    assert any(ten.tolist() != twenty[:K].tolist() for ten, twenty in asked if ten is not None and twenty is not None)


def test_places_come_best_first(path: Path) -> None:
    """The order is that of the inner product, and the places are those of the lines that were indexed."""
    items, vector = clustered(N, 1), clustered(1, 3)[0]
    places = Ann.load(path, clustered(N, 1), 100).nearest(vector, K)
    assert places is not None
    assert places.dtype == np.int32
    assert places[0] == np.argmax(items @ vector)
    assert (np.diff(items[places] @ vector) <= 1e-5).all()


def test_an_index_that_was_built_is_the_one_that_is_opened(path: Path) -> None:
    """Before it is written it answers the same."""
    built, opened = Ann.build(clustered(N, 1), 100), Ann.load(path, clustered(N, 1), 100)
    for vector in clustered(20, 4):
        assert (built.nearest(vector, K) == opened.nearest(vector, K)).all()  # type: ignore[union-attr]


def test_the_same_vectors_give_the_same_bytes(path: Path, tmp_path: Path) -> None:
    """Building twice writes the same file."""
    Ann.build(clustered(N, 1), 100).save(tmp_path / FILE)
    assert (tmp_path / FILE).read_bytes() == path.read_bytes()


def test_more_than_it_can_reach_is_nothing(path: Path) -> None:
    """Where an index cannot find as many as it is asked for, it says so instead of giving fewer."""
    assert Ann.load(path, clustered(N, 1), 100).nearest(clustered(1, 3)[0], N + 1) is None


@pytest.mark.parametrize("n_items", [N - 1, N + 1])
def test_an_index_of_other_items_is_refused(path: Path, n_items: int) -> None:
    """The number of items must be that of the vectors beside it."""
    with pytest.raises(Incompatible, match=f"holds {N} items, there are {n_items}"):
        Ann.load(path, clustered(n_items, 1), 100)


@pytest.mark.parametrize("factors", [1, FACTORS - 1, FACTORS + 1, 2 * FACTORS])
def test_an_index_of_another_dimension_is_refused(path: Path, factors: int) -> None:
    """It would be read from wrong places without a word."""
    vectors = np.resize(clustered(N, 1), (N, factors))
    with pytest.raises(Incompatible, match="is not laid out as it is written here"):
        Ann.load(path, vectors[np.argsort(-np.linalg.norm(vectors, axis=1))], 100)


def test_an_index_of_other_vectors_is_refused(path: Path) -> None:
    """The longest item is compared: an index of another version would answer with its items."""
    with pytest.raises(Incompatible, match="is of other vectors"):
        Ann.load(path, 2 * clustered(N, 1), 100)


@pytest.mark.parametrize("place", [0, 8, 16, 24, 32, 40, 48, 52, 56, 64, 72])
@pytest.mark.parametrize("value", [2**31 - 1, 2**32 - 1])
def test_a_header_that_leads_astray_is_refused(path: Path, tmp_path: Path, place: int, value: int) -> None:
    """Hnswlib believes it, and would read from anywhere."""
    content = bytearray(path.read_bytes())
    content[place : place + 4] = value.to_bytes(4, "little")
    (tmp_path / FILE).write_bytes(content)
    if place == 8:  # how many there is room for: more than there are is no harm, and not what is taken
        assert Ann.load(tmp_path / FILE, clustered(N, 1), 100).nearest(clustered(1, 3)[0], K) is not None
        return
    with pytest.raises(Incompatible, match=FILE):
        Ann.load(tmp_path / FILE, clustered(N, 1), 100)


@pytest.mark.parametrize("kept", [0, 1, 96, -1])
def test_a_part_of_an_index_is_refused(path: Path, tmp_path: Path, kept: int) -> None:
    """A file that was cut off is no index."""
    (tmp_path / FILE).write_bytes(path.read_bytes()[:kept])
    with pytest.raises(Incompatible, match=FILE):
        Ann.load(tmp_path / FILE, clustered(N, 1), 100)


@pytest.mark.parametrize("content", [b"no index" * 1000, bytes(10_000), b"\xff" * 10_000])
def test_what_is_no_index_is_refused(tmp_path: Path, content: bytes) -> None:
    """Other bytes are no index, nor is a file that is not there."""
    with pytest.raises(Incompatible, match=FILE):
        Ann.load(tmp_path / FILE, clustered(N, 1), 100)
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(Incompatible, match=FILE):
        Ann.load(tmp_path / FILE, clustered(N, 1), 100)


LINE = 4 + 4 * 32 + 4 * (FACTORS + 1) + 8  # bytes of an item on the bottom level
ABOVE = HEADER.size + N * LINE  # where the levels above begin: a word for each item, and its lists


def test_a_link_above_the_bottom_to_who_is_not_there_is_refused(path: Path, tmp_path: Path) -> None:
    """An item that is on the bottom alone has no lists there, and hnswlib would read some; nor is there item N."""
    content = path.read_bytes()
    words = np.frombuffer(content, np.uint32, offset=ABOVE)
    first = int(np.flatnonzero(words)[0])  # the first item that is on a level above
    assert first > 0, "item 0 is on the bottom alone"
    link = ABOVE + 4 * (first + 2)
    for target in (0, N, 2**32 - 1):
        (tmp_path / FILE).write_bytes(content[:link] + target.to_bytes(4, "little") + content[link + 4 :])
        with pytest.raises(Incompatible, match="links to what does not exist"):
            Ann.load(tmp_path / FILE, clustered(N, 1), 100)
