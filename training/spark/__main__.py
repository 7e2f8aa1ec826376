"""`python -m training.spark ORDER`: the entry point of a Spark job, and of its image."""

import sys

from training.spark.entry import main

if __name__ == "__main__":
    sys.exit(main())
