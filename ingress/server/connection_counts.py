"""Which of the service's processes has the fewest connections: kept ones stay where they were accepted.

Left to chance, one process accepts most of those that a platform or a proxy opens at once, and the others idle.
"""

import mmap

PROCESSES = 256  # more than ever run at a time; a process is known by its number modulo this

# Made by gunicorn's arbiter when it loads the worker's class, so all processes share it. How many connections a process
# has, and one more, so that 0 is the number of none.
shares = memoryview(mmap.mmap(-1, PROCESSES * 4)).cast("I")


def tell(process, connections):
    shares[process % PROCESSES] = connections + 1


def leave(process):
    shares[process % PROCESSES] = 0


def is_fewest(connections):
    """True when no process has fewer."""
    return connections + 1 <= min(filter(None, shares), default=0)
