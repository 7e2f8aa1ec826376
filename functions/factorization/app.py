"""The factorization family as an ASGI app: `uvicorn functions.factorization.app:app`."""

from pathlib import Path

from functions.factorization.scorer import FactorizationScorer
from warmstart.plain_app import plain_app

app = plain_app(Path(__file__).parent, FactorizationScorer)
