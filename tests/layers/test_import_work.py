"""The budget of a cold start that is our own: the work of importing our modules."""

from pathlib import Path

import pytest

from infra.functions import function_names, handler
from tests.layers.import_work import least_work_ms

BUDGET_MS = 35


@pytest.mark.parametrize("name", function_names())
def test_our_own_imports_stay_within_their_budget(name: str) -> None:
    """All of our modules that a function loads take at most 35 ms together, so each of them does."""
    assert least_work_ms(handler(name).rpartition(".")[0], BUDGET_MS) <= BUDGET_MS


LOOP = "total = sum(n * n for n in range(3_000_000))"
CLASSES = "from typing import NamedTuple\nfor n in range(3_000):\n    class Row(NamedTuple):\n        a: int"


@pytest.mark.parametrize("does", [LOOP, CLASSES])
def test_a_module_that_does_too_much_is_over_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, does: str) -> None:
    """Work at import is seen, a loop as well as many classes."""
    (tmp_path / "heavy.py").write_text(does)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=":")
    assert least_work_ms("heavy", BUDGET_MS, own=("heavy",)) > BUDGET_MS
