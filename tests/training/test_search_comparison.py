"""Searches beside each other: what is measured of them, and vectors made up like others."""

import importlib.util

import numpy as np
import pytest

from training import search_comparison
from training.search_comparison import ABSENT, Found, compare_searches, enlarged
from warmstart.inner_product import Vectors

EFS = (10, 200)
FLAT = ("numpy flat", "warmstart flat", "hnswlib flat")
K = 10


@pytest.fixture
def items() -> Vectors:
    """Items of very different lengths, as popularity makes them."""
    rng = np.random.default_rng(1)
    vectors: Vectors = (rng.normal(size=(3_000, 16)) * rng.pareto(2.0, (3_000, 1))).astype(np.float32)
    return vectors


@pytest.fixture
def queries() -> Vectors:
    """Users."""
    return np.random.default_rng(2).normal(size=(50, 16)).astype(np.float32)


@pytest.fixture
def no_faiss(monkeypatch: pytest.MonkeyPatch) -> None:
    """Faiss is not installed, whatever is."""
    monkeypatch.setattr(search_comparison, "find_spec", lambda _: None)


@pytest.fixture
def found(items: Vectors, queries: Vectors, no_faiss: None) -> dict[str, Found]:
    """What is measured of each search."""
    return {row.search: row for row in compare_searches(items, queries, K, EFS)}


def test_flat_searches_find_all(found: dict[str, Found]) -> None:
    """Whatever the library: the recall of an exact search is 1, for every query."""
    assert [(found[name].recall, found[name].lower_quartile) for name in FLAT] == [(1.0, 1.0)] * len(FLAT)


def test_hnsw_finds_more_with_more_nodes(found: dict[str, Found]) -> None:
    """A search of ten nodes misses some of the ten best; one of two hundred misses fewer."""
    few, many = (found[f"hnswlib HNSW, ef {ef}"].recall or 0.0 for ef in EFS)
    assert 0 < few < many <= 1


def test_sizes_hold_the_vectors(items: Vectors, found: dict[str, Found]) -> None:
    """Nothing is smaller than the vectors themselves, and a graph is added to them."""
    sizes = {name: row.megabytes or 0.0 for name, row in found.items() if not row.note}
    assert min(sizes.values()) == items.nbytes / 10**6
    assert sizes[f"hnswlib HNSW, ef {EFS[0]}"] > 2 * sizes["numpy flat"]


def test_times_are_of_each_search(found: dict[str, Found]) -> None:
    """Every search took time to answer, the slowest of its queries no less than the middle one."""
    times = [(row.p50_ms, row.p99_ms) for row in found.values() if not row.note]
    assert all(p50 is not None and p99 is not None and 0 < p50 <= p99 for p50, p99 in times)


def test_without_faiss_its_rows_say_how_to_install_it(found: dict[str, Found]) -> None:
    """They are there, with no number in them."""
    assert [row for name, row in found.items() if "faiss" in name] == [
        Found("faiss flat", note=ABSENT),
        Found("faiss HNSW", note=ABSENT),
    ]


@pytest.mark.skipif(importlib.util.find_spec("faiss") is None, reason=ABSENT)
def test_faiss_is_measured_where_it_is_installed(items: Vectors, queries: Vectors) -> None:
    """Its flat search finds all, and its graph is asked with each ef."""
    found = {row.search: row for row in compare_searches(items, queries, K, EFS) if "faiss" in row.search}
    assert [*found] == ["faiss flat", *(f"faiss HNSW, ef {ef}" for ef in EFS)]
    assert found["faiss flat"].recall == 1.0
    assert 0 < (found[f"faiss HNSW, ef {EFS[0]}"].recall or 0.0) < (found[f"faiss HNSW, ef {EFS[1]}"].recall or 0.0)


def test_made_up_vectors_are_as_long_as_those_they_are_like(items: Vectors) -> None:
    """Each has the length of one of them and leans towards it, no two are equal, and one of length 0 is like none."""
    known = np.vstack([items[:20], np.zeros((1, 16), np.float32)])
    made = enlarged(known, 500, np.random.default_rng(3))
    lengths = np.linalg.norm(known[:20], axis=1)
    near = np.abs(np.linalg.norm(made, axis=1)[:, None] - lengths).argmin(axis=1)
    cosines = (made * known[near]).sum(axis=1) / lengths[near] ** 2
    assert made.shape == (500, 16)
    assert made.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(made, axis=1), lengths[near], rtol=1e-5)
    assert len(np.unique(made, axis=0)) == 500
    assert (cosines > 0).all()
