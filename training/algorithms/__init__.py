"""What can be trained: name -> class."""

from training.algorithms.als import ALS
from training.algorithms.base import Algorithm
from training.algorithms.popular import Popular
from training.algorithms.popular_recent import PopularRecent
from training.algorithms.random import Random

ALGORITHMS: dict[str, type[Algorithm]] = {
    "popular": Popular,
    "popular_recent": PopularRecent,
    "random": Random,
    "als": ALS,
}
