"""Whether an entrant is what it says, found out by asking its API."""

import asyncio

from training.leaderboard import loop
from training.leaderboard.answer import Failure
from training.leaderboard.asking import LONGEST, PAUSES
from training.leaderboard.entrants import Entrant
from training.leaderboard.live_api import LiveApi
from warmstart.errors import SettingsError

ALIVE = b'"I am alive"'
ANYBODY = 0  # in every id domain, as a number or as a string


def check(entrant: Entrant, timeout: float) -> None:
    """Ask an API whether it is one, and for one user.

    Raises:
        SettingsError: the address, the token or the model is wrong, or no version is served yet.
    """
    loop.run(_check(entrant, timeout))


async def _check(entrant: Entrant, timeout: float) -> None:
    async with LiveApi.connect(entrant, timeout) as api:
        said = await api.health()
        if isinstance(said, Failure) or said.strip() != ALIVE:
            kind = said.kind if isinstance(said, Failure) else "something else"
            raise SettingsError(f'{entrant.name}: {entrant.url}/health should answer "I am alive" ({kind})')
        failure = await _failure(api)
    if failure is not None:
        raise SettingsError(f"{entrant.name}: {_meaning(failure, entrant)}")


async def _failure(api: LiveApi) -> Failure | None:
    """Ask for somebody, again while the API is only starting or busy; return what is wrong, if anything."""
    pauses = iter(PAUSES)
    while True:
        found, _ = await api.ask(ANYBODY)
        if not isinstance(found, Failure):
            return None
        pause = next(pauses, None)
        wait = max(pause or 0.0, found.retry_after or 0.0)
        if pause is None or not found.again or wait > LONGEST:
            return found
        await asyncio.sleep(wait)


def _meaning(failure: Failure, entrant: Entrant) -> str:
    meanings = {
        "status 401": f"the token in {entrant.token_env} is refused (a new one is known within a minute)",
        "status 403": f"the token in {entrant.token_env} does not allow {entrant.model}",
        "status 404": f"there is no model {entrant.model}",
        "status 503": f"no version of {entrant.model} can be served",
    }
    return meanings.get(failure.kind, f"asked for user {ANYBODY}, it fails: {failure.kind}")
