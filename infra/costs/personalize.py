"""What Amazon Personalize's published prices make of the same load, recipes of version 2."""

from infra.costs.calls import SECONDS
from infra.costs.layout import Market
from infra.costs.prices import cost

ROW = 30  # bytes of an interaction as CSV, assumed: two ids and a time
NEW = 1 / 12  # of the interactions, what a month adds, assumed
# A campaign is billed at least so many transactions a second for as long as it stands:
# https://docs.aws.amazon.com/personalize/latest/dg/API_CreateCampaign.html
LEAST_A_SECOND = 1
# What a recipe of version 2 learns from at most: https://docs.aws.amazon.com/personalize/latest/dg/limits.html
MOST_ITEMS, MOST_INTERACTIONS = 5_000_000, 3_000_000_000


def month(market: Market, requests: float, trainings: float) -> dict[str, float]:
    """Dollars of a month, by what they are paid for; of a market that is too large, for the part that it takes.

    Args:
        market: what is learnt.
        requests: of the month, taken to come evenly; in bursts it costs more.
        trainings: of the month, on everything.
    """
    learnt = min(market.interactions, MOST_INTERACTIONS)
    return {
        "data": cost("personalize_gb", market.interactions * NEW * ROW / 1e9),
        "training": trainings * cost("personalize_trained_million", learnt),
        "recommendations": cost("personalize_call_million", max(requests, LEAST_A_SECOND * SECONDS)),
    }


def takes(market: Market) -> bool:
    """Whether its documented limits allow the market."""
    return market.items <= MOST_ITEMS and market.interactions <= MOST_INTERACTIONS
