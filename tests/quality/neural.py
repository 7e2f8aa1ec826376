"""Networks on the five random folds of MovieLens 1M: the changed autoencoder against the plain one, and DSSM.

Settings were chosen on a fifth of what the first fold learns from. `p` is of the paired test against the plain one.
"""

import time
from collections.abc import Iterator

from tests.quality.figures import Entrant, Figure
from tests.quality.movielens_1m import folds
from tests.quality.protocol import SEED, Protocol
from training.evaluation.comparison import paired

NAME = "neural"
COMMON = {"batch": 200, "epochs": 100}
PLAIN = Entrant(
    "autoencoder, plain", {**COMMON, "architecture": "plain", "divergence": 0.2}, "autoencoder", published=0.294
)
OTHERS = (
    Entrant("autoencoder", COMMON, goal=0.305),
    Entrant("dssm", {"epochs": 100}, goal=0.275),
)


def figures() -> Iterator[Figure]:
    """Measure the plain autoencoder, and the others against it."""
    protocol = Protocol(NAME, folds(), "ndcg", 10)
    started = time.perf_counter()
    plain = protocol.samples(PLAIN)
    yield protocol.figure(PLAIN, plain, started, {"p": None})
    for entrant in OTHERS:
        started = time.perf_counter()
        samples = protocol.samples(entrant)
        yield protocol.figure(entrant, samples, started, {"p": paired(samples, plain, SEED)[0].p})
