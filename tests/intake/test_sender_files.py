"""The files of senders are read at the start, and all that is wrong in them is named at once."""

import re

import pytest

from ingress.config import SettingsError
from ingress.intake.sender_files import load_senders
from tests.conftest import ROOT

WRONG = """
plain = 1

[acme]
unknown = true
time_zone = "America/Nowhere"

[acme.fields]
prise = "payout"
cost = "data..payout"
cid = ["a.b", "c[d"]
did = []
notes = 7

[acme.constants]
cost = "12,50"
call_date = "2024-03-05"
did = 3

[acme.cancel_when]
status = "2"
"a b." = ["2"]
state = [{ a = 1 }]

[other]
fields = "cost"
"""
PROBLEMS = """\
  plain: must be a table such as [plain.fields]
  acme.unknown: unknown; an entry has fields, constants, cancel_when, time_zone
  acme.time_zone: 'America/Nowhere' is no time zone such as America/New_York.
  acme.fields.prise: not a parameter; there are did, cid, cost, date_billed, call_date, notes, idempotency_key, dry_run
  acme.fields.cost: 'data..payout' is not a path such as value, data.call.payout or call[cost]
  acme.fields.cid: 'c[d' is not a path such as value, data.call.payout or call[cost]
  acme.fields.did: must be a name, a path, or a list of them
  acme.fields.notes: must be a name, a path, or a list of them
  acme.constants.cost: Invalid Cost: 12,50: not a plain amount such as 12.50
  acme.constants.call_date: cannot be the same for every call; constants are did, cost, notes, dry_run
  acme.constants.did: Invalid DID: 3: not a phone number
  acme.cancel_when.status: must be a list of values such as ["2", "refunded"]
  acme.cancel_when.a b.: 'a b.' is not a path such as value, data.call.payout or call[cost]
  acme.cancel_when.state: {'a': 1} is neither a text nor a number
  other.fields: must be a table"""


@pytest.fixture
def write(tmp_path):
    """Write a file of senders."""

    def write(text):
        file = tmp_path / "senders.toml"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    return write


def test_our_own_senders_are_sound():
    assert {"callrail", "calltrackingmetrics"} <= set(load_senders(None))


def test_all_that_is_wrong_is_named_at_once(write):
    with pytest.raises(SettingsError) as raised:
        load_senders(write(WRONG))

    first, *others = str(raised.value).splitlines()
    assert first == "These senders cannot be read (see docs/senders.md):"
    assert others == PROBLEMS.splitlines()


@pytest.mark.parametrize("content", ["[acme", b"[\xff]", "[acme]\n[acme]"], ids=["cut", "not UTF-8", "twice"])
def test_a_file_that_cannot_be_read_is_named(write, content):
    file = write(content)

    with pytest.raises(SettingsError, match=re.escape(f"  {file}: ")):
        load_senders(file)


def test_an_entry_takes_the_place_of_ours_with_the_same_name(write):
    senders = load_senders(write('[callrail.fields]\ncost = "tags.0"'))

    assert [path.steps for path in senders["callrail"].fields["cost"]] == [("tags", "0")]
    assert list(senders["callrail"].fields) == ["cost"]
    assert "calltrackingmetrics" in senders


def test_a_name_longer_than_its_column_is_refused(write):
    with pytest.raises(SettingsError, match="its name must have 1 to 50 characters"):
        load_senders(write(f"[{'a' * 51}]"))


@pytest.mark.parametrize("guide", ["senders.md", "platforms/callrail.md"])
def test_the_entries_of_the_documents_are_sound(write, guide):
    entries = re.findall(r"^```toml\n(.*?)^```", (ROOT / "docs" / guide).read_text(), re.MULTILINE | re.DOTALL)

    assert entries
    for entry in entries:
        load_senders(write(entry))  # raises otherwise


@pytest.mark.parametrize("path", ["senders.toml", "/nowhere/senders.toml"])
def test_a_file_that_is_not_there_stops_the_start(make_client, path):
    with pytest.raises(SettingsError, match="INGRESS_SENDERS: Must be the absolute path of a file"):
        make_client(INGRESS_SENDERS=path)
