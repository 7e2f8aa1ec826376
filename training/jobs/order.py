"""What a job is to train, as the texts that are passed on to it: who orders it writes them, who trains reads them."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self, cast, get_args

from training.data.tables import OnBadRow
from warmstart.errors import SettingsError

FLAGS = {"true": True, "false": False}


@dataclass(frozen=True, kw_only=True)
class Order:
    """The options of `warmstart train`, and where to."""

    store: str  # as --store has it
    models: str | None = None  # by commas; None: all of the recipe
    on_bad_row: OnBadRow = "refuse"
    promote: bool = False

    def to_texts(self) -> dict[str, str]:
        """Write it down."""
        texts = {"store": self.store, "on_bad_row": self.on_bad_row, "promote": str(self.promote).lower()}
        return texts if self.models is None else {**texts, "models": self.models}

    @classmethod
    def from_texts(cls, texts: Mapping[str, str]) -> Self:
        """Read what was written.

        Raises:
            SettingsError: a text is missing, unknown or senseless; says which.
        """
        unknown = texts.keys() - {field.name for field in fields(cls)}
        if unknown:
            raise SettingsError(f"unknown hyperparameter {min(unknown)[:64]!r}")
        if not texts.get("store"):
            raise SettingsError("no hyperparameter store: the job has nowhere to publish to")
        return cls(
            store=texts["store"],
            models=texts.get("models"),
            on_bad_row=cast("OnBadRow", _one_of("on_bad_row", texts.get("on_bad_row", "refuse"), get_args(OnBadRow))),
            promote=FLAGS[_one_of("promote", texts.get("promote", "false"), FLAGS)],
        )


def _one_of(name: str, text: str, known: Mapping[str, object] | tuple[str, ...]) -> str:
    if text not in known:
        raise SettingsError(f"hyperparameter {name}: {text[:64]!r} is none of {', '.join(known)}")
    return text
