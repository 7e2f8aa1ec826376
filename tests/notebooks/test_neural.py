"""The notebook of the networks gives what was asked of it."""

from pathlib import Path
from typing import Any

import pytest

from tests.notebooks.runs import FOLDER, SAID, plots, read, told
from tests.training.frameworks.given import needs_recbole

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


@pytest.mark.slow
@needs_recbole
def test_the_neural_models_are_what_was_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three networks in variants, with curves, the cold, likeness and an API; and two frameworks in one table."""
    pytest.importorskip("torch", reason="RecTools' neural models need the extra `neural`")
    notebook = read(FOLDER / "05_neural.ipynb")
    done, shown, text = told(notebook, NEURAL, tmp_path, monkeypatch)
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
    assert plots(done) == 4


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
