"""The Lambda function of the factorization family."""

from functions.factorization.scorer import FactorizationScorer
from warmstart.lambda_handler import serve

handler = serve(FactorizationScorer)
