"""The real handlers, given gateway events that no schema makes."""

import io
import itertools
import json
import logging
import runpy
import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, note, seed, settings

from infra.local.function import Function, lambda_environment
from tests.endurance.process import FunctionProcess
from tests.fuzz import stage
from tests.fuzz.canary import PLANT, TOKEN, found_in
from tests.fuzz.events import FILES, ROUTES, event, events, filled
from tests.fuzz.judge import judge

Handler = Callable[[Any, Any], dict[str, Any]]
NAMES = ("lists", "factorization", "knn", "neural", "ranker", "catalogue")
FAST, SLOW = 150, 2000  # events for each of six handlers; under awslambdaric a fifth of it


@pytest.fixture(scope="module")
def functions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Function]:
    """The functions over a small store."""
    folder = tmp_path_factory.mktemp("fuzz-events")
    return stage.functions(stage.build_store(folder), folder / "caches")


@pytest.fixture(scope="module", params=NAMES)
def handler(request: pytest.FixtureRequest, functions: dict[str, Function]) -> Iterator[tuple[str, Handler]]:
    """A function's own module, imported afresh in its own environment."""
    function = functions[request.param]
    module, _, name = function.handler.rpartition(".")
    with pytest.MonkeyPatch.context() as patch:
        for variable, value in lambda_environment(function, "127.0.0.1:1").items():
            if variable.startswith(("WARMSTART_", "AWS_LAMBDA_FUNCTION_")):
                patch.setenv(variable, value)
        yield request.param, runpy.run_module(module)[name]


def test_every_route_of_every_model_is_asked(handler: tuple[str, Handler]) -> None:
    """Plainly once and with a planted id: a documented answer to each, and no 5xx but a named 503."""
    name, call = handler
    asked = itertools.product(ROUTES, stage.MODELS[name], ("1", PLANT), FILES[-1:])
    for (method, template), *values in asked:
        made = event(method, filled(template, *values))
        made["queryStringParameters"] |= {"k": "7", "explain": "true"}
        made["body"] = '{"history": [{"item_id": 1}], "explain": true}' if method == "POST" else None
        judge(json.dumps(call(made, None)).encode(), made)


@pytest.mark.parametrize("examples", [FAST, pytest.param(SLOW, marks=pytest.mark.slow)])
def test_a_handler_answers_whatever_comes(handler: tuple[str, Handler], examples: int) -> None:
    """No raise, no answer that is not documented, no 5xx but a named 503, nothing planted in an answer or a log."""
    name, call = handler
    said = io.StringIO()
    relay = logging.StreamHandler(said)
    logging.getLogger().addHandler(relay)

    def ask(event: Any) -> bytes:
        with redirect_stdout(said), redirect_stderr(said):
            return json.dumps(call(event, None)).encode()

    try:
        run(name, ask, examples)
    finally:
        logging.getLogger().removeHandler(relay)
    assert_silent(said.getvalue())


@pytest.mark.parametrize("examples", [FAST // 5, pytest.param(SLOW // 5, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", NAMES)
def test_a_function_answers_whatever_comes(
    functions: dict[str, Function], name: str, examples: int, tmp_path: Path
) -> None:
    """The same under `awslambdaric`, where events are parsed and answers are written as in Lambda."""
    process = FunctionProcess(functions[name], tmp_path / "log")
    with process.running():
        run(name, lambda event: process.invoke(json.dumps(event).encode()), examples)
    assert_silent((tmp_path / "log").read_text(errors="replace"))


def run(name: str, ask: Callable[[Any], bytes], examples: int) -> None:
    """Ask with so many events, judge each answer, and print what came."""
    chosen, outcomes = secrets.randbelow(2**63), Counter[str]()

    @seed(chosen)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(event=events(stage.MODELS[name]))
    def answers(event: Any) -> None:
        note(json.dumps(event)[:3000])  # ASCII: Hypothesis prints no lone surrogate
        outcomes[judge(ask(event), event)] += 1

    try:
        answers()
    finally:
        print(f"{name}: seed {chosen}, {outcomes.total()} answers: {dict(sorted(outcomes.items()))}")
    assert outcomes.total() >= examples * 0.9


def assert_silent(log: str) -> None:
    """A log holds no token, nothing that a client chose, and no trace of a failure."""
    assert not found_in(log, PLANT, TOKEN, "Traceback", "server error"), log[-3000:]
