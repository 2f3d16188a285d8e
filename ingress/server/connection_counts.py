"""How many connections each of the service's processes has, so that the one with the fewest accepts the next.

A connection stays in the process that accepted it. Left to chance, one process accepts most of those that a platform or
a proxy opens at once, while the others idle.
"""

import mmap
import os

PROCESSES = 256  # more than ever run at a time; a process is known by its number modulo this

# The arbiter makes this memory when it loads the worker's class, so all processes share it. Each count is the number of
# a process's connections plus one; 0 stands for no process.
counts = memoryview(mmap.mmap(-1, PROCESSES * 4)).cast("I")
pids = memoryview(mmap.mmap(-1, PROCESSES * 4)).cast("I")


def publish_count(process: int, connections: int) -> None:
    counts[process % PROCESSES] = connections + 1
    pids[process % PROCESSES] = os.getpid()


def remove_process(process: int) -> None:
    counts[process % PROCESSES] = 0


def remove_dead() -> None:
    """Remove processes that ended without doing so themselves."""
    for process, count in enumerate(counts):
        if count and not is_alive(pids[process]):
            remove_process(process)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def is_fewest(connections: int) -> bool:
    """True when no process has fewer."""
    return connections + 1 <= min(filter(None, counts), default=0)
