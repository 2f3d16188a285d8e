"""The small file that keeps what was told."""

import json
import resource
from datetime import datetime

import pytest

from ingress.watch.alarm import Alarm
from ingress.watch.memory import FILE_BYTES, Memory, MemoryInUse, open_memory
from tests.children import run_in_child

SILENT = Alarm("silent 5", "callgrid (key 5) sends nothing", "…", "…")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "alarms.json"


def test_what_is_noted_is_there_at_the_next_run(path):
    with open_memory(path) as memory:
        memory.note("a", [SILENT], [])
        memory.away = datetime(2026, 3, 4, 15)

    with open_memory(path) as memory:
        assert memory == Memory({"a": {"silent 5": SILENT.title}}, datetime(2026, 3, 4, 15))
        memory.note("a", [], ["silent 5"])

    with open_memory(path) as memory:
        assert memory.told == {"a": {}}


def test_what_is_noted_before_an_error_is_kept(path):
    with pytest.raises(ZeroDivisionError), open_memory(path) as memory:
        memory.note("a", [SILENT], [])
        raise ZeroDivisionError

    with open_memory(path) as memory:
        assert memory.told == {"a": {"silent 5": SILENT.title}}


def test_the_file_is_for_its_owner_and_keeps_its_size(path):
    with open_memory(path) as memory:
        size = path.stat().st_size
        memory.note("a", [SILENT], [])

    assert path.stat().st_mode & 0o777 == 0o600
    assert size == path.stat().st_size == FILE_BYTES
    assert json.loads(path.read_text())["told"]


def test_a_full_disk_does_not_make_it_forget(path):
    """Past the file's size nothing can be written: what must be kept has room in it."""
    with open_memory(path):
        """Made."""

    def note_without_room():
        resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))
        with open_memory(path) as memory:
            memory.note("a", [SILENT], [])

    assert run_in_child(note_without_room) == 0
    with open_memory(path) as memory:
        assert memory.told == {"a": {"silent 5": SILENT.title}}


@pytest.mark.parametrize("text", ["", "{", '{"told": 1}', "[]"])
def test_a_file_that_was_cut_is_an_empty_memory(path, text):
    path.write_text(text)

    with open_memory(path) as memory:
        assert memory == Memory()


def test_two_runs_at_once_do_not_tell_twice(path):
    with open_memory(path), pytest.raises(MemoryInUse), open_memory(path):
        """Never reached."""


def test_addresses_that_are_gone_are_forgotten(path):
    memory = Memory({"a": {"silent 5": "x"}, "b": {}})

    memory.forget_others(["a", "c"])

    assert memory.told == {"a": {"silent 5": "x"}}
