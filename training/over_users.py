"""Something done for all users of a version, a chunk each at a time, in as many processes as there are cores."""

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import lru_cache
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import TypeVar

import numpy as np
from threadpoolctl import threadpool_limits

from training.scorers import open_recommender
from warmstart.errors import SettingsError
from warmstart.manifest import Manifest
from warmstart.recommender import Recommender
from warmstart.scorer import Rows

CHUNK = 1024  # users of a task: the same whatever the number of processes, so that these change no last bit
AHEAD = 2  # chunks for each process that are asked for before the first is taken
T = TypeVar("T")
Task = Callable[[Recommender, Rows, int], T]


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def over_users(
    folder: Path,
    manifest: Manifest,
    task: Task[T],
    *,
    k: int,
    workers: int,
    chunk: int = CHUNK,
    say: Callable[[int], None] = lambda _: None,
) -> Iterator[T]:
    """Yield what a task makes of each chunk of a version's users, in the order of their rows.

    Args:
        folder: the version's verified files; its manifest is put beside them.
        manifest: the version's.
        task: a function of a module, for each process looks it up there; it is given the recommender, rows and k.
        k: for the task.
        workers: how many processes; 1 is this one.
        chunk: how many users at a time.
        say: is told how many users are done, each time that another tenth is.

    Raises:
        SettingsError: a process was killed.
    """
    n_users = len(_sealed(folder, manifest).user_ids)
    chunks = [rows_of_chunk(place, n_users, chunk) for place in range(n_chunks(n_users, chunk))]
    workers = min(workers, len(chunks))
    parts = (
        _in_processes(folder, task, chunks, k, workers)
        if workers > 1
        else (of_chunk(folder, task, users, k) for users in chunks)
    )
    done = 0
    for users, part in zip(chunks, parts, strict=True):
        yield part
        before, done = done, done + len(users)
        if done * 10 // n_users > before * 10 // n_users:
            say(done)


def n_chunks(n_users: int, chunk: int = CHUNK) -> int:
    """Count the chunks of so many users."""
    return -(-n_users // chunk)


def rows_of_chunk(place: int, n_users: int, chunk: int = CHUNK) -> Rows:
    """Return the users of one chunk, by row."""
    return np.arange(place * chunk, min((place + 1) * chunk, n_users), dtype=np.int32)


def of_chunk(folder: Path, task: Task[T], users: Rows, k: int) -> T:
    """Return what a task makes of some users in this process, from a folder with the version's files and manifest."""
    with threadpool_limits(1, "blas"):  # as in a function; and the cores are taken by the other processes
        return task(_opened(folder), users, k)


def once(folder: Path, manifest: Manifest, task: Callable[[Recommender, int], T], *, k: int) -> T:
    """Return what a task makes of a version, in this process, as it does of each chunk of users."""
    recommender = _sealed(folder, manifest)
    with threadpool_limits(1, "blas"):
        return task(recommender, k)


def _in_processes(folder: Path, task: Task[T], chunks: Sequence[Rows], k: int, workers: int) -> Iterator[T]:
    waiting = deque[Callable[[], T]]()
    pool = ProcessPoolExecutor(workers, get_context("spawn"), _begin)  # a fork would share the threads of a store
    try:
        for users in chunks:
            waiting.append(pool.submit(of_chunk, folder, task, users, k).result)
            if len(waiting) > AHEAD * workers:
                yield waiting.popleft()()
        while waiting:
            yield waiting.popleft()()
    except BrokenProcessPool:
        raise SettingsError("a process was killed, as happens where memory runs out: try fewer --workers") from None
    finally:
        pool.shutdown(cancel_futures=True)


def _sealed(folder: Path, manifest: Manifest) -> Recommender:
    """Put the manifest beside the files, where other processes find it, and open them."""
    (folder / "manifest.json").write_bytes(manifest.to_json())
    return _opened(folder)


@lru_cache(maxsize=1)
def _opened(folder: Path) -> Recommender:
    return open_recommender(folder, Manifest.from_json((folder / "manifest.json").read_bytes()))


def _begin() -> None:
    """Leave Ctrl-C to the process that began this one, and end when that does, however it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
