"""The notebook of the two stages gives what was asked of it."""

from pathlib import Path

import pytest

from tests.notebooks.runs import FOLDER, SAID, plots, read, told

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


@pytest.mark.slow
def test_the_two_stages_are_what_was_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Candidates, three rankers, one stage against two, people without a history, and lists that equal answers."""
    notebook = read(FOLDER / "06_two_stages.ipynb")
    done, shown, text = told(notebook, STAGED, tmp_path, monkeypatch)
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
    assert plots(done) == 2
