"""What the service's processes know of each other: which of them start, and how many connections the others have.

The one with the fewest accepts the next connection, which then stays with it. Left to chance, one process accepts most
of those that a platform or a proxy opens at once, while the others idle.
"""

import mmap
import os

PROCESSES = 256  # more than ever run at a time; a process is known by its number modulo this
STARTING = 2**32 - 1

# The arbiter makes this memory when it loads the worker's class, so all processes share it. Each count is the number of
# a process's connections plus one; 0 stands for no process.
counts = memoryview(mmap.mmap(-1, PROCESSES * 4)).cast("I")
pids = memoryview(mmap.mmap(-1, PROCESSES * 4)).cast("I")  # 0 until a process knows its own


def add_starting(process: int) -> None:
    counts[process % PROCESSES] = STARTING
    pids[process % PROCESSES] = 0


def set_pid(process: int) -> None:
    pids[process % PROCESSES] = os.getpid()


def set_connections(process: int, connections: int) -> None:
    counts[process % PROCESSES] = connections + 1


def remove(process: int) -> None:
    counts[process % PROCESSES] = 0


def remove_dead() -> None:
    """Remove processes that ended without doing so themselves."""
    for process, pid in enumerate(pids):
        if pid and counts[process] and not is_alive(pid):
            remove(process)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def is_any_starting(besides: int) -> bool:
    return any(count == STARTING for process, count in enumerate(counts) if process != besides % PROCESSES)


def is_fewest(connections: int) -> bool:
    """True when no process has fewer."""
    return connections + 1 <= min(filter(None, counts), default=0)
