"""What is collected, and in which order: the longest files first, so that no process is left with one at the end."""

import gc
import re
from collections import Counter
from pathlib import Path

from tests.servers import IS_MARIADB

ROOM = Path(__file__).parent
WHOLLY_SLOW = re.compile(r"^pytestmark = \[?pytest\.mark\.slow\b", re.MULTILINE)
CACHED = "ingress/seconds"  # of each file, in pytest's own cache


def pytest_ignore_collect(collection_path, config):
    """Without the slow tests, leave out the files that hold no others: each process would import a browser's driver."""
    if config.option.markexpr == "not slow" and collection_path.suffix == ".py":
        return True if WHOLLY_SLOW.search(collection_path.read_text()) else None
    return None


def pytest_collection_finish():
    """Let the garbage collector pass over the thousands of tests, which live until the end."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(config, items):
    """Leave out what the server cannot do; sort files by the time that their last whole run took, or by slow tests."""
    items[:] = [item for item in items if IS_MARIADB or not item.get_closest_marker("mariadb")]
    for item in items:
        if "long_server" in item.fixturenames:
            item.add_marker("long")
        if "mortal_server" in item.fixturenames:  # each process would start a second server
            item.add_marker("slow")
    seconds = config.cache.get(CACHED, {})
    slow = Counter(item.path for item in items if item.get_closest_marker("slow"))
    items.sort(key=lambda item: (seconds.get(file_of(item.path), 0), slow[item.path]), reverse=True)


def pytest_terminal_summary(terminalreporter, config):
    """Keep the time of each file, unless only some tests were run."""
    if config.args != config.getini("testpaths") or config.option.markexpr or config.option.keyword:
        return
    seconds = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if hasattr(report, "duration"):
                seconds[file_of(config.rootpath / report.fspath)] += report.duration
    config.cache.set(CACHED, dict(seconds))


def file_of(path):
    return str(Path(path).relative_to(ROOM))
