"""`make sbom` and `make audit`: write what each image holds, and ask what is known against it."""

import argparse
import json
import sys
from datetime import UTC, datetime

from infra.supply.acknowledged import read_acknowledged
from infra.supply.audit import CLEAN, FOUND, NOT_AUDITED, ask_all, told, verdict
from infra.supply.pins import pinned_by_image
from infra.supply.sbom import sbom
from infra.tree import ROOT

FOLDER = ROOT / "build" / "sbom"
RESULTS = {
    CLEAN: "clean: nothing is known against what is pinned",
    FOUND: "vulnerable: move a pin (make requirements), or give a reason in infra/supply/acknowledged.toml",
    NOT_AUDITED: "not audited: the databases do not answer here for all that is pinned; this is no clean result",
}


def main() -> None:
    """Write or ask; the audit exits with 0 (clean), 1 (something is known) or 4 (not all could be asked).

    A file that cannot be read is none of these: 2.
    """
    parser = argparse.ArgumentParser(prog="python -m infra.supply", description=__doc__)
    parser.add_argument("what", choices=("sbom", "audit"))
    what = {"sbom": _write, "audit": _ask}[parser.parse_args().what]
    try:
        what()
    except ValueError as error:  # names the file and what is wrong in it
        sys.stderr.write(f"error: {error}\n")
        sys.exit(2)


def _write() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    print(f"{'image':20}{'components':>12}{'licence unknown here':>22}")
    for image in pinned_by_image():
        document = sbom(image)
        unknown = [one["name"] for one in document["components"] if "licenses" not in one]
        (FOLDER / f"{image}.cdx.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
        print(f"{image:20}{len(document['components']):12}{len(unknown):22}")


def _ask() -> None:
    acknowledged, today = read_acknowledged(), datetime.now(UTC).date()
    held, answer = ask_all()
    print(told(held, answer, acknowledged, today))
    result = verdict(answer, acknowledged, today)
    print(RESULTS[result])
    sys.exit(result)


if __name__ == "__main__":
    main()
