"""A process is asked to stop, and does so where nothing is lost that it could keep."""

import threading

EXIT_CODE = 143  # as of a process that SIGTERM ends
_asked = threading.Event()


class Stopped(BaseException):
    """The process ends because it was asked to; as with Ctrl-C, nobody takes it for a failure on the way."""


def ask() -> None:
    """Ask; a signal's handler may do so at any moment."""
    _asked.set()


def asked() -> bool:
    """Tell whether somebody has asked."""
    return _asked.is_set()


def forget() -> None:
    """Take it back."""
    _asked.clear()


def here() -> None:
    """Stop, if asked: what could be kept has been kept.

    Raises:
        Stopped: somebody has asked.
    """
    if asked():
        raise Stopped
