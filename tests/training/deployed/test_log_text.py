"""A log line as a person reads it."""

import pytest

from training.deployed.function_logs import Event
from training.deployed.log_text import compact, line, parsed


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("START RequestId: 1 Version: 7\n", "START RequestId: 1 Version: 7"),
        (
            "REPORT RequestId: 1\tDuration: 2.1 ms\tBilled Duration: 3 ms",
            "REPORT RequestId: 1 Duration: 2.1 ms Billed Duration: 3 ms",
        ),
        ('{"level": "ERROR", "message": "no version", "model": "als"}', "ERROR no version model=als"),
        ('{"level": "ERROR", "message": "x", "at": ["a.py:1", "b.py:2"]}', "ERROR x at=a.py:1,b.py:2"),
        ('{"level": "INFO", "message": "x", "said": "two words", "none": null}', 'INFO x said="two words" none=null'),
        ('{"_aws": {"Timestamp": 1}, "ColdStart": 1, "function": "lists"}', "METRIC ColdStart=1 function=lists"),
        (
            '{"time": "t", "type": "platform.report", "record": {"requestId": "1", "metrics": {"durationMs": 2.5}}}',
            "platform.report requestId=1 metrics.durationMs=2.5",
        ),
        ('{"a": {"b": {"c": {"d": 1}}}}', 'a.b.c={"d":1}'),
        ('{"a":' * 900 + "1" + "}" * 900, "a.a.a=" + '{"a":' * 897 + "1" + "}" * 897),
        ('{"broken', '{"broken'),
        ("[1, 2]", "[1, 2]"),
        ("{" * 100_000, "{" * 100_000),
        ("Traceback:\n  File x\nValueError: y\n", "Traceback:\n      File x\n    ValueError: y"),
        ("a\x1b[2Jb", "a [2Jb"),
        ('{"message": "a\\u001b[2J\\nb"}', "a [2J\n    b"),
        ("", ""),
    ],
    ids=lambda value: value[:20],
)
def test_a_message_is_compacted(message: str, shown: str) -> None:
    """JSON becomes words and name=value, further lines are indented, no control character gets through."""
    assert compact(message) == shown


def test_a_line_says_when_and_who() -> None:
    """UTC with milliseconds, and function names as wide as the longest."""
    event = Event(1_700_000_000_123, "lists", "1", "hello")
    assert line(event, 10) == "2023-11-14T22:13:20.123Z lists      hello"


def test_a_program_gets_json_as_json() -> None:
    """An object stays one; whatever else there is is text."""
    assert parsed('{"level": "INFO"}\n') == {"level": "INFO"}
    assert parsed("START\n") == "START"
