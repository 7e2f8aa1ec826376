"""The notebooks of the neighbours and of the factorization give what was asked of them."""

from pathlib import Path

import pytest

from tests.notebooks.runs import FOLDER, SAID, code, plots, read, told

NEIGHBOURS = """{
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
SEARCHES = {"numpy flat", *(f"{name} flat" for name in ("warmstart", "hnswlib", "faiss")), "hnswlib HNSW", "faiss HNSW"}


@pytest.mark.slow
def test_the_neighbours_are_what_was_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The family measured, trials with conclusions, cold users by segment, N items, and answers on the fly."""
    notebook = read(FOLDER / "03_knn.ipynb")
    _, shown, text = told(notebook, NEIGHBOURS, tmp_path, monkeypatch)
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
    done, shown, text = told(notebook, FACTORS, tmp_path, monkeypatch)
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
    assert plots(done) == 2
