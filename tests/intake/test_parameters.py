"""Where a parameter may stand, and which of several values counts."""

import pytest

from tests.calls import FORM, JSON, refusal

DID_ALIASES = ["inbound_number", "number_dialed", "call_to", "did"]
CID_ALIASES = ["phone_number", "phone", "cid", "call_from"]
TOKENS = [
    "[Call:ConversionPayout]",
    "[tag:InboundNumber:Number-NoPlus]",
    "[[payout]]",
    "{payout}",
    "{{payout}}",
    "{{ call.payout }}",
    "%PAYOUT%",
    "--A--payout--B--",
    " [payout]\n",
    "[]",
    "{}",
    "%5BCall%3APayout%5D",
    "%7B%7Bpayout%7D%7D",
    "%25PAYOUT%25",
]


@pytest.mark.parametrize(("name", "aliases"), [("did", DID_ALIASES), ("cid", CID_ALIASES)])
def test_the_first_alias_wins_and_the_path_comes_last(post, name, aliases):
    numbers = {alias: f"800555010{place}" for place, alias in enumerate(aliases)}
    answers = []

    while numbers:
        answers.append(post(json={"cost": 1, **dict(reversed(numbers.items()))}).json[name])
        del numbers[min(numbers, key=aliases.index)]
    answers.append(post(json={"cost": 1}).json[name])

    in_path = {"did": "8005550142", "cid": "7205550134"}[name]
    assert answers == ["8005550100", "8005550101", "8005550102", "8005550103", in_path]


@pytest.mark.parametrize("alias", DID_ALIASES)
def test_the_body_comes_before_the_query_and_the_query_before_the_path(post, alias):
    query = {alias: "8005550101"}

    assert post(query_string=query, json={"cost": 1, alias: "8005550100"}).json["did"] == "8005550100"
    assert post(query_string={**query, "cost": 1}).json["did"] == "8005550101"


def test_an_earlier_alias_in_the_query_precedes_a_later_one_in_the_body(post):
    response = post(query_string={"inbound_number": "8005550100"}, json={"cost": 1, "did": "8005550101"})

    assert response.json["did"] == "8005550100"


@pytest.mark.parametrize("blank", ["", " ", "\t\n", None])
def test_a_blank_value_is_skipped_in_favour_of_the_next_place(post, blank):
    response = post(
        query_string={"call_to": "8005550101", "cost": 2},
        json={"inbound_number": blank, "number_dialed": blank, "call_to": blank, "did": "8005550102", "cost": blank},
    )

    assert (response.json["did"], response.json["cost"]) == ("8005550101", "2")


@pytest.mark.parametrize(
    "request_",
    [
        {"json": {"did": "8005550100", "cid": "7205550100", "cost": "2"}},
        {"data": {"did": "8005550100", "cid": "7205550100", "cost": "2"}},
        {"data": {"did": "8005550100", "cid": "7205550100", "cost": "2"}, "content_type": "multipart/form-data"},
        {"query_string": {"did": "8005550100", "cid": "7205550100", "cost": "2"}},
        {"query_string": {"did": "8005550100"}, "json": {"cid": "7205550100", "cost": 2}},
        {"query_string": {"cid": "7205550100", "cost": "2"}, "data": {"did": "8005550100"}},
    ],
    ids=["json", "form", "multipart", "query", "query and json", "query and form"],
)
def test_parameters_may_come_in_any_place_or_in_several(post, request_):
    response = post("", **request_)

    assert response.status_code == 200
    assert [response.json[name] for name in ("did", "cid", "cost")] == ["8005550100", "7205550100", "2"]


@pytest.mark.parametrize(
    "content_type",
    [
        JSON,
        f"{JSON}; charset=utf-8",
        "Application/JSON",
        "application/vnd.x+json",
        "text/json",
        FORM,
        "text/plain",
        None,
    ],
)
@pytest.mark.parametrize("prefix", [b"", b"\xef\xbb\xbf", b" \r\n\t"], ids=["bare", "byte order mark", "blanks"])
def test_a_json_object_is_read_under_any_label(post, content_type, prefix):
    response = post(data=prefix + b'{"cost": 12.50}', content_type=content_type)

    assert response.status_code == 200
    assert response.json["cost"] == "12.50"


@pytest.mark.parametrize("plus", ["+18005550142", "%2B18005550142", "1-800-555-0142"])
def test_a_plus_may_be_eaten_by_the_decoding_of_a_form(post, plus):
    response = post("", data=f"did={plus}&cid=7205550134&cost=1", content_type=FORM)

    assert response.json["inserted"]["call_to"] == "8005550142"


def test_an_unknown_parameter_is_ignored(post):
    response = post(json={"cost": 1, "extra": {"deep": [1, None, True]}, "inserted": "x", "": "y"})

    assert response.status_code == 200


@pytest.mark.parametrize("token", TOKENS)
def test_an_unfilled_token_is_absent_and_named(dialer, post, token):
    status, error = refusal(post(json={"cost": token}))

    assert (status, error) == (400, f"Missing or Invalid Cost: {token} was not filled in by the sender")
    assert dialer.costs() == ()


@pytest.mark.parametrize("token", TOKENS)
def test_an_unfilled_token_gives_way_to_the_next_value(post, token):
    response = post(query_string={"cost": 2}, json={"inbound_number": token, "cost": token, "notes": token})

    assert (response.json["did"], response.json["cost"], response.json["inserted"]["notes"]) == (
        "8005550142",
        "2",
        None,
    )


def test_a_token_in_the_path_is_absent_and_named(post):
    error = refusal(post("/[Call:Number]/%7Bcid%7D", json={"cost": 1}))

    assert error == (400, "Missing or Invalid DID: [Call:Number] was not filled in by the sender")


@pytest.mark.parametrize(
    "text",
    [
        "[a] and [b]",
        "{a} {b}",
        "%A% %B%",
        "[a",
        "a]",
        "x[a]",
        "100%",
        "50% of 100%",
        "-- see below --",
        "--",
        "[a}",
        "%5B",
    ],
)
def test_a_text_that_only_looks_like_a_token_is_kept(post, text):
    response = post(json={"cost": 1, "notes": text})

    assert response.json["inserted"]["notes"] == text


TWICE = [
    {"query_string": "cost=1&cost=2"},
    {"data": "cost=1&cost=2", "content_type": FORM},
    {"data": {"cost": ["1", "2"]}, "content_type": "multipart/form-data"},
    {"data": '{"cost": 1, "cost": 2}', "content_type": JSON},
    {"data": '{"cost": 1, "cost": 1.0}', "content_type": JSON},
    {"data": '{"cost": 1, "cost": [1]}', "content_type": JSON},
    {"query_string": "cost=1&cost=2", "json": {"cost": 3}},
]


@pytest.mark.parametrize("request_", TWICE)
def test_a_name_given_twice_with_different_values_is_refused(dialer, post, request_):
    status, error = refusal(post(**request_))

    assert (status, error) == (400, "Invalid Cost: given twice")
    assert dialer.costs() == ()


@pytest.mark.parametrize(
    ("name", "error"),
    [
        *((alias, "Invalid DID") for alias in DID_ALIASES),
        *((alias, "Invalid CID") for alias in CID_ALIASES),
        ("cost", "Invalid Cost"),
        ("date_billed", "Invalid Date Billed"),
        ("call_date", "Invalid Call Date"),
        ("notes", "Invalid Notes"),
        ("idempotency_key", "Invalid Idempotency Key"),
    ],
)
def test_any_parameter_given_twice_is_refused(post, name, error):
    query = {"cost": 1} if name != "cost" else {}
    values = {"number": ("7205550134", "7205550135"), "Date": ("2024-03-05", "2024-03-06")}
    first, second = values["Date"] if "date" in name else values["number"]

    response = post(query_string=query, data=f"{name}={first}&{name}={second}", content_type=FORM)

    assert refusal(response) == (400, f"{error}: given twice")


@pytest.mark.parametrize(
    "request_",
    [
        {"query_string": "cost=1&cost=1"},
        {"query_string": "cost=&cost=1&cost=+"},
        {"data": "cost=1&cost=1", "content_type": FORM},
        {"data": "cost=1&cost=", "content_type": FORM},
        {"data": {"cost": ["1", "1"]}, "content_type": "multipart/form-data"},
        {"data": '{"cost": 1, "cost": "1"}', "content_type": JSON},
        {"data": '{"cost": null, "cost": 1}', "content_type": JSON},
        {"query_string": "cost=2", "json": {"cost": 1}},
        {"query_string": "cost=1&foo=1&foo=2"},
    ],
)
def test_a_harmless_repetition_of_a_name_is_accepted(post, request_):
    response = post(**request_)

    assert response.status_code == 200
    assert response.json["cost"] == "1"


PASCAL = {"DID": "8005550100", "Cid": "7205550100", "COST": "2", "Notes": "a", "Call_Date": "2024-03-05T14:21:09Z"}


@pytest.mark.parametrize(
    "request_",
    [
        {"json": PASCAL},
        {"data": PASCAL},
        {"data": PASCAL, "content_type": "multipart/form-data"},
        {"query_string": PASCAL},
    ],
    ids=["json", "form", "multipart", "query"],
)
def test_names_are_compared_without_regard_to_case(post, request_):
    answer = post("", **request_).json

    assert [answer["did"], answer["cid"], answer["cost"]] == ["8005550100", "7205550100", "2"]
    assert (answer["inserted"]["notes"], answer["inserted"]["call_date"]) == ("a", "2024-03-05 14:21:09")


@pytest.mark.parametrize(
    ("request_", "cost"),
    [
        ({"json": {"Cost": 1, "cost": 2}}, "2"),
        ({"json": {"cost": 2, "COST": 1, "Cost": 3}}, "2"),
        ({"json": {"cost": "", "Cost": 3}}, "3"),
        ({"json": {"cost": None, "Cost": 3}}, "3"),
        ({"json": {"cost": "null", "Cost": 3}}, "3"),
        ({"json": {"cost": "[cost]", "Cost": 3}}, "3"),
        ({"json": {"COST": 3, "Cost": "3"}}, "3"),
        ({"query_string": "cost=1", "json": {"Cost": 3}}, "3"),
        ({"query_string": "Cost=1", "json": {"cost": 3}}, "3"),
        ({"query_string": "Cost=1", "json": {"cost": ""}}, "1"),
    ],
)
def test_the_exact_name_comes_first_and_the_body_before_the_query(post, request_, cost):
    assert post(**request_).json["cost"] == cost


@pytest.mark.parametrize(
    "request_",
    [
        {"query_string": "Cost=1&COST=2"},
        {"data": "Cost=1&COST=2"},
        {"json": {"Cost": 1, "COST": 2}},
        {"json": {"cost": "", "Cost": 1, "COST": 2}},
        {"data": '{"Cost": 1, "Cost": 2}', "content_type": JSON},
    ],
)
def test_a_name_given_twice_in_two_spellings_is_refused(dialer, post, request_):
    assert refusal(post(**{"content_type": FORM, **request_} if "data" in request_ else request_)) == (
        400,
        "Invalid Cost: given twice",
    )
    assert dialer.costs() == ()


def test_another_spelling_of_a_later_alias_comes_after_an_earlier_one(post):
    response = post("", json={"cost": 1, "DID": "8005550101", "Call_To": "8005550100", "cid": "7205550134"})

    assert response.json["did"] == "8005550100"


@pytest.mark.parametrize("filler", ["null", "N/A", "--", "-no value-"])
def test_a_filler_gives_way_to_the_next_value(post, filler):
    response = post(query_string={"cost": 2}, json={"inbound_number": filler, "number_dialed": filler, "cost": filler})

    assert (response.json["did"], response.json["cost"]) == ("8005550142", "2")


def test_a_filler_in_the_path_is_absent_and_named(post):
    error = refusal(post("/undefined/null", json={"cost": 1}))

    assert error == (400, "Missing or Invalid DID: undefined is no value")
