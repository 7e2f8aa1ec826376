"""The ranker family as an ASGI app: `uvicorn functions.ranker.app:app`."""

from pathlib import Path

from functions.ranker.scorer import TwoStageScorer
from warmstart.plain_app import plain_app

app = plain_app(Path(__file__).parent, TwoStageScorer)
