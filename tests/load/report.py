"""The pages of what was measured."""

from pathlib import Path

from tests.endurance.report import LIBRARIES
from tests.load.market import Market
from tests.load.soak import CLIENTS, MOST_GROWTH, SLICES, WARM, Soak
from tests.load.soak import table as soak_table
from tests.pages import Table, machine, markdown, page

DOCS = Path(__file__).parents[2] / "docs"
LOAD_PAGE, SOAK_PAGE = DOCS / "LOAD.md", DOCS / "SOAK.md"

RATES = """Each function alone, warm, through the local gateway: requests a second and the time of one, from clients
that each ask, wait for the answer and ask again. A function has one process, which answers one request at a time, and
the gateway, the functions and the clients share the machine: what is answered here is no measure of AWS, where each
request in flight has a process of its own. So each row stands beside a function that answers a constant through the
same gateway, under the same `awslambdaric`: that is what all of this costs without any recommendation. The families'
rows are reads, reads with reasons, histories on the fly and, where a model has them, similar items; the catalogue's are
searches, histories, users and models; the authorizer's are tokens that nobody has, for which it is asked each time
(401). An error is an answer of another status than it should have.
"""
OVERLOAD = """## More than there are answers for

Every answer is of our shape, no request hangs, everything that is not answered says when to come again
(`Retry-After`), and the request after that time is answered. API Gateway has one answer for a function that fails and
for one that Lambda refuses to call, since as many calls as it may have are under way (INTEGRATION_FAILURE); the local
gateway has the same, so both are a 503. The names that tell them apart are in the function's metrics: Errors and
Throttles, each with its alarm.
"""
SOAK = """Clients ask all functions at random while every model's versions, and the catalogue's, are promoted in turn
and tokens are made, used and revoked. Growth is that of RSS: the median of the last tenth of the time over that of the
tenth after the warm-up. Functions run under `awslambdaric`, which keeps some bytes of each request whatever the handler
([ENDURANCE.md](ENDURANCE.md)): `net` is the growth without as many as the constant's function kept by a request in the
same run. What is judged: net growth of at most {most:.0%}, no more descriptors at the end than after the warm-up, no
former version still mapped, every answer of its status, each revoked token refused. The gateway is this machine's, and
is not judged.
"""


def load_page(market: Market, rates: Table, overload: Table) -> str:
    """Return the page of rates and overload in Markdown."""
    said = f"`make load` measures this and writes it. {_where(market)}"
    return page("# Load", said, RATES, markdown(rates), OVERLOAD, markdown(overload))


def soak_page(market: Market, found: Soak) -> str:
    """Return the page of a soak in Markdown."""
    minutes = f"{found.seconds / 60:.0f} minutes, {WARM.start / SLICES:.0%} of them warm-up"
    changes = f"{found.promotions} promotions, {found.revoked} tokens revoked"
    done = f"{minutes}, {CLIENTS} clients, {changes}, {found.wrong.total()} errors"
    said = f"`make soak` measures this and writes it. {_where(market)} {done}."
    text = SOAK.format(most=MOST_GROWTH)
    verdict = f"Missed: {'; '.join(found.missed)}." if found.missed else "All of it is met."
    return page("# Soak", said, text, markdown(soak_table(found)), verdict)


def _where(market: Market) -> str:
    return f"{machine(LIBRARIES)}. Data: {market.what}."
