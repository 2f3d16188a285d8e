"""Why a delivery has its outcome, as its page says it."""

import pytest

from tests.calls import CALL
from tests.console.pages import newest, reason_of
from tests.vicidial import both_dialers


@both_dialers
def test_a_billed_delivery_names_call_cost_and_lead(console, three):
    row = three[0]

    assert reason_of(console, row["delivery_id"]) == (
        f"Call {row['call_log_id']} was found and billed as cost {row['cost_id']}. "
        f"Lead {row['lead_id']} and its first contact now carry 12.50."
    )


@pytest.mark.parametrize(
    ("call", "nearest"),
    [
        (None, "the call log has no call from this caller at all."),
        ({"call_date": "2024-03-05 20:21:09"}, "nearest was call {} at 2024-03-05 20:21:09, 6 h later."),
        ({"call_date": "2024-01-01 14:11:09"}, "nearest was call {} at 2024-01-01 14:11:09, 64 d 10 min earlier."),
        (
            {
                "call_date": "2024-03-05 14:21:09",
                "call_direction": "OUTBOUND",
                "call_from": "8005550142",
                "call_to": "+17205550134",
            },
            "nearest was call {} at 2024-03-05 14:21:09, within a minute, but that was outbound.",
        ),
        (
            {"call_date": "2024-03-05 14:20:09", "call_to": "18885550119"},
            "nearest was call {} at 2024-03-05 14:20:09, 1 min earlier, but to 888-555-0119.",
        ),
        ({"call_date": "2024-03-05 14:22:09"}, "call {} at 2024-03-05 14:22:09 has come into the log since."),
    ],
    ids=["none", "later", "earlier", "outbound", "other did", "since"],
)
def test_an_unmatched_delivery_names_the_nearest_call(console, post, dialer, call, nearest):
    post(json=CALL)
    if call:
        dialer.add_call(**call)

    call_log_id = dialer.execute("SELECT MAX(call_log_id) AS id FROM tldialer_call_log").fetchone()["id"]
    assert reason_of(console, newest(dialer)).partition(", but no lead was updated: ")[2] == (
        "no call from 720-555-0134 to 800-555-0142 between 2024-02-03 14:21:09 and 2024-03-05 17:21:09; "
        + nearest.format(call_log_id)
    )


@both_dialers
def test_the_nearest_call_is_of_the_pair_rather_than_to_another_number(console, post, dialer):
    post(json=CALL)
    dialer.add_call(call_date="2024-03-05 14:21:09", call_to="8885550119")
    dialer.add_call(call_date="2023-03-05 14:21:09")

    assert "2023-03-05" in reason_of(console, newest(dialer))


def test_a_refused_delivery_names_error_and_hint(console, three):
    assert reason_of(console, three[1]["delivery_id"]) == (
        "Missing or Invalid Cost. No amount came. Does the platform fire before the payout is known?"
    )


@pytest.mark.slow
def test_the_page_opens_while_the_call_log_is_locked(console, post, dialer, server, tables):
    post(json=CALL)
    with server.admin() if server else tables.connect() as connection:
        connection.cursor().execute("LOCK TABLES ingress_test.tldialer_call_log WRITE")

        assert reason_of(console, newest(dialer)).endswith("the call log is locked or slow just now: look again later.")
