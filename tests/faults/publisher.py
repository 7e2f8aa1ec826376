"""Publishes a draft in a process of its own, so that it can be killed: `python -m tests.faults.publisher URL DRAFT`."""

import os
import sys
from pathlib import Path

from functions.factorization.scorer import FactorizationScorer
from warmstart.live import loader
from warmstart.manifest import Manifest
from warmstart.publish import publish
from warmstart.store import open_store


def main(url: str, draft: str) -> None:
    """Publish through the server that the environment names."""
    publish(open_store(url, endpoint=os.environ["AWS_ENDPOINT_URL"]), Path(draft), _opens)


def _opens(folder: Path, manifest: Manifest) -> None:
    loader(FactorizationScorer)(folder, manifest)


if __name__ == "__main__":
    main(*sys.argv[1:])
