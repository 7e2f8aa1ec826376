"""What the list of models says of each: which version is served, since when, of what data, and how good it was."""

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from warmstart.manifest import MAX_METRIC
from warmstart.schemas import PRINTABLE

MOST = 64  # entries of a part
Text = Annotated[str, Meta(max_length=256, pattern=PRINTABLE)]
Natural = Annotated[int, Meta(ge=0, le=2**53)]
Number = Annotated[float, Meta(ge=-MAX_METRIC, le=MAX_METRIC)]  # no NaN either
Numbers = Annotated[dict[Text, Number], Meta(max_length=MOST)]
Bounds = tuple[Number, Number]


class AliasCard(Struct):
    """What chose the version."""

    name: Text
    serial: Annotated[Natural, Meta(description="Grows by one whenever it is set, on a rollback too.")]
    set_at: Text
    previous: Annotated[Text | None, Meta(description="The version that was served before.")]


class DatasetCard(Struct):
    """What the version has learnt from."""

    name: Text | UnsetType = UNSET
    users: Natural | UnsetType = UNSET
    items: Natural | UnsetType = UNSET
    interactions: Natural | UnsetType = UNSET
    time_range: (
        Annotated[tuple[Text | None, Text | None], Meta(description="First and last event; null without times.")]
        | UnsetType
    ) = UNSET


class FoldCard(Struct):
    """What was held back to measure on."""

    kind: Text
    days: Natural | UnsetType = UNSET
    since: Text | UnsetType = UNSET


class SegmentCard(Struct):
    """How good the answers to one kind of user were."""

    users: Natural
    ndcg: Number = msgspec.field(name="ndcg@10")
    low: Number
    high: Number


class MeasuredCard(Struct):
    """How it was measured, by the scorer that serves it; what an older training did not write down is left out."""

    fold: FoldCard | UnsetType = UNSET
    users: Annotated[Natural, Meta(description="Who were asked for.")] | UnsetType = UNSET
    intervals: (
        Annotated[dict[Text, Bounds], Meta(max_length=MOST, description="Of 95 %, over users, by metric.")] | UnsetType
    ) = UNSET
    by_k: (
        Annotated[dict[Text, Numbers], Meta(max_length=MOST, description="Metric, length of the list, value.")]
        | UnsetType
    ) = UNSET
    beyond: Annotated[Numbers, Meta(description="What answers are like beside being right.")] | UnsetType = UNSET
    by_segment: Annotated[dict[Text, SegmentCard], Meta(max_length=MOST)] | UnsetType = UNSET


class ModelCard(Struct):
    """A model that this token may use."""

    model: Text
    family: Text
    version: Text
    metrics: dict[Text, Number]
    algorithm: Text
    created_at: Text
    alias: AliasCard
    dataset: DatasetCard
    measured_on: Annotated[MeasuredCard, Meta(description="Empty where it was not measured.")]


class Models(Struct):
    """All models that this token may use."""

    models: list[ModelCard]


EXAMPLES: dict[type, Any] = {
    Models: Models(
        [
            ModelCard(
                model="als",
                family="factorization",
                version="20261103T141502Z-1a2b3c4",
                metrics={"map@10": 0.0877, "ndcg@10": 0.1502},
                algorithm="als",
                created_at="2026-11-03T14:15:02+00:00",
                alias=AliasCard("champion", 3, "2026-11-03T14:20:11+00:00", "20261027T140312Z-5d6e7f8"),
                dataset=DatasetCard(
                    "kion", 962_179, 15_706, 5_476_251, ("2026-03-13T00:00:00+00:00", "2026-08-22T00:00:00+00:00")
                ),
                measured_on=MeasuredCard(
                    fold=FoldCard("time", 7),
                    users=97_620,
                    intervals={"map@10": (0.0861, 0.0893), "ndcg@10": (0.1483, 0.1521)},
                    by_k={"ndcg": {"1": 0.0912, "5": 0.1304, "10": 0.1502}},
                    beyond={"novelty@10": 4.31, "coverage@10": 0.21},
                    by_segment={"history 1-5": SegmentCard(41_020, 0.1417, 0.1389, 0.1446)},
                ),
            )
        ]
    )
}
