"""How a time is written in a table, as strptime has it."""

import re
from datetime import UTC, datetime

DIRECTIVES = "aAbBdfHIjmMpSyYz%"
_DATES = ("%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d")
_TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
KNOWN = tuple(date + time for date in _DATES for time in _TIMES)  # what `warmstart init` tries
_SOME_TIME = datetime(2011, 12, 23, 14, 45, 56, tzinfo=UTC)


def wrong_with(form: str) -> str | None:
    """Say why a format cannot be that of a column of times, if it cannot."""
    if not set(re.findall(r"%(.?)", form)) <= set(DIRECTIVES):
        return f"must be a strptime format of %{', %'.join(DIRECTIVES)}"
    if form.count("%f") != form.count("%S.%f"):
        return "%f must follow %S and a point"
    if ("%I" in form) != ("%p" in form):
        return "%I and %p need each other"
    if ("%H" in form or "%I" in form) and "%M" not in form:
        return "an hour needs its minutes, %M"
    try:
        again = datetime.strptime(_SOME_TIME.strftime(form), form)  # noqa: DTZ007  # the day alone is compared
    except ValueError:
        return "must be a strptime format"
    return None if again.date() == _SOME_TIME.date() else "must hold a day, a month and a year, as %d/%m/%Y does"
