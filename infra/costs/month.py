"""The bill of a month: calls to one family, what stands there without any, and retraining."""

from collections.abc import Sequence
from dataclasses import dataclass

from infra.costs.calls import bill
from infra.costs.layout import Market, als
from infra.costs.measured import Measured
from infra.costs.prices import cost
from infra.families import Family
from infra.functions import INIT_PARTS, catalogue

MARKET = Market(users=1_000_000, items=50_000, interactions=50_000_000)
LOADS = (1e6, 10e6, 100e6)  # requests of a month
TRAININGS = 365 / 12  # one a day
TRAINING_HOURS = 1.0  # of an ml.m5.xlarge, on demand; assumed
VERSIONS = 3  # that the store keeps: the served one, the one before, the one that comes
BASE_IMAGE_MB = 268  # docs/IMAGES.md; layers that images share are kept once
METRICS = 2  # that functions write of each model and of all: Fallback, OpenTime
FUNCTIONS = 3  # that a call to one family starts: its own, the authorizer, the catalogue

Idle = Sequence[tuple[str, float]]  # what a stage costs without one call, and how much


@dataclass(frozen=True)
class Month:
    """Dollars, by what they are paid for."""

    calls: float
    watching: float  # alarms, the dashboard, metrics
    stored: float  # versions in S3, images in ECR
    training: float

    @property
    def total(self) -> float:
        """All together."""
        return float(sum(vars(self).values()))


def month(family: Family, families: Sequence[Family], measured: Measured, idle: Idle, requests: float) -> Month:
    """A month in which all requests go to one family, trained anew every day."""
    written = METRICS * (len(family.models) + 1) + len(INIT_PARTS) * FUNCTIONS
    return Month(
        calls=bill(family, measured, requests).total,
        watching=sum(dollars for _, dollars in idle) + cost("metric_month", written),
        stored=stored(families),
        training=TRAININGS * cost("sagemaker_m5_xlarge_hour", TRAINING_HOURS),
    )


def stored(families: Sequence[Family]) -> float:
    """What the store and the images cost in a month."""
    images = BASE_IMAGE_MB + sum(family.image_mb for family in (*families, catalogue(families)))
    versions = VERSIONS * als(MARKET).total / 1e9
    return cost("s3_gb_month", versions) + cost("image_gb_month", images / 1000)
