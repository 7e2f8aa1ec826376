"""`python -m tests.registry`: 20,000 random operations on a registry in a folder, and 20,000 in S3."""

import argparse
import random
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from tests.registry.run import EPISODE, STOPPED, Run, end_on_ctrl_c, told
from tests.whole import within

MOST = 10_000_000


def main() -> int:
    """Run on both stores at once, each in a process of its own; return the status of the process."""
    parser = argparse.ArgumentParser(prog="python -m tests.registry", description=__doc__)
    parser.add_argument("--operations", type=within(1, MOST), default=20_000, help="on each store")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    parser.add_argument("--store", choices=("file", "s3"), help="one of them alone")
    parser.add_argument(
        "--episode", type=within(0, MOST // EPISODE), default=0, help="where to begin, to see a failure again"
    )
    asked = parser.parse_args()
    kinds = (asked.store,) if asked.store else ("file", "s3")
    runs = [Run(kind, asked.seed, asked.operations, asked.episode) for kind in kinds]
    for run in runs:
        print(f"seed {run.seed}: {run.operations:,} operations, {run.kind}", flush=True)
    try:
        with ProcessPoolExecutor(len(runs), mp_context=get_context("spawn"), initializer=end_on_ctrl_c) as pool:
            return max(list(pool.map(told, runs)))
    except (KeyboardInterrupt, SystemExit):
        print("stopped before its end: this says nothing of the registry", file=sys.stderr)
        return STOPPED


if __name__ == "__main__":
    sys.exit(main())
