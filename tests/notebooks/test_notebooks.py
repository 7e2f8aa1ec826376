"""The notebooks hold no results and no logic, and run from a clean kernel."""

import ast
import json
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from tests.notebooks.runs import FOLDER, code, ran, read, said
from training.data.synth import KNOWN_USERS, Size, synthesise
from training.evaluation.metrics import METRICS

NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
LOGIC = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.While, ast.Try, ast.With)
SWITCH = 'KION = ""'
ASKED = ["map", "ndcg", "precision", "recall", "novelty", "serendipity"]
each = pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])


def last_table(notebook: NotebookNode, folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, object]]:
    """Run a notebook and return its `frame(found)` in full."""
    notebook.cells.append(nbformat.v4.new_code_cell("print(frame(found).write_json())"))
    rows: list[dict[str, object]] = json.loads(ran(notebook, folder, monkeypatch).cells[-1].outputs[0].text)
    return rows


@each
def test_no_output_is_committed(path: Path) -> None:
    """What a notebook shows is what its reader has run."""
    cells = code(read(path))
    assert [(cell.outputs, cell.execution_count) for cell in cells] == [([], None)] * len(cells)


@each
def test_a_notebook_holds_no_logic(path: Path) -> None:
    """No function, class, loop or catch: those live in training, with tests."""
    trees = [ast.parse(cell.source) for cell in code(read(path))]
    assert not [node for tree in trees for node in ast.walk(tree) if isinstance(node, LOGIC)]


@each
def test_the_first_cell_is_one_switch(path: Path) -> None:
    """The real tables or made-up ones: nothing else is to be set."""
    assert code(read(path))[0].source.splitlines()[1:] == [SWITCH]


@pytest.mark.slow
def test_the_data_notebook_reads_the_folder_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The switch names other tables, and these are the ones that are counted."""
    synthesise(Size(users=300, items=100, interactions=4_000, days=45), seed=5, to=tmp_path / "kion")
    notebook = read(FOLDER / "01_data.ipynb")
    cell = code(notebook)[0]
    cell.source = cell.source.replace(SWITCH, f"KION = {str(tmp_path / 'kion')!r}")
    assert "'interactions.csv': 4000" in said(ran(notebook, tmp_path, monkeypatch))


@pytest.mark.slow
def test_the_validation_is_what_was_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two metrics of each group at 1, 5 and 10, three weeks, both models, and three users with titled items."""
    notebook = read(FOLDER / "02_validation.ipynb")
    rows = last_table(notebook, tmp_path, monkeypatch)
    assert {(row["model"], row["k"]) for row in rows} >= {(m, k) for m in ("random", "popular") for k in (1, 5, 10)}
    assert [*rows[0]] == ["model", "k", *ASKED]
    assert [METRICS[name].group for name in ASKED] == ["ranking"] * 2 + ["classification"] * 2 + ["beyond"] * 2
    assert sum(line.startswith("fold ") for line in said(notebook).splitlines()) == 3
    lists = code(notebook)[-2].outputs[0].data["text/html"]
    assert [f"User <bdi>{user}</bdi>" in lists for user in KNOWN_USERS] == [True] * 3
    assert "the fallback answers" not in lists
    assert '<th scope="col" class="number">views</th>' in lists
    assert not list(FOLDER.glob("*.html"))


@pytest.mark.slow
def test_the_validation_gives_the_same_table_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two clean kernels agree on every digit."""
    first, second = tmp_path / "first", tmp_path / "second"
    tables = []
    for folder in (first, second):
        folder.mkdir()
        tables.append(last_table(read(FOLDER / "02_validation.ipynb"), folder, monkeypatch))
    assert tables[0] == tables[1]
