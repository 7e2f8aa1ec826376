"""The neural family as an ASGI app: `uvicorn functions.neural.app:app`."""

from pathlib import Path

from functions.neural.scorer import NeuralScorer
from warmstart.plain_app import plain_app

app = plain_app(Path(__file__).parent, NeuralScorer)
