"""What the table of a benchmark says."""

import json

from tests.bench.figures import Figure
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
