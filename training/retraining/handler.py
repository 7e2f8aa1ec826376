"""What the function of a retraining does when the state machine calls it: one step, by its name.

Nothing heavy is imported before a call: an init may take ten seconds, a call fifteen minutes.
"""

import os
from collections.abc import Callable, Mapping
from typing import Any

from infra.outputs import stack
from infra.retraining_states import CHECK, GATE, PROMOTE, TREND
from warmstart.errors import Conflict, StoreUnavailable, WarmstartError
from warmstart.store import Store

MOST_TEXT = 8_000  # characters of a refusal: a state's output and an e-mail have their limits


def handler(event: Mapping[str, Any], _: object) -> dict[str, Any]:
    """Take a step; what is refused is a result, and what may go by itself is raised, for the machine tries again.

    Args:
        event: `step`, its name, and `input`, the output of the step before.
        _: Lambda's context.
    """
    from training.stores import open_named

    try:
        done = STEPS[event["step"]](open_named(os.environ["WARMSTART_STORE"]), event["input"])
    except (Conflict, StoreUnavailable):
        raise
    except WarmstartError as error:
        done = {"refused": str(error)}
    if "refused" in done:
        done["refused"] = done["refused"][:MOST_TEXT]
        print(f"refused: {done['refused']}", flush=True)
    return done


def _check(store: Store, given: Mapping[str, Any]) -> dict[str, Any]:
    from training.deployed.stage import Stack
    from training.retraining.steps import check_data
    from training.sagemaker.request import Place

    stage = os.environ["WARMSTART_STAGE"]
    own = Stack(stage, stack(stage, "training"), "CREATE_COMPLETE", os.environ)  # the environment has its outputs
    return check_data(store, Place.of(own), compare=given.get("compare") is not False)


def _gate(store: Store, given: Mapping[str, Any]) -> dict[str, Any]:
    from training.retraining.steps import judge

    return judge(store, given["job"], given["taken"])


def _promote(store: Store, given: Mapping[str, Any]) -> dict[str, Any]:
    from training.retraining.steps import promote

    return promote(store, dict(given))


def _trend(store: Store, _: Mapping[str, Any]) -> dict[str, Any]:
    from training.retraining.trends import refresh_trends
    from training.voice import Log

    return refresh_trends(store, Log())


STEPS: Mapping[str, Callable[[Store, Mapping[str, Any]], dict[str, Any]]] = {
    CHECK: _check,
    GATE: _gate,
    PROMOTE: _promote,
    TREND: _trend,
}
