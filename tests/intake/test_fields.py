"""Texts of senders become exact numbers, costs and times, and a doubtful text is refused."""

import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import phonenumbers
import pytest

from ingress.clock import wall_clock
from ingress.intake.fields import has_clock, normalise_number, parse_cost, parse_time

NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2024, 3, 6, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "8005550142",
        "18005550142",
        "+18005550142",
        " 18005550142",
        "+1 (800) 555-0142",
        "(800) 555-0142",
        "1-800-555-0142",
        "800.555.0142",
        "1.800.555.0142",
        "800 555 0142",
        "\t800-555-0142\r\n",
        "tel:+18005550142",
        "8005550142.0",
        "18005550142.",
        "+18005550142.00",
        "1.8005550142e10",
        "1.8005550142E+10",
        "8.005550142e9",
        "8.005550142E+09",
        "8.0055501420E9",
    ],
)
def test_a_number_in_any_notation_gives_its_ten_digits(text):
    assert normalise_number(text) == "8005550142"


@pytest.mark.parametrize(
    "text",
    [
        "anonymous",
        "Restricted",
        "800-FLOWERS",
        "1-800-555-014B",
        "0003",
        "266696687",
        "1266696687",
        "80055501422",
        "118005550142",
        "28005550142",
        "0018005550142",
        "01118005550142",
        "+448005550142",
        "+8005550142",
        "+442071838750",
        "011442071838750",
        "0005550142",
        "1005550142",
        "8000550142",
        "8001550142",
        "8005550142x5",
        "8005550142 ext. 5",
        "8005550142#5",
        "8005550142,,5",
        "8005550142;ext=5",
        "8005550142;x",
        "8005550142 7205550134",
        "8005550142,7205550134",
        "8005550142/7205550134",
        "+8005550142.0",
        "18005550142.5",
        "18005550142.05",
        "1.72056E+10",
        "8.00555E9",
        "7.2055501e9",
        "1.8005550142e11",
        "1.80055501425e10",
        "180055501420e-1",
        "1e10",
        "8e9",
        "1.8005550142e",
        "-",
        "+",
        "",
        "8005550142 (home)",
        "８００５５５０１４２",
        "٨٠٠٥٥٥٠١٤٢",
        "\ud800",
        "8" * 5_000,
    ],
)
def test_a_text_that_is_not_one_north_american_number_is_refused(text):
    with pytest.raises(ValueError, match=r"number|letters"):
        normalise_number(text)


@pytest.mark.parametrize("area_code", range(200, 1000, 37))
@pytest.mark.parametrize("prefix", ["", "1", "+1"])
def test_a_plain_number_needs_no_library_but_the_library_says_the_same(area_code, prefix):
    for exchange in (200, 211, 411, 555, 999):
        text = f"{prefix}{area_code}{exchange}0142"
        parsed = phonenumbers.parse(text, "US")

        assert (parsed.country_code, str(parsed.national_number)) == (1, normalise_number(text))


@pytest.mark.parametrize(
    ("text", "cost"),
    [
        ("12", "12.0000"),
        ("12.5", "12.5000"),
        (" 12.50\n", "12.5000"),
        ("12.3456", "12.3456"),
        (".5", "0.5000"),
        ("0", "0.0000"),
        ("0.00", "0.0000"),
        ("007", "7.0000"),
        ("$12.50", "12.5000"),
        ("$ 12.50", "12.5000"),
        ("1,200", "1200.0000"),
        ("$1,200.00", "1200.0000"),
        ("1,234,567.8901", "1234567.8901"),
        ("1.23444", "1.2344"),
        ("1.23445", "1.2345"),
        ("1.23455", "1.2346"),
        ("0.00005", "0.0001"),
        ("0.00004999", "0.0000"),
        ("99999999.9999", "99999999.9999"),
        ("99999999.99994", "99999999.9999"),
        ("0." + "3" * 5_000, "0.3333"),
        ("12.", "12.0000"),
        ("+5", "5.0000"),
        ("+$5", "5.0000"),
        ("$+5", "5.0000"),
        ("12.50 USD", "12.5000"),
        ("12.50usd", "12.5000"),
        ("USD 12.50", "12.5000"),
        ("USD\u00a012.50", "12.5000"),
        ("12.50\u202fUSD", "12.5000"),
        ("US$12.50", "12.5000"),
        ("12.50 US$", "12.5000"),
        ("12.50$", "12.5000"),
        ("$1,200.00 USD", "1200.0000"),
    ],
)
def test_a_cost_is_exact_to_four_places(text, cost):
    parsed = parse_cost(text)

    assert isinstance(parsed, Decimal)
    assert str(parsed) == cost


@pytest.mark.parametrize(
    "text",
    [
        "",
        "$",
        ".",
        "$.",
        "USD",
        "US$",
        "12..",
        "12.5.",
        "12,50",
        "0,125",
        "012,500",
        "1,2000",
        "1200,000",
        ",200",
        "1,,200",
        "1.200,00",
        "1 200",
        "1.2.3",
        "1e3",
        "1E3",
        "0x10",
        "1_000",
        "NaN",
        "Infinity",
        "inf",
        "++5",
        "+$+5",
        "12.50 CAD",
        "12.50 US",
        "12.50 USD USD",
        "€12.50",
        "12.50 €",
        "$$5",
        "5%",
        "12\x00",
        "١٢",
        "１２",
        "²",
        "free",
    ],
)
def test_a_cost_that_is_not_a_plain_amount_is_refused(text):
    with pytest.raises(ValueError, match="not a plain amount"):
        parse_cost(text)


@pytest.mark.parametrize(
    "text",
    [
        "-1",
        "-0",
        "(5)",
        "\u22125",
        "\u20135",
        "-$5.00",
        "$-5",
        "$ - 5",
        "USD -5",
        "-USD 5",
        "($5.00)",
        "$(5)",
        "- 5",
        "5-",
        "5.00 - USD",
    ],
)
def test_a_cost_below_zero_is_refused_with_what_to_send_instead(text):
    with pytest.raises(ValueError, match="send what the call costs now, 0 to cancel it"):
        parse_cost(text)


@pytest.mark.parametrize("text", ["100000000", "$100,000,000.00", "99999999.99995", "9" * 5_000, "1" + "0" * 5_000])
def test_a_cost_that_the_column_cannot_hold_is_refused(text):
    with pytest.raises(ValueError, match="too large"):
        parse_cost(text)


def parse(text, time_zone=UTC, now=NOW):
    """The time as UTC text."""
    return parse_time(text, time_zone, now).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-05T14:21:09",
        "2024-03-05 14:21:09",
        " 2024-03-05T14:21:09\n",
        "2024-03-05T14:21:09Z",
        "2024-03-05T14:21:09z",
        "2024-03-05 14:21:09 UTC",
        "2024-03-05T14:21:09.034Z",
        "2024-03-05T14:21:09.999999",
        "2024-03-05T14:21:09.123456789Z",
        "2024-03-05T14:21:09,5Z",
        "2024-03-05T15:21:09+01:00",
        "2024-03-05T15:21:09+0100",
        "2024-03-05T15:21:09+01",
        "2024-03-05T15:21:09.5+01:00",
        "2024-03-05T15:21:09 01:00",
        "2024-03-05 15:21:09 0100",
        "2024-03-05T09:21:09-05:00",
        "2024-03-05 09:21:09 -0500",
        "2024-03-05 09:21:09 -05:00",
        "2024-03-05T00:21:09-14:00",
        "2024-03-06T04:21:09+14:00",
        "3/5/2024 2:21:09 PM",
        "03/05/2024 02:21:09 pm",
        "3/5/2024 2:21:09PM",
        "3/5/2024 14:21:09",
        "3/5/2024 9:21:09 AM -0500",
        "20240305T142109Z",
        "20240305T142109.034Z",
        "20240305142109",
        "20240305142109Z",
        "20240305142109 UTC",
        "20240305142109.5",
        "20240305152109+0100",
        "20240305152109 0100",
        "1709648469",
        "1709648469.9",
        "1709648469034",
        "1709648469034.5",
        "3/5/2024, 2:21:09 PM",
        "3/5/2024,2:21:09 PM",
        "3/5/2024, 2:21:09\u202fPM",
        "3/5/2024, 9:21:09\u202fAM EST",
        "3/5/2024 2:21:09.034 PM",
        "2024/03/05 14:21:09",
        "2024/3/5 2:21:09 PM",
        "2024/03/05 14:21:09.034",
        "Mar 5, 2024 2:21:09 PM",
        "Mar 5, 2024, 2:21:09 PM",
        "March 5, 2024 14:21:09",
        "5 Mar 2024 14:21:09",
        "Tuesday, March 5, 2024 2:21:09 PM",
        "Tue, 05 Mar 2024 14:21:09 GMT",
        "Tue, 5 Mar 2024 09:21:09 -0500",
        "Tue, 5 Mar 2024 09:21:09 -0500 (EST)",
        "Tue Mar 05 2024 09:21:09 GMT-0500 (Eastern Standard Time)",
        "2024-03-05 14:21:09 GMT",
        "2024-03-05 09:21:09 EST",
        "2024-03-05T10:21:09 EDT",
        "2024-03-05 08:21:09 cst",
        "2024-03-05 09:21:09CDT",
        "03/05/2024 07:21:09 AM MST",
        "03/05/2024 08:21:09AM MDT",
        "2024/03/05 06:21:09 PST",
        "Mar 5, 2024 7:21:09 AM PDT",
    ],
)
def test_a_time_in_any_notation_is_the_same_moment(text):
    assert parse(text) == "2024-03-05 14:21:09"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-03-05", "2024-03-05 00:00:00"),
        ("3/5/2024", "2024-03-05 00:00:00"),
        ("12/31/2023", "2023-12-31 00:00:00"),
        ("2024-03-05T14:21", "2024-03-05 14:21:00"),
        ("3/5/2024 2:21 PM", "2024-03-05 14:21:00"),
        ("3/5/2024 12:21:09 AM", "2024-03-05 00:21:09"),
        ("3/5/2024 12:21:09 PM", "2024-03-05 12:21:09"),
        ("2024-02-29", "2024-02-29 00:00:00"),
        ("2000-01-01", "2000-01-01 00:00:00"),
        ("946684800", "2000-01-01 00:00:00"),
        ("946684800000", "2000-01-01 00:00:00"),
        ("2016-01-01 12:25:15 -0500", "2016-01-01 17:25:15"),
        ("2024/03/05", "2024-03-05 00:00:00"),
        ("20240305", "2024-03-05 00:00:00"),
        ("March 5, 2024", "2024-03-05 00:00:00"),
        ("2024-03-05 EST", "2024-03-05 05:00:00"),
        ("05 Mar 2024 14:21 GMT", "2024-03-05 14:21:00"),
    ],
)
def test_times_of_less_detail_and_at_the_edges(text, moment):
    assert parse(text) == moment


def test_a_time_without_an_offset_is_read_in_the_senders_zone():
    assert parse("2024-03-05 09:21:09", NEW_YORK) == "2024-03-05 14:21:09"
    assert parse("3/5/2024 9:21:09 AM", NEW_YORK) == "2024-03-05 14:21:09"
    assert parse("2024-03-05", NEW_YORK) == "2024-03-05 05:00:00"
    assert parse("2024-03-05T14:21:09Z", NEW_YORK) == "2024-03-05 14:21:09"
    assert parse("1709648469", NEW_YORK) == "2024-03-05 14:21:09"


def test_an_hour_that_the_clock_skips_is_read_with_the_offset_before():
    assert parse("2024-03-10T02:30:00", NEW_YORK, NOW + timedelta(days=9)) == "2024-03-10 07:30:00"


def test_an_hour_that_the_clock_repeats_is_the_first_of_the_two():
    assert parse("2023-11-05T01:30:00", NEW_YORK) == "2023-11-05 05:30:00"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "now",
        "2024",
        "2024-03",
        "2024-02-30",
        "2023-02-29",
        "2024-13-05",
        "13/05/2024",
        "13/05/2024 2:21:09 PM",
        "2/30/2024",
        "3/5/24",
        "3-5-2024",
        "05.03.2024",
        "25/03/2024 14:21",
        "25 March, 2024, 14.21",
        "20241305142109",
        "202403051421090",
        "20240305 142109",
        "Mar 5, 24",
        "Sept 5, 2023",
        "Tue Mar  5 14:21:09 2024",
        "14:21:09",
        "2024-03-05T25:00:00",
        "2024-03-05T14:60:00",
        "2024-03-05T14:21:61",
        "2024-03-05 14:21:09 PM",
        "3/5/2024 14:21:09 PM",
        "3/5/2024 0:21:09 AM",
        "2024-03-05T14:21:09 AKST",
        "2024-03-05T14:21:09 IST",
        "2024-03-05T14:21:09Z EST",
        "2024-03-05T14:21:09+01:00 EST",
        "2024-03-05T14:21:09 EST EST",
        "EST",
        "2024-03-05 14:21:09 (EST)",
        "2024-03-05T14:21:09+99:00",
        "2024-03-05T14:21:09+01:60",
        "2024-03-05T14:21:09+1",
        "2024-03-05T14:21:09Z Z",
        "2024-03-05T14:21:09Z2024-03-05T14:21:09Z",
        "2024-W10-2",
        "2024-065",
        "0",
        "-1709648469",
        "17096484690",
        "1709648469034000",
        "1e9",
        "٢٠٢٤-٠٣-٠٥",
        "٣/5/2024 2:21 PM",
        "2024-03-05\x00",
        "0000-01-01",
        "10000-01-01",
        "1" * 5_000,
        "2024-03-05T14:21:09." + "1" * 5_000 + "x",
    ],
)
def test_a_text_that_is_not_a_time_is_refused(text):
    with pytest.raises(ValueError, match=r"\w"):
        parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "1999-12-31",
        "1999-12-31T23:59:59Z",
        "12/31/1999 11:59:59 PM",
        "2024-03-07T12:00:01Z",
        "2024-03-07T07:00:01-05:00",
        "1709812801",
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "0001-01-01T00:00:00-14:00",
        "9999-12-31T23:59:59Z",
        "9999-12-31T23:59:59+14:00",
        "9999-12-31T23:59:59-14:00",
        "9999-12-31",
        "9999999999",
        "9999999999999",
    ],
)
@pytest.mark.parametrize("time_zone", [UTC, NEW_YORK, ZoneInfo("Asia/Tokyo")], ids=str)
def test_a_time_before_2000_or_more_than_a_day_ahead_is_refused(text, time_zone):
    with pytest.raises(ValueError, match="outside"):
        parse(text, time_zone)


def test_a_time_one_day_from_now_is_accepted():
    assert parse("2024-03-07T12:00:00Z") == "2024-03-07 12:00:00"


def test_the_first_moment_of_2000_in_the_senders_zone_is_accepted():
    assert parse("2000-01-01T00:00:00", NEW_YORK) == "2000-01-01 05:00:00"
    with pytest.raises(ValueError, match="outside"):
        parse("1999-12-31T23:59:59", NEW_YORK)


@pytest.mark.parametrize(
    ("moment", "local"),
    [
        ("2024-03-10T06:59:59Z", "2024-03-10 01:59:59"),
        ("2024-03-10T07:00:00Z", "2024-03-10 03:00:00"),
        ("2023-11-05T05:30:00Z", "2023-11-05 01:30:00"),
        ("2023-11-05T06:30:00Z", "2023-11-05 01:30:00"),
        ("2024-01-01T03:00:00Z", "2023-12-31 22:00:00"),
    ],
)
def test_the_wall_clock_follows_daylight_saving_and_is_naive(moment, local):
    value = wall_clock(datetime.fromisoformat(moment), NEW_YORK)

    assert value.tzinfo is None
    assert str(value) == local


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-05T14:21",
        "20240305142109",
        "20240305T142109Z",
        "1709648469",
        "Mar 5, 2024 12:00 AM",
        "2024-03-05 00:00:00 EST",
    ],
)
def test_a_time_with_a_clock_tells_two_calls_of_a_day_apart(text):
    assert has_clock(text)


@pytest.mark.parametrize("text", ["2024-03-05", "20240305", "3/5/2024", "Mar 5, 2024", "2024-03-05 EST", "", None])
def test_a_bare_date_has_no_clock(text):
    assert not has_clock(text)


@pytest.mark.parametrize("text", ["1:" * 100_000, "12:" * 80_000 + "EST", " " * 100_000 + "x", "a" * 250_000])
def test_a_long_text_is_refused_promptly(text):
    started = time.monotonic()
    with pytest.raises(ValueError, match="date and time"):
        parse(text)

    assert time.monotonic() - started < 1
