"""The queue on the disk: what is kept is kept, by whom and how many at once it may be, and for its owner alone."""

import os
import re
import resource
import signal
import sqlite3
import threading
from datetime import UTC, datetime, timedelta

import pytest
from tenacity import stop_after_delay
from werkzeug.datastructures import MultiDict

from ingress.database import queries
from ingress.delivery import Delivery
from ingress.intake.parameters import Parameters
from ingress.spool import file, queue
from ingress.spool.file import AlreadyDraining, SpoolError
from ingress.spool.queue import Measures, Spool
from tests.children import run_in_child, start_in_child, wait_for
from tests.statements import read_header

KEY = queries.ApiKey(310, "0" * 64, "ringba", "v1", 1, "ingress", None, None, None, "correct", None)
RECEIVED = datetime(2024, 3, 5, 14, 21, 9, 123456, UTC)


@pytest.fixture
def kept(tmp_path):
    return Spool(tmp_path / "spool")


def make_delivery(received_at=RECEIVED, **body):
    return Delivery(Parameters(MultiDict(body), MultiDict()), "203.0.113.7", received_at, None, api_key=KEY)


def test_kept_deliveries_come_out_whole_and_in_order(kept):
    deliveries = [make_delivery(cost=cost) for cost in ("3", "1", "2")]
    for delivery in deliveries:
        kept.keep(delivery)

    entries = kept.list_all()

    assert [entry.request_id for entry in entries] == [delivery.request_id for delivery in deliveries]
    assert entries[0].sent == deliveries[0].parameters.as_json()
    assert (entries[0].api_id, entries[0].ip_address, entries[0].received_at) == (310, "203.0.113.7", RECEIVED)


def test_waiting_entries_are_read_in_batches(kept, monkeypatch):
    monkeypatch.setattr(queue, "BATCH_ENTRIES", 2)
    for _ in range(3):
        kept.keep(make_delivery())
    entries = kept.list_all()

    batch = kept.list_waiting()
    rest = kept.list_waiting(after=batch[-1].entry_id)

    assert (batch, rest) == (entries[:2], entries[2:])
    assert kept.list_waiting(after=rest[-1].entry_id) == []


def test_removed_entries_are_gone_and_their_numbers_are_not_used_again(kept):
    for _ in range(2):
        kept.keep(make_delivery())
    first, second = kept.list_all()

    kept.remove([first, second])
    kept.keep(make_delivery())

    assert [entry.entry_id for entry in kept.list_all()] == [second.entry_id + 1]


def test_every_commit_waits_for_the_disk(kept):
    with kept.file.open() as connection:
        settings = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]

    assert settings == ["wal", 2]  # 2 is FULL


def test_folder_and_files_are_for_their_owner_alone(kept):
    umask = os.umask(0)
    try:
        kept.keep(make_delivery())
        with kept.file.open() as connection, kept.file.draining():
            connection.execute("SELECT * FROM entries").fetchall()
            modes = {path.name: path.stat().st_mode & 0o777 for path in kept.file.folder.iterdir()}
    finally:
        os.umask(umask)

    assert kept.file.folder.stat().st_mode & 0o777 == 0o700
    assert set(modes) == {"spool.sqlite", "spool.sqlite-wal", "spool.sqlite-shm", "lock", "drainer.lock"}
    assert set(modes.values()) == {0o600}


def test_a_folder_that_others_may_enter_is_not_used(kept):
    kept.file.folder.mkdir()
    kept.file.folder.chmod(0o755)

    with pytest.raises(SpoolError, match="chmod 700"):
        kept.keep(make_delivery())

    assert list(kept.file.folder.iterdir()) == []


def test_a_missing_volume_is_not_replaced_by_a_folder(tmp_path):
    with pytest.raises(SpoolError):
        Spool(tmp_path / "volume" / "spool").keep(make_delivery())

    assert not (tmp_path / "volume").exists()


def test_the_queue_takes_no_more_rows_than_its_limit(kept, monkeypatch):
    monkeypatch.setattr(queue, "ROWS_LIMIT", 2)
    for _ in range(2):
        kept.keep(make_delivery())

    with pytest.raises(SpoolError, match="is full with 2"):
        kept.keep(make_delivery())

    kept.remove(kept.list_all()[:1])
    kept.keep(make_delivery())
    assert kept.measure().depth == 2


def test_the_queue_takes_no_more_bytes_than_its_limit(kept, monkeypatch):
    monkeypatch.setattr(file, "BYTES_LIMIT", 64 * 1024)
    kept.keep(make_delivery(notes="first"))

    with pytest.raises(SpoolError, match="full"):
        for _ in range(100):
            kept.keep(make_delivery(notes="x" * 1000))

    assert 64 * 1024 >= kept.file.path.stat().st_size > 32 * 1024
    assert "first" in kept.list_all()[0].sent
    kept.remove(kept.list_all()[:1])
    kept.keep(make_delivery(notes="again"))


def test_a_file_that_is_not_sqlite_is_a_spool_error(kept):
    kept.keep(make_delivery())
    kept.file.path.write_bytes(b"x" * 8192)

    with pytest.raises(SpoolError):
        kept.keep(make_delivery())


def test_a_process_that_does_not_get_the_lock_gives_up(kept, monkeypatch):
    monkeypatch.setattr(file.WAIT_FOR_TURN, "stop", lambda state: state.attempt_number > 3)
    kept.keep(make_delivery())

    with kept.file.turn(), pytest.raises(SpoolError):
        kept.keep(make_delivery())


def test_many_processes_and_threads_at_once_lose_no_entry(kept, monkeypatch):
    monkeypatch.setattr(file.WAIT_FOR_TURN, "stop", stop_after_delay(30))  # a busy machine may let one wait long

    def keep_some():
        threads = [threading.Thread(target=lambda: [kept.keep(make_delivery()) for _ in range(10)]) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    children = [start_in_child(keep_some) for _ in range(4)]
    keep_some()

    assert [wait_for(child) for child in children] == [0] * 4
    assert len({entry.request_id for entry in kept.list_all()}) == 5 * 2 * 10


def test_an_entry_of_a_killed_process_is_there(kept):
    def keep_and_die():
        with kept.file.open() as connection:  # so that the WAL is still to be read by the next
            connection.execute(
                "INSERT INTO entries (request_id, api_id, ip_address, received, sent) VALUES (1,1,1,1,1)"
            )
            os.kill(os.getpid(), signal.SIGKILL)

    assert run_in_child(keep_and_die) == -signal.SIGKILL

    assert [entry.request_id for entry in kept.list_all()] == ["1"]


def test_one_process_drains_at_a_time_and_a_killed_one_makes_room(kept):
    def drain_and_die():
        with kept.file.draining():
            os.kill(os.getpid(), signal.SIGKILL)

    with kept.file.draining(), pytest.raises(AlreadyDraining), kept.file.draining():
        """Never reached."""

    assert run_in_child(drain_and_die) == -signal.SIGKILL
    with kept.file.draining():
        assert run_in_child(kept.file.draining().__enter__) == 1


def test_a_forked_process_does_not_inherit_the_lock(kept):
    kept.keep(make_delivery())
    with kept.file.turn():
        child = start_in_child(signal.pause)

    try:
        with kept.file.turn():
            """Taken at once."""
    finally:
        os.kill(child, signal.SIGKILL)
        wait_for(child)


def test_a_failing_entry_backs_off_to_ten_minutes_at_most(kept, monkeypatch):
    now = 1_700_000_000.0
    monkeypatch.setattr(queue.time, "time", lambda: now)
    kept.keep(make_delivery())
    rests = []

    for _ in range(9):
        kept.back_off(kept.list_all()[0], "ZeroDivisionError")
        with kept.file.open() as connection:
            rests.append(connection.execute("SELECT waits_until FROM entries").fetchone()[0] - now)

    assert rests == [5, 10, 20, 40, 80, 160, 320, 600, 600]
    assert kept.list_waiting() == []
    assert kept.list_waiting(now=now + 600)[0].error == "ZeroDivisionError"
    assert kept.list_all()[0].tries == 9


def test_depth_age_and_failing_are_measured(kept):
    assert kept.measure() == Measures(0, 0, 0)

    for minutes in (5, 3):
        kept.keep(make_delivery(datetime.now(UTC) - timedelta(minutes=minutes)))
    kept.back_off(kept.list_all()[0], "ZeroDivisionError")

    depth, age, failing = kept.measure()
    assert (depth, failing) == (2, 1)
    assert 300 <= age < 310


def test_a_spool_with_room_has_no_fault(kept):
    kept.keep(make_delivery())

    assert kept.inspect() == (kept.measure(), None)


def test_the_room_is_given_back_at_once(kept):
    kept.file.require_room()

    assert list(kept.file.folder.iterdir()) == []


def test_a_disk_without_room_is_a_fault(kept):
    """Under a limit of the kernel, which answers as a full disk does, and only when blocks are really taken."""
    kept.keep(make_delivery())

    def inspect():
        resource.setrlimit(resource.RLIMIT_FSIZE, (file.ROOM_BYTES - 1,) * 2)
        measures, fault = kept.inspect()
        assert (measures.depth, fault) == (1, "[Errno 27] File too large")

    assert run_in_child(inspect) == 0


def test_a_queue_with_all_its_rows_is_a_fault(kept, monkeypatch):
    monkeypatch.setattr(queue, "ROWS_LIMIT", 1)
    kept.keep(make_delivery())

    assert kept.inspect() == (kept.measure(), "it is full with 1 requests")


def test_a_file_that_another_large_entry_may_not_fit_into_is_a_fault(kept, monkeypatch):
    monkeypatch.setattr(queue, "BYTES_LIMIT", queue.ENTRY_BYTES + 64 * 1024)
    kept.keep(make_delivery())
    assert kept.inspect()[1] is None

    kept.keep(make_delivery(notes="x" * 65_000))

    assert kept.inspect()[1] == "it is full with 2 requests"


def test_the_last_arrival_of_each_key_is_found(kept):
    for minutes in (5, 3, 4):
        kept.keep(make_delivery(RECEIVED - timedelta(minutes=minutes)))

    assert kept.find_last_arrivals() == {310: RECEIVED - timedelta(minutes=3)}


@pytest.mark.parametrize("name", sorted(file.SPOOL_STATEMENTS))
def test_the_header_of_each_spool_statement_is_true(name, kept):
    purpose, takes, returns = read_header(f"spool/{name}")
    values = dict.fromkeys(takes, 1)

    with kept.file.open() as connection:
        cursor = connection.execute(file.SPOOL_STATEMENTS[name], values)
        columns = [column[0] for column in cursor.description or []]

    assert re.match(r"[A-Z].*\.$", purpose)
    assert sorted(takes) == sorted(set(re.findall(r"(?<!\w):(\w+)", file.SPOOL_STATEMENTS[name])))
    assert returns == columns


def test_the_file_is_an_ordinary_sqlite_database(kept):
    kept.keep(make_delivery())

    with sqlite3.connect(kept.file.path) as connection:
        assert connection.execute("SELECT count(*) FROM entries").fetchone() == (1,)
    connection.close()
