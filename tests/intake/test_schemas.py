"""Every documented refusal of a value: its text, its detail, and which comes first when several apply."""

import pytest

GOOD = {"did": "8005550142", "cid": "7205550134", "cost": "12.5"}
ABSENT = [None, "", " ", "[did]", "{{did}}", "%5Bdid%5D"]
NOT_TEXT = [True, False, [], ["8005550142"], {}, {"number": "8005550142"}]
NO_NUMBER = ["0003", "266696687", "+448005550142", "1266696687", "anonymous", 0, -8005550142, "18005550142.5", "\ud800"]


@pytest.fixture
def refuse(dialer, post):
    """Send a good call but for some parameters, without the numbers in the path; return the error's text."""

    def send(**parameters):
        response = post("", json={**GOOD, **parameters})
        assert (response.status_code, response.content_type) == (400, "application/json")
        assert list(response.json) == ["error"]
        assert dialer.costs() == ()
        return response.json["error"]

    return send


@pytest.mark.parametrize(("name", "text"), [("did", "DID"), ("cid", "CID"), ("cost", "Cost")])
@pytest.mark.parametrize("value", [*ABSENT, *NOT_TEXT], ids=repr)
def test_a_required_parameter_that_is_absent_or_not_text_is_missing(refuse, name, text, value):
    assert refuse(**{name: value}).partition(": ")[0] == f"Missing or Invalid {text}"


@pytest.mark.parametrize(("name", "text"), [("did", "Invalid DID"), ("cid", "Invalid CID")])
@pytest.mark.parametrize("number", NO_NUMBER, ids=repr)
def test_a_number_that_is_not_north_american_is_invalid(refuse, name, text, number):
    error, _, detail = refuse(**{name: number}).partition(": ")

    assert error == text
    assert detail.startswith(f"{number}: ")


@pytest.mark.parametrize("cost", ["12,50", "1e3", "Infinity", "-1", -1, "100000000", 99999999.99995, "free", "\ud800"])
def test_a_cost_that_is_no_amount_is_invalid(refuse, cost):
    assert refuse(cost=cost).startswith(f"Invalid Cost: {cost}: ")


FILLERS = [
    "null",
    "NULL",
    "undefined",
    "None",
    "nil",
    "NaN",
    "n/a",
    "N/A",
    "na",
    "-",
    "--",
    " -- ",
    "-no value-",
    "(none)",
    "#N/A",
    "null\n",
]


@pytest.mark.parametrize(("name", "text"), [("did", "DID"), ("cid", "CID"), ("cost", "Cost")])
@pytest.mark.parametrize("filler", FILLERS)
def test_a_filler_is_absent_and_named_and_never_zero(refuse, name, text, filler):
    assert refuse(**{name: filler}) == f"Missing or Invalid {text}: {filler} is no value"


@pytest.mark.parametrize(
    "filler", [*FILLERS, "0000-00-00", "0000-00-00 00:00:00", "0000-00-00T00:00:00.000Z", "0000-00-00 00:00:00 UTC"]
)
@pytest.mark.parametrize("name", ["call_date", "date_billed"])
def test_a_filler_or_a_zero_date_is_no_time(post, name, filler):
    first, second = (post("", json={**GOOD, name: filler}).json for _ in range(2))

    assert first["inserted"][name] != "0000-00-00 00:00:00"
    assert first["cost_id"] != second["cost_id"]


def test_a_zero_date_gives_way_to_the_next_place(post):
    response = post("?call_date=2024-03-05T14:21:09Z", json={**GOOD, "call_date": "0000-00-00 00:00:00"})

    assert response.json["inserted"]["call_date"] == "2024-03-05 14:21:09"


@pytest.mark.parametrize("token", ["[Call:Date]", "{{call.date:iso}}"])
def test_two_calls_whose_time_was_not_filled_in_are_two(post, token):
    first, second = (post("", json={**GOOD, "call_date": token}).json for _ in range(2))

    assert first["cost_id"] != second["cost_id"]


@pytest.mark.parametrize("filler", FILLERS)
@pytest.mark.parametrize("place", ["idempotency_key", "Idempotency-Key", "dry_run", "Dry-Run"])
def test_a_filler_in_place_of_a_key_or_a_switch_bills_each_caller(dialer, post, place, filler):
    filler = filler.strip()
    for cid in ("7205550101", "7205550102"):
        call = {**GOOD, "cid": cid}
        response = (
            post("", json=call, headers={place: filler})
            if place[0].isupper()
            else post("", json=call | {place: filler})
        )
        assert response.status_code == 200

    assert len(dialer.costs()) == 2


@pytest.mark.parametrize("filler", FILLERS)
def test_a_filler_in_the_notes_is_text(post, filler):
    assert post("", json={**GOOD, "notes": filler}).json["inserted"]["notes"] == filler


def test_a_filler_in_the_header_gives_way_to_the_parameter(dialer, post):
    for _ in range(2):
        post("", json={**GOOD, "idempotency_key": "a1"}, headers={"Idempotency-Key": "undefined"})

    assert len(dialer.costs()) == 1


def test_what_only_looks_like_a_filler_is_a_value(dialer, post):
    for key in ("nothing", "null1", "0", "---"):
        assert post("", json={**GOOD, "idempotency_key": key}).status_code == 200

    assert len(dialer.costs()) == 4


@pytest.mark.parametrize(("name", "text"), [("date_billed", "Invalid Date Billed"), ("call_date", "Invalid Call Date")])
@pytest.mark.parametrize("value", ["yesterday", "2024-02-30", "1999-12-31", "2999-01-01", 5, True, [], {}, "\ud800"])
def test_a_malformed_time_is_invalid(refuse, name, text, value):
    assert refuse(**{name: value}).partition(": ")[0] == text


@pytest.mark.parametrize(
    "notes", ["x" * 65_536, "é" * 32_768, "💶" * 16_384, True, ["a"], {"a": 1}, "\ud800", "a\udfff"]
)
def test_notes_that_are_not_text_or_too_long_are_invalid(refuse, notes):
    assert refuse(notes=notes).partition(": ")[0] == "Invalid Notes"


@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ({"did": None}, "Missing or Invalid DID"),
        ({"did": True}, "Missing or Invalid DID: neither a text nor a number"),
        ({"did": "[tag:Number]"}, "Missing or Invalid DID: [tag:Number] was not filled in by the sender"),
        ({"cid": "0003"}, "Invalid CID: 0003: not a 10- or 11-digit North American number"),
        ({"cid": "anonymous"}, "Invalid CID: anonymous: a phone number has no letters"),
        ({"cid": "8005550142 5"}, "Invalid CID: 8005550142 5: not a 10- or 11-digit North American number"),
        (
            {"cost": "[Call:ConversionPayout]"},
            "Missing or Invalid Cost: [Call:ConversionPayout] was not filled in by the sender",
        ),
        ({"cost": "12,50"}, "Invalid Cost: 12,50: not a plain amount such as 12.50"),
        ({"cost": "100000000"}, "Invalid Cost: 100000000: too large"),
        (
            {"call_date": "yesterday"},
            "Invalid Call Date: yesterday: not a date and time such as 2024-03-05T14:21:09Z",
        ),
        (
            {"date_billed": "1999-12-31"},
            "Invalid Date Billed: 1999-12-31: outside 2000-01-01 and one day from now",
        ),
        ({"notes": "x" * 65_536}, "Invalid Notes: 65536 bytes, 65535 are allowed"),
        ({"notes": "\ud800"}, "Invalid Notes: \ud800: not valid Unicode"),
        ({"idempotency_key": "x" * 256}, "Invalid Idempotency Key: 256 characters, 255 are allowed"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "",
)
def test_the_detail_tells_the_sender_what_to_correct(refuse, parameters, error):
    assert refuse(**parameters) == error


IN_ORDER = [
    ({"did": None}, "Missing or Invalid DID"),
    ({"cid": None}, "Missing or Invalid CID"),
    ({"did": "0003"}, "Invalid DID"),
    ({"cid": "0003"}, "Invalid CID"),
    ({"cost": None}, "Missing or Invalid Cost"),
    ({"cost": "free"}, "Invalid Cost"),
    ({"date_billed": "yesterday"}, "Invalid Date Billed"),
    ({"call_date": "yesterday"}, "Invalid Call Date"),
    ({"notes": "\ud800"}, "Invalid Notes"),
    ({"idempotency_key": True}, "Invalid Idempotency Key"),
]


@pytest.mark.parametrize("first", range(len(IN_ORDER)), ids=lambda place: IN_ORDER[place][1])
def test_the_first_documented_of_several_errors_is_answered(refuse, first):
    wrong = {}
    for parameters, _ in reversed(IN_ORDER[first:]):
        wrong |= parameters

    assert refuse(**wrong).partition(": ")[0] == IN_ORDER[first][1]


@pytest.mark.parametrize("name", ["did", "cid", "cost", "date_billed", "call_date"])
@pytest.mark.parametrize("value", ["5" * 200_000, "[" + "x" * 200_000 + "]", "x" * 200_000, " " * 5_000 + "null"])
def test_an_error_repeats_a_hundred_characters_and_no_more(post, name, value):
    response = post("", json={**GOOD, name: value})

    assert len(response.json.get("error", "")) < 300


@pytest.mark.parametrize(
    "notes",
    [
        "RGB7F31",
        "x" * 65_535,
        "💶" * 16_383 + "xyz",
        "é" * 32_767,
        '"\\/\n\t',
        "a\x00b",
        "' OR 1=1 -- %s %(cost)s",
        "0",
    ],
    ids=["id", "65,535 bytes", "65,535 bytes of emoji", "accents", "escapes", "nul", "sql", "zero"],
)
def test_notes_up_to_65535_bytes_are_kept_and_answered_as_they_came(dialer, post, notes):
    response = post("", json={**GOOD, "notes": notes})

    assert response.status_code == 200
    assert dialer.costs()[0]["notes"] == response.json["inserted"]["notes"] == notes


@pytest.mark.parametrize(
    "cost", ["0." + "0" * 70_000, "0" * 70_000 + "1", " " * 70_000 + "1"], ids=["places", "0", "blanks"]
)
def test_a_very_long_cost_is_billed_or_refused(post, cost):
    assert post("", json={**GOOD, "cost": cost}).status_code in (200, 400)


@pytest.mark.parametrize("notes", [None, "", " ", "[tag:Notes]"])
def test_absent_notes_are_null(dialer, post, notes):
    response = post("", json={**GOOD, "notes": notes})

    assert (response.status_code, response.json["inserted"]["notes"]) == (200, None)
    assert dialer.costs()[0]["notes"] is None


@pytest.mark.parametrize("value", [None, "", " ", "[Call:Date]"])
def test_absent_dates_are_now(dialer, post, value):
    response = post("", json={**GOOD, "call_date": value, "date_billed": value})

    assert response.status_code == 200
    (row,) = dialer.costs()
    assert row["call_date"] == row["date_billed"]


@pytest.mark.parametrize("number", [8005550142, 18005550142, "+1 (800) 555-0142"])
def test_numbers_may_be_json_integers_and_are_answered_as_they_came(post, number):
    response = post("", json={**GOOD, "did": number})

    assert (response.json["did"], response.json["inserted"]["call_to"]) == (str(number), "8005550142")


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("", "Missing or Invalid DID"),
        ("/", "Missing or Invalid DID"),
        ("//", "Missing or Invalid DID"),
        ("//7205550134", "Missing or Invalid DID"),
        ("/%20/7205550134", "Missing or Invalid DID"),
        ("/8005550142", "Missing or Invalid CID"),
        ("/8005550142/", "Missing or Invalid CID"),
        ("/8005550142/%20", "Missing or Invalid CID"),
        ("/0003/7205550134", "Invalid DID: 0003: not a 10- or 11-digit North American number"),
        ("/%FF/7205550134", "Invalid DID: \ufffd: not a phone number"),
    ],
)
def test_a_blank_or_wrong_segment_of_the_path_is_the_documented_error(dialer, post, path, error):
    response = post(path, json={"cost": 1})

    assert (response.status_code, response.json) == (400, {"error": error})
    assert dialer.costs() == ()


def test_a_blank_segment_may_be_filled_by_a_parameter(post):
    assert post("//7205550134", json={"cost": 1, "did": "8005550142"}).status_code == 200
    assert post("/8005550142/", json={"cost": 1, "phone": "7205550134"}).status_code == 200
