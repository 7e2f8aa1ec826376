"""The page of what was measured."""

from tests import pages
from tests.pages import Table, machine, markdown

COMMAND = "python -m tests.endurance --write"
LIBRARIES = ("numpy", "obstore", "msgspec", "awslambdaric")

MEMORY = """## Memory and descriptors

Each function's own handler in a process that holds nothing else; requests drawn at random from reads of known and
unknown users, reads with reasons, recommendations on the fly, similar items and errors (413 and 10,000 nested brackets
among them), each answer's status checked; both versions of every model are promoted in turn, so swaps are inside the
measurement, of a function with two models those of both. Growth is that of RSS from the end of the warm-up to the end:
within 5 %. It needs `MALLOC_ARENA_MAX=1`, which functions have: without it, glibc keeps the buffers of each pull's
threads, and the factorization function grew by 21 % over 60 swaps of 7 MB. And `MALLOC_MMAP_THRESHOLD_` keeps buffers
of 16 MiB and more out of the heap: without it, the holes that swaps of a network leave there added 11 % in a soak.
"""
RUNTIME = """### Under `awslambdaric`

The runtime interface client itself grows, whatever the handler: one that returns a constant does so too. That is why
the table above is measured without it. What it adds to 100,000 requests is some 12 to 17 MB.
"""
FROZEN = """## Refresh in a function that is frozen between calls

The factorization function with two models resident, stopped by SIGSTOP between calls and continued for each; S3
answers at 60 MB/s and closes connections while the function is frozen. Times are from the thaw to the answer. A
version that fits the time of the call is pulled in it: that one answer is slow, and by no more than its time allows.
A version that does not fit (second half: calls of 2 s) is pulled by ranges in several calls, which the old version
answers. RAM may reach both versions, the other model and 64 MB for the process; it stays far below, as vectors are
mapped and read where they are needed.
"""


def page(memory: Table, runtime: Table, frozen: Table) -> str:
    """Return the page in Markdown."""
    measured = f"`{COMMAND}` measures this and writes it. {machine(LIBRARIES)}."
    tables = (MEMORY, markdown(memory), RUNTIME, markdown(runtime), FROZEN, markdown(frozen))
    return pages.page("# Endurance", measured, *tables)
