"""What the tests of the server share."""

import pytest

from tests.conftest import ROOT

SLOW_START = """
import runpy, time
globals().update(runpy.run_path({settings!r}))
def {hook}:
    time.sleep({seconds})
"""


@pytest.fixture
def slow_start(tmp_path):
    """Called with the head of one of gunicorn's hooks, returns options that make each new worker wait there."""

    def options(hook, seconds):
        file = tmp_path / "slow.conf.py"
        file.write_text(SLOW_START.format(settings=str(ROOT / "gunicorn.conf.py"), hook=hook, seconds=seconds))
        return ["--config", file]

    return options
