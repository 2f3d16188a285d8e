"""Forked processes of a test, which share its open files as the workers of gunicorn do."""

import os
import traceback


def run_in_child(work):
    """Run in a forked process; return how it ended: its exit code, or the negative number of the signal."""
    return wait_for(start_in_child(work))


def start_in_child(work):
    """Start a forked process that does this work; return its id."""
    child = os.fork()
    if child:
        return child
    try:
        work()
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


def wait_for(child):
    """Return how a child ended, as run_in_child does."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
