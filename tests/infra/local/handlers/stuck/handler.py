"""A function whose init never ends."""

import time

time.sleep(60)
