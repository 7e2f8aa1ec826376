"""What stands on the page, without a browser."""

import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from tests.training.report.made import BASELINES, MODELS, fold, made, value
from training.evaluation.metrics import METRICS
from training.evaluation.result import Evaluation
from training.report.looks import looks_of
from training.report.page import STYLE, report


def svgs(html: str) -> list[ET.Element]:
    """Parse every drawing."""
    return [ET.fromstring(found) for found in re.findall(r"<svg.*?</svg>", html)]  # noqa: S314 our own


def cells(html: str) -> set[str]:
    """Return the words of all tables' cells."""
    found = re.findall(r"<td[^>]*>(.*?)</td>", html)
    return {word for text in found for word in re.sub(r"<[^>]+>", " ", text).split()}


def test_every_mean_and_interval_stands_in_a_table() -> None:
    """What plots draw can be read as numbers."""
    found = made()
    held = cells(report(found))
    estimates = [estimate for model in found.models for estimate in model.metrics.values()]
    numbers = [number for e in estimates for number in (e.mean, e.low, e.high) if number is not None]
    assert {f"{number:.4f}" for number in numbers} <= held


def test_every_metric_has_a_column() -> None:
    """Whichever metrics were asked for, each names one, those beyond accuracy too."""
    html = report(made(MODELS, tuple(METRICS)))
    assert all(f'<th scope="col" class="number">{name}</th>' in html for name in METRICS)


def test_every_plot_has_its_text() -> None:
    """A name and a description are there and are referred to; the description holds the numbers."""
    drawn = svgs(report(made()))
    assert len(drawn) == 3 + 1 + 2 + 1  # metrics, novelty, segments, folds
    for svg in drawn:
        named = {element.get("id"): element.text for element in svg if element.tag in ("title", "desc")}
        assert named[svg.attrib["aria-labelledby"]]
        assert "als" in (named[svg.attrib["aria-describedby"]] or "")
    ids = [element.get("id") for svg in drawn for element in svg.iter() if element.get("id")]
    assert len(ids) == len(set(ids))


def test_the_page_is_a_function_of_the_evaluation() -> None:
    """No clock, no order of a set: the same bytes each time."""
    assert report(made()) == report(made())


def test_verdicts_are_said_in_words() -> None:
    """Each candidate beats, equals or loses against each baseline."""
    found = made()
    pairs = found["als"].against
    mixed = {"popular": pairs["popular"], "popular_recent": {k: replace(p, p=0.5) for k, p in pairs["popular"].items()}}
    lost = {base: {k: replace(p, difference=-0.1) for k, p in pairs[base].items()} for base in BASELINES}
    models = (*found.models[:2], replace(found["als"], against=mixed), replace(found["random"], against=lost))
    html = report(replace(found, models=models))
    assert '<li class="same"><bdi><b>als</b></bdi> beats popular, cannot be told from popular_recent (ndcg@10 ' in html
    assert '<li class="worse"><bdi><b>random</b></bdi> is worse than popular and popular_recent' in html
    assert '<li class="better">' in report(found)


def test_what_is_absent_is_there_with_its_reason() -> None:
    """A reader learns why a metric or a baseline is missing."""
    assert "<bdi><b>diversity</b></bdi>: the items table has no genres" in report(made())
    assert "Not measured" not in report(made(absent={}))


def test_folds_that_leak_time_are_marked() -> None:
    """At the top, in the caption of each table, in the table of folds and on the plot."""
    plan = {**value()["plan"], "kind": "last", "last": 2, "days": None, "leaks_time": True}
    leaking = fold(2, leaks_time=True, start=None, end=None)
    html = report(made(plan=plan, folds=[fold(1), leaking]))
    assert "In fold 2, models learnt from events that are later" in html
    assert "<caption>k = 10, leaks time</caption>" in html
    assert html.count('<b class="leaks"> leaks time</b>') == 1
    assert (html.count('class="band"'), ">2!</text>" in html) == (1, True)
    assert "eaks time" not in report(made())


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (made(("popular", "als"), ("ndcg",)), "Not drawn: novelty was not measured."),
        (made(("als",), ("novelty", "popularity")), "Not drawn: a metric of accuracy was not measured."),
        (made(("als",), ("novelty", "popularity")), "None of the metrics that were asked for decides"),
        (made(BASELINES), "Only the baselines were measured."),
    ],
)
def test_what_cannot_be_drawn_is_said(found: Evaluation, says: str) -> None:
    """A plot without its metric is a sentence."""
    assert says in report(found)


def test_one_fold_and_one_k_are_points() -> None:
    """There is nothing to draw a line through."""
    html = report(made(("popular", "als"), ("ndcg",), (10,), 1))
    assert "<polyline" not in html
    assert html.count('class="mark c0"') == 3  # k, fold, the one of two segments that has a value
    assert "nan" not in html


def test_values_that_are_missing_are_dashes() -> None:
    """A metric that nobody has a value of leaves its row and no mark."""
    found = value()
    found["models"][2]["metrics"]["ndcg@10"] = {
        "mean": None,
        "spread": None,
        "low": None,
        "high": None,
        "folds": [None] * 2,
    }
    html = report(made(models=found["models"]))
    assert ">-<" in html
    assert len(svgs(html)) == 7


def test_many_models_are_told_apart() -> None:
    """Twenty-one candidates have as many looks, and forty still make a page with every name."""
    names = [f"model_{n:02}" for n in range(40)]
    found = made(names)
    looks = looks_of(found.models)
    assert len({looks[name] for name in names[:21]}) == 21
    html = report(found)
    assert all(html.count(name) > 5 for name in names)
    for svg in svgs(html):
        height = float(svg.attrib["viewBox"].split()[3])
        assert all(0 <= float(text.attrib["y"]) <= height for text in svg.iter("text"))


def test_names_are_texts() -> None:
    """No name of a model, a recipe, a segment or a setting becomes markup, in tables or in drawings."""
    evil = "</title></svg><script>alert(1)</script>"
    found = value(("popular", evil, "\" onload='x'"))
    found["models"][1]["params"] = {evil: evil}
    found["models"][1]["segments"] = {evil: {"users": 1, "metrics": {"ndcg@10": 0.1}}}
    html = report(made(models=found["models"], recipe=evil, absent={evil: evil}, dataset={"name": evil}))
    assert "<script" not in html
    assert "onload='" not in html
    assert len(svgs(html)) == 8


def test_colours_can_be_read() -> None:
    """Every colour has 4.5:1 on its ground, for names are written in it; 3:1 would do for marks."""
    pairs = re.findall(r"--(?:c\d|base|accent): light-dark\((#\w{6}), (#\w{6})\)", STYLE.read_text(encoding="utf8"))
    assert len(pairs) == 9
    for light, dark in pairs:
        assert contrast(light, "#ffffff") >= 4.5
        assert contrast(dark, "#121212") >= 4.5  # Chromium's dark Canvas


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours after WCAG 2.1."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    """Return the relative luminance after WCAG 2.1."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
