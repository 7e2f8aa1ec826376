"""A notebook read, run in a kernel of its own, and what it said."""

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode

FOLDER = Path(__file__).parents[2] / "notebooks"
SAID = {"better": "better than", "worse": "worse than", "same": "not to be told from"}
PLOT = "application/vnd.plotly.v1+json"


def read(path: Path) -> NotebookNode:
    """Read a notebook and check its form."""
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    return notebook


def code(notebook: NotebookNode) -> list[NotebookNode]:
    """Return the cells that are run."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def ran(notebook: NotebookNode, folder: Path, monkeypatch: pytest.MonkeyPatch) -> NotebookNode:
    """Run a notebook in a kernel of its own, with its scraps in a folder."""
    monkeypatch.setenv("TMPDIR", str(folder))
    resources = {"metadata": {"path": str(folder)}}
    done: NotebookNode = NotebookClient(notebook, timeout=240, kernel_name="python3", resources=resources).execute()
    return done


def said(notebook: NotebookNode) -> str:
    """Return all that the cells printed or showed as plain text or HTML."""
    outputs = [output for cell in code(notebook) for output in cell.outputs]
    data = [pair for output in outputs for pair in output.get("data", {}).items()]
    shown = [text for kind, text in data if kind.startswith("text/")]
    return "\n".join([*(output.get("text", "") for output in outputs), *shown])


def told(
    notebook: NotebookNode, what: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[NotebookNode, dict[str, Any], str]:
    """Run a notebook and return it, the value that an expression has at its end, and all that it said."""
    notebook.cells.append(nbformat.v4.new_code_cell(f"import json\nprint(json.dumps({what}, default=int))"))
    done = ran(notebook, folder, monkeypatch)
    return done, json.loads(code(done)[-1].outputs[0].text), said(done)


def plots(notebook: NotebookNode) -> int:
    """Return how many plots the cells showed."""
    return len([output for cell in code(notebook) for output in cell.outputs if PLOT in output.get("data", {})])
