"""Keys of the store, as policies name them: what each function reads and what training writes."""

from infra.families import CATALOGUE, Family

TOKENS = "auth/tokens.json"  # the authorizer's alone
CARDS = ("models/*/aliases/*", "models/*/versions/*/manifest.json")  # of every model
CATALOGUE_READS = (*CARDS, f"models/{CATALOGUE}/*")
TRAINED = ("models/*", "training/*")  # versions and aliases; a job's input and checkpoints


def own_models(family: Family) -> tuple[str, ...]:
    """All that there is of a family's models."""
    return tuple(f"models/{model}/*" for model in family.models)
