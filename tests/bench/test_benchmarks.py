"""The benchmarks themselves, which nothing else starts."""

import importlib

import pytest

from tests.bench.__main__ import BENCHMARKS


@pytest.mark.parametrize("name", BENCHMARKS)
def test_a_benchmark_can_be_started(name: str) -> None:
    """What it imports is there: what it measures may have moved since it last ran."""
    assert callable(importlib.import_module(f"tests.bench.{name}").figures)
