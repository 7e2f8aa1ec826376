"""The Lambda function of the ranker family."""

from functions.ranker.scorer import TwoStageScorer
from warmstart.lambda_handler import serve

handler = serve(TwoStageScorer)
