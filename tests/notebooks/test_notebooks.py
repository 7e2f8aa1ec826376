"""The notebooks hold no results and no logic, and run from a clean kernel."""

import ast
import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode

from tests.training.frameworks.given import needs_recbole
from training.data.synth import KNOWN_USERS, Size, synthesise
from training.evaluation.metrics import METRICS

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
LOGIC = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.While, ast.Try, ast.With)
SWITCH = 'KION = ""'
ASKED = ["map", "ndcg", "precision", "recall", "novelty", "serendipity"]
SAID = {"better": "better than", "worse": "worse than", "same": "not to be told from"}
SHOWN = """{
    "models": [model.name for model in found.models],
    "trials": trials["trial"].to_list(),
    "verdict": gain.verdict,
    "cold": {who: each.source for who, each in answers.items()},
    "lengths": [len(each.items) for each in answers.values()],
    "asked": MANY,
    "items": answer.items,
    "sources": [each.source for each in answer.details],
    "filled": filled,
    "in_order": in_order,
    "sent": sent["items"],
    "stored": stored["items"],
    "left": len(__import__("training.token_book").token_book.read(store).tokens),
}"""
SMALLER = {"ITEMS = 1_000_000": "ITEMS = 20_000", '{"als": 20, "lightfm": 10}': '{"als": 6, "lightfm": 2}'}
FACTORS = """{
    "models": [model.name for model in found.models],
    "trials": {name: len(rows) for name, rows in trials.items()},
    "verdicts": {name: gains[name, name]["ndcg@10"].verdict for name in best},
    "cold": {name: [answers[name].personal_share, len(scores[name])] for name in scores},
    "worth": [[*names, gain.verdict] for names, gain in worth.items()],
    "sent": sent.items,
    "stored": stored.items,
    "searches": {count: rows.to_dicts() for count, rows in searches.items()},
}"""
STAGED = """{
    "bars": bars,
    "windows": [len(each.lengths) for each in shown],
    "recalls": recalls.to_dicts(),
    "rankers": {name: [each.seconds, each.kilobytes, each.p50_ms] for name, each in rankers.items()},
    "users": {name: measured.users for name, measured in all_models.items()},
    "duels": [[*names, gain.verdict] for names, gain in duels.items()],
    "against": [[*names, gain.verdict, gain.users] for names, gain in against.items()],
    "kinds": {kind: int(chosen.sum()) for kind, chosen in kinds.items()},
    "features": [[*own.names], looked["feature"].to_list(), with_values["feature"].to_list()],
    "parts": [len(detail.features) for detail in explained.details],
    "cold": {who: each.users for who, each in cold_scores.items()},
    "given": [[who, got.source, len(got.items)] for (name, who), got in given.items()],
    "same": [sum(same), len(same), job.users],
    "served": [answered["model"], answered["source"], answered["items"] == online[everybody.index(ids[0])].items],
    "left": len(__import__("training.token_book").token_book.read(store).tokens),
}"""
NEURAL = """{
    "tables": {"dssm": towers.table(), "autoencoder": autoencoders.table(), "sasrec": sequences.table()},
    "curves": {"dssm": towers.curves(), "autoencoder": autoencoders.curves(), "sasrec": sequences.curves()},
    "settings": {
        model: {name: dict(each.draft.manifest.params) for name, each in part.models.items()}
        for model, part in {"dssm": towers, "autoencoder": autoencoders, "sasrec": sequences}.items()
    },
    "verdicts": [
        [next(iter(part.models)), other, gain.verdict, gain.users]
        for part in (towers, autoencoders, sequences)
        for other, gain in part.gains.items()
    ],
    "cold": {who: [each.personal_share, each.users] for who, each in cold_scores.items()},
    "cold_verdict": cold_gain.verdict,
    "given": [[got.source, got.items] for got in given.values()],
    "item": item,
    "alike": alike,
    "genres": [float(np.mean(near)), float(np.mean(anywhere))],
    "history": [*history],
    "sent": sent,
    "stored": stored,
    "backwards": backwards,
    "drafted": draft.recommender.recommend(Ask(user_id=user)).items,
    "like_it": [like_it["items"], draft.recommender.similar(item, 10)],
    "left": len(__import__("training.token_book").token_book.read(store).tokens),
    "compared": compared.to_dicts(),
    "chosen": found.chosen.name,
    "alike_frameworks": [each.name for each in found.alike],
    "users": [each.measured.users for each in found.entries],
}"""
VARIANTS = {
    "dssm": {"quality": {"sampling": "quality"}, "uniform": {"sampling": "uniform"}},
    "autoencoder": {
        "composite": {"architecture": "composite", "divergence": 0.02},
        "composite, no prior": {"architecture": "composite", "divergence": 0.0},
        "plain": {"architecture": "plain", "divergence": 0.2},
        "plain, no prior": {"architecture": "plain", "divergence": 0.0},
    },
    "sasrec": {"ligr": {"layers": "ligr"}, "sasrec": {"layers": "sasrec"}},
}
SEARCHES = {"numpy flat", *(f"{name} flat" for name in ("warmstart", "hnswlib", "faiss")), "hnswlib HNSW", "faiss HNSW"}
PLOT = "application/vnd.plotly.v1+json"
each = pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])


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


@pytest.mark.slow
def test_the_neighbours_are_what_was_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The family measured, trials with conclusions, cold users by segment, N items, and answers on the fly."""
    notebook = read(FOLDER / "03_knn.ipynb")
    notebook.cells.append(nbformat.v4.new_code_cell(f"import json\nprint(json.dumps({SHOWN}))"))
    done = ran(notebook, tmp_path, monkeypatch)
    shown, text = json.loads(code(done)[-1].outputs[0].text), said(done)
    assert {"popular", "user_knn", "item_knn", "ease", "rp3beta"} <= set(shown["models"])
    assert len(shown["trials"]) == 24
    assert f"Tuned user_knn is {SAID[shown['verdict']]} the default" in text
    cold = shown["cold"]
    assert cold["in the users table, no history"].startswith("popular:age_")
    assert cold["unknown, features in the request"] == "popular:age_25_34"
    assert cold["unknown, no features"] == "popular"
    assert set(shown["lengths"]) == {10}
    sources = shown["sources"]
    assert len(sources) == len(set(shown["items"])) == shown["asked"]
    assert sources == ["model"] * sources.count("model") + ["popular"] * sources.count("popular")
    assert 0 < sources.count("model") < shown["asked"]
    assert shown["filled"] == shown["in_order"]
    assert shown["sent"] == shown["stored"]
    assert shown["left"] == 0


@pytest.mark.slow
def test_the_factorization_is_what_was_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The family measured, trials with conclusions, cold users by features, and searches at two sizes with plots."""
    notebook = read(FOLDER / "04_factorization_ann.ipynb")
    for whole, part in SMALLER.items():
        (cell,) = (cell for cell in code(notebook) if whole in cell.source)
        cell.source = cell.source.replace(whole, part)
    notebook.cells.append(nbformat.v4.new_code_cell(f"import json\nprint(json.dumps({FACTORS}))"))
    done = ran(notebook, tmp_path, monkeypatch)
    shown, text = json.loads(code(done)[-1].outputs[0].text), said(done)
    assert {"popular", "als", "bpr", "lightfm"} <= set(shown["models"])
    assert shown["trials"] == {"als": 6, "lightfm": 2}
    for name, verdict in shown["verdicts"].items():
        assert f"Tuned {name} is {SAID[verdict]} the default" in text
    assert [shown["cold"][name][0] for name in ("popular", "popular by segment", "lightfm")] == [0, 0, 1]
    assert len({users for _, users in shown["cold"].values()}) == 1
    assert ["lightfm", "popular", "better"] in shown["worth"]
    for ours, theirs, verdict in shown["worth"]:
        assert f"{ours} is {SAID[verdict]} {theirs}: " in text
    assert shown["sent"] == shown["stored"]
    assert "20000" in shown["searches"]
    assert len(shown["searches"]) == 2
    for count, rows in shown["searches"].items():
        assert {row["search"].partition(",")[0] for row in rows} == SEARCHES
        assert {row["recall"] for row in rows if row["search"].endswith("flat") and not row["note"]} == {1.0}
        assert f"At {int(count):,} items the quickest flat search is" in text
        assert all(f"{row['search']}: {row['note']}" in text for row in rows if row["note"])
    plots = [output for cell in code(done) for output in cell.outputs if PLOT in output.get("data", {})]
    assert len(plots) == 2


@pytest.mark.slow
@needs_recbole
def test_the_neural_models_are_what_was_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three networks in variants, with curves, the cold, likeness and an API; and two frameworks in one table."""
    pytest.importorskip("torch", reason="RecTools' neural models need the extra `neural`")
    notebook = read(FOLDER / "05_neural.ipynb")
    notebook.cells.append(nbformat.v4.new_code_cell(f"import json\nprint(json.dumps({NEURAL}, default=int))"))
    done = ran(notebook, tmp_path, monkeypatch)
    shown, text = json.loads(code(done)[-1].outputs[0].text), said(done)
    for model, variants in VARIANTS.items():
        check_variants(model, variants, shown)
    assert {users for *_, users in shown["verdicts"]} == {shown["verdicts"][0][-1]}
    for first, other, verdict, _ in shown["verdicts"]:
        assert f"{first} is {SAID[verdict]} {other}: " in text
    verdicts = {(first, other): verdict for first, other, verdict, _ in shown["verdicts"]}
    assert [verdicts[first, "popular"] for first in ("quality", "composite")] == ["better"] * 2
    assert verdicts["ligr", "popular"] != "worse"
    assert "Of the encoder alone: composite, no prior is " in text
    assert shown["cold"] == {"features": [1, shown["cold"]["popular"][1]], "popular": [0, shown["cold"]["popular"][1]]}
    assert f"people without a history features are {SAID[shown['cold_verdict']]} what is popular: " in text
    (source, some), (other_source, others), (no_source, fallback) = shown["given"]
    assert [source, other_source, no_source] == ["model", "model", "popular"]
    assert some != others != fallback != some
    assert len({*shown["alike"]} - {shown["item"]}) == 10
    assert shown["genres"][0] > shown["genres"][1]
    check_served(shown)
    check_frameworks(shown, text)
    assert len([output for cell in code(done) for output in cell.outputs if PLOT in output.get("data", {})]) == 4


def check_variants(model: str, variants: dict[str, dict[str, object]], shown: dict[str, Any]) -> None:
    """Hold variants to differ in what they say, and to have learnt for as long as their curves say."""
    settings, table, curves = (shown[what][model] for what in ("settings", "tables", "curves"))
    assert [line["model"] for line in table] == [*variants, "popular", "popular_recent"]
    varied = {"epochs", *(name for own in variants.values() for name in own)}
    assert {name: {**settings[name], **own} for name, own in variants.items()} == {n: settings[n] for n in variants}
    others = [{key: value for key, value in settings[name].items() if key not in varied} for name in variants]
    assert others == [others[0]] * len(others)
    for name in variants:
        of_each = {
            what: [line["value"] for line in curves if (line["model"], line["what"]) == (name, what)]
            for what in ("loss", "validation ndcg@10")
        }
        losses, scores = of_each.values()
        (epochs,) = (line["epochs"] for line in table if line["model"] == name)
        assert epochs == settings[name]["epochs"] == 1 + scores.index(max(scores))
        assert len(losses) == len(scores)
        assert 0 < max(scores) <= 1
        assert losses[0] > min(losses)


def check_served(shown: dict[str, Any]) -> None:
    """Hold the API to answer as the draft does, a history as it is stored, and its order to count."""
    assert shown["sent"]["items"] == shown["stored"]["items"] == shown["drafted"]
    assert shown["sent"]["items"] != shown["backwards"]["items"]
    assert {shown[who]["source"] for who in ("sent", "stored", "backwards")} == {"model"}
    assert len({*shown["sent"]["items"]} - {*shown["history"]}) == 10
    assert shown["like_it"][0] == shown["like_it"][1]
    assert shown["left"] == 0


def check_frameworks(shown: dict[str, Any], text: str) -> None:
    """Hold models of two frameworks to one table, and one of them to be chosen by a test."""
    by_framework = {row["framework"]: set() for row in shown["compared"]}
    for row in shown["compared"]:
        by_framework[row["framework"]].add(row["model"])
    assert len(by_framework["recbole"]) >= 5
    assert by_framework["RecTools"] == {"SASRec", "BERT4Rec"}
    assert by_framework["warmstart"] == {"popular"}
    scores = [row["ndcg@10"] for row in shown["compared"]]
    assert scores == sorted(scores, reverse=True)
    assert len({*shown["users"]}) == 1
    first, *others = shown["compared"]
    for row in others:
        verdict = "same" if row["p"] >= 0.05 else "better"
        assert f"It is {SAID[verdict]} {row['framework']} {row['model']}: " in text
    assert shown["chosen"] in shown["alike_frameworks"]
    assert f"{first['framework']} {first['model']}" in shown["alike_frameworks"]
    assert f"Chosen: {shown['chosen']}, " in text


@pytest.mark.slow
def test_the_two_stages_are_what_was_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Candidates, three rankers, one stage against two, people without a history, and lists that equal answers."""
    notebook = read(FOLDER / "06_two_stages.ipynb")
    notebook.cells.append(nbformat.v4.new_code_cell(f"import json\nprint(json.dumps({STAGED}, default=int))"))
    done = ran(notebook, tmp_path, monkeypatch)
    shown, text = json.loads(code(done)[-1].outputs[0].text), said(done)
    rights = [bar for bar in shown["bars"] if bar["kind"] == "right for the ranker"]
    learnt = [bar for bar in shown["bars"] if bar["kind"] == "learnt by first stages"]
    test = next(bar for bar in shown["bars"] if bar["what"] == "the test")
    assert len(rights) == len(shown["windows"]) == 2
    assert [bar["end"] for bar in learnt] == [bar["start"] for bar in rights]
    assert all(bar["end"] < test["start"] for bar in rights + learnt)
    *sources, union = shown["recalls"]
    assert {"als", "item_knn", "ease", "trending", "popular"} == {row["source"] for row in sources}
    assert all(max(row[at] for row in sources) <= union[at] <= 1 for at in union if at != "source")
    assert [row["without"] for row in sources[:3]] == [0.0] * 3
    assert [*shown["rankers"]] == ["lightgbm", "xgboost", "blend"]
    assert [bool(size) for _, size, _ in shown["rankers"].values()] == [True, True, False]
    assert len({*shown["users"].values()}) == 1
    for one, other, verdict in shown["duels"]:
        assert f"{one} is {SAID[verdict]} {other}: " in text
    kinds = shown["kinds"]
    assert [*kinds] == ["all", "with a history", "without"]
    assert kinds["with a history"] + kinds["without"] == kinds["all"] == shown["users"]["als"]
    assert {(kind, name): users for kind, name, _, users in shown["against"]} == {
        (kind, name): users
        for kind, users in kinds.items()
        for name in ("popular", "popular_recent", "als", "item_knn", "ease")
    }
    assert ["with a history", "popular", "better", kinds["with a history"]] in shown["against"]
    names, looked, readable = shown["features"]
    assert {*looked} == {*names} >= {*readable} - {"right"}
    assert "user items" in names
    assert all(shown["parts"])
    assert shown["cold"] == {"ranker": kinds["without"], "fallback": kinds["without"]}
    assert {(who, source.partition(":")[0]) for who, source, _ in shown["given"]} == {
        ("ranker", "model"),
        ("fallback", "popular"),
    }
    assert {length for _, _, length in shown["given"]} == {10}
    assert len({*shown["same"]}) == 1
    assert shown["served"] == ["two_stage_offline", "model", True]
    assert shown["left"] == 0
    assert len([output for cell in code(done) for output in cell.outputs if PLOT in output.get("data", {})]) == 2
