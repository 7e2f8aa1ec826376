"""An answer is the same today and in thirty years: nothing on its way reads the wall clock."""

import json
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

from tests.layers.artifacts import Spec, promote_new
from tests.layers.places import Place

ASK_LATER = dedent("""
    import datetime, json, sys, time
    later = float(sys.argv[1])
    real_time, real_datetime = time.time, datetime.datetime
    class Later(real_datetime):
        @classmethod
        def now(cls, tz=None):
            return real_datetime.fromtimestamp(time.time(), tz)
        utcnow = today = now
    time.time = lambda: real_time() + later
    time.time_ns = lambda: int(time.time() * 10**9)
    datetime.datetime = Later
    import numpy  # before the handler, whose telemetry writes to stdout
    from tests.layers.artifacts import DotScorer
    from tests.layers.serving import serve
    handler = serve(DotScorer)
    answers = [str(datetime.datetime.now().year)]
    for body in (
        {"user_id": 10},
        {"user_id": 11, "history": [{"item_id": 104, "timestamp": 1769817600}, {"item_id": 105}]},
        {"history": [{"item_id": 103, "timestamp": 100}]},
        {"features": {"age": "25_34", "sex": "f"}},
    ):
        answer = handler({
            "httpMethod": "POST", "path": "/reco/als", "headers": {"content-type": "application/json"},
            "queryStringParameters": {"explain": "true"}, "body": json.dumps(body),
            "requestContext": {"authorizer": {"token": "t", "models": "*"}},
        }, None)
        assert answer["statusCode"] == 200
        answers.append(answer["body"])
    print(json.dumps(answers))
""")


def answers(place: Place, cache: Path, later: float) -> list[str]:
    """The year, and the answers, in a process whose clock is that much ahead."""
    environment = {
        **os.environ,
        "WARMSTART_STORE": place.url,
        "WARMSTART_MODELS": "als",
        "WARMSTART_CACHE": str(cache),
    }
    ran = subprocess.run(
        [sys.executable, "-c", ASK_LATER, str(later)], env=environment, capture_output=True, text=True, check=True
    )
    found: list[str] = json.loads(ran.stdout.splitlines()[-1])
    return found


def test_thirty_years_change_nothing(folder: Place, tmp_path: Path) -> None:
    """Stored histories, new ones, and fallbacks: the same bytes from a process thirty years later."""
    promote_new(folder.open(), tmp_path, Spec(segments=True))
    today = answers(folder, tmp_path / "cache", 0)
    later = answers(folder, tmp_path / "cache", 30 * 365.25 * 86_400)
    assert int(later[0]) - int(today[0]) in {29, 30}
    assert later[1:] == today[1:]
