"""`python -m training.sagemaker`, which the image calls `train`."""

import sys

from training.sagemaker.entry import main

if __name__ == "__main__":
    sys.exit(main())
