"""What the table of a benchmark says."""

import json
from dataclasses import asdict

from tests.bench.figures import Amount, Figure, figure_of
from tests.bench.report import report


def figure(ms: float, limit: float | None, **more: str) -> Figure:
    """Make a figure whose peer takes 100 ms."""
    return Figure(name="one", ms=ms, peer="other", peer_ms=100, limit=limit, **more)  # type: ignore[arg-type]


def test_verdict_is_about_the_ratio() -> None:
    """A ratio at its goal meets it, and one above says by how much."""
    assert figure(120, 1.2).verdict == "met"
    assert figure(150, 1.2).verdict == "missed by 0.30"


def test_verdict_can_be_about_the_time() -> None:
    """A goal in milliseconds leaves the ratio alone."""
    assert figure(299, 300, limits="ms").verdict == "met"
    assert figure(310, 300, limits="ms").verdict == "missed by 10.00 ms"


def test_figure_without_a_goal_only_informs() -> None:
    """Nothing is met or missed where nothing was asked."""
    assert (figure(150, None).goal, figure(150, None).verdict) == ("-", "-")


def test_report_names_what_was_skipped_and_why() -> None:
    """A benchmark that cannot run here is in the table's last lines."""
    text = report([figure(150, 1.2)], {"cold": "no data"})
    assert text.splitlines()[-1] == "skipped cold: no data"
    assert "1.50" in text


def test_json_holds_ratio_and_raw_times() -> None:
    """Whoever reads the file needs no arithmetic."""
    value = json.loads(json.dumps(Figure(name="one", ms=3, peer="other", peer_ms=2, raw={"a": [1.0]}).to_json()))
    assert (value["ratio"], value["raw"]) == (1.5, {"a": [1.0]})


def test_amount_stands_beside_its_goal_in_its_unit() -> None:
    """What is no time has neither peer nor ratio in the table."""
    row = report([Amount(name="size", amount=530.5, unit="MB", limit=512)], {}).splitlines()[-1]
    assert row.split() == ["size", "530.5", "MB", "<=", "512", "MB", "missed", "by", "18.50", "MB"]


def test_amount_without_a_goal_only_informs() -> None:
    """A metric that nothing was asked of is neither met nor missed."""
    amount = Amount(name="ndcg@10", amount=0.06, unit="")
    assert (amount.goal, amount.verdict) == ("-", "-")


def test_figures_come_back_from_the_process_that_made_them() -> None:
    """A time stays a time and an amount an amount on the way through JSON."""
    for made in (figure(150, 1.2), Amount(name="size", amount=1, unit="MB")):
        assert figure_of(json.loads(json.dumps(asdict(made)))) == made
