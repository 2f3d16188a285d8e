"""What the commands ask when rows only just miss a cost: the option that would help, and no other."""

from tests.invoice.exports import row


def test_a_file_in_another_time_zone_is_asked_for_its_zone(reconcile, receive, dialer):
    receive()

    output = reconcile([row("", call_date="3/5/2024 9:21:09 AM")], "--month-first").output

    assert "1 rows of those never received fit a cost +5 hours away: is the file in another time zone" in output
    assert "--did" not in output
    assert "--day-first" not in output


def test_a_file_with_another_number_is_asked_for_its_number(reconcile, receive, dialer):
    receive()

    output = reconcile([row("", did="8005550143")]).output

    assert "1 rows of those never received fit a cost with another DID" in output
    assert "--time-zone" not in output


def test_a_file_that_fits_day_first_is_asked_for_its_order(reconcile, receive, dialer):
    receive("RGB1", call_date="2024-03-05T14:21:09Z")

    output = reconcile([row("RGB1", call_date="5/3/2024 14:21")], "--from", "2024-03-01", "--to", "2024-06-01").output

    assert "1 rows fit a cost if the day comes first: read the file with --day-first?" in output


def test_rows_that_fit_by_no_option_name_none(reconcile, receive, dialer):
    receive()

    output = reconcile([row("", call_date="3/5/2024 1:08:09 PM")], "--month-first").output

    assert "may be costs of the same caller" in output
    assert "--" not in output


def test_a_file_that_ends_early_says_when(reconcile, receive, dialer):
    receive("RGB1")
    receive("RGB2", call_date="2024-03-05T15:00:00Z", cid="7205550135")

    output = reconcile([row("RGB1")]).output

    assert "The last row is of 2024-03-05 14:21; 1 costs that are not on the invoice came after it" in output
