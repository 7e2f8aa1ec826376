"""A model's card, of its manifest and its alias; what an older or a broken training wrote otherwise is left out."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, TypeVar

import msgspec
from msgspec import Struct, ValidationError

from functions.catalogue.card_schemas import DatasetCard, MeasuredCard, ModelCard
from warmstart.errors import ManifestInvalid
from warmstart.manifest import Manifest
from warmstart.registry import Alias

PLAIN = ("model", "family", "version", "metrics", "algorithm", "created_at")  # taken as they are
S = TypeVar("S", bound=Struct)


def card_of(manifest: Manifest, alias: Alias, name: str) -> ModelCard:
    """Describe the version that an alias of that name points at; why it was set is for operators alone.

    Raises:
        ManifestInvalid: something that every card has is not as a card has it.
    """
    card = {
        **{field: getattr(manifest, field) for field in PLAIN},
        "alias": {"name": name, "serial": alias.serial, "set_at": alias.set_at, "previous": alias.previous},
        "dataset": _fitting(manifest.dataset, DatasetCard),
        "measured_on": _fitting(manifest.measured_on, MeasuredCard),
    }
    try:
        return msgspec.convert(card, ModelCard)
    except ValidationError as error:
        raise ManifestInvalid(f"no card can be made of it: {error}") from None


def _fitting(raw: Mapping[str, Any], kind: type[S]) -> S:
    """Take what is as a card has it, field by field."""
    found = {}
    for field in msgspec.structs.fields(kind):
        if field.name in raw:
            with suppress(ValidationError):
                found[field.name] = msgspec.convert(raw[field.name], field.type)
    return kind(**found)
