"""One request from end to end: what the sender reads, and what the dialer's tables hold afterwards."""

from datetime import UTC, datetime
from decimal import Decimal
from json import loads

import pytest

from tests.calls import PATH
from tests.vicidial import both_dialers

CALL_DATE = "2024-03-05T14:21:09Z"

pytestmark = pytest.mark.usefixtures("way_of_billing")


def bill(post, path="/8005550142/7205550134", **parameters):
    return post(path, json={"cost": "12.5", "call_date": CALL_DATE, **parameters})


@both_dialers
def test_a_billed_call_answers_with_exactly_the_documented_json(dialer, post, key):
    lead_id = dialer.add_call()

    response = post(
        "",
        json={
            "did": "18005550142",
            "cid": "+1 (720) 555-0134",
            "cost": 12.5,
            "call_date": CALL_DATE,
            "date_billed": "2024-03-05T14:30:55Z",
            "notes": "RGB7F31",
        },
    )

    assert response.status_code == 200
    assert response.content_type == "application/json"
    cost_id = dialer.costs()[0]["cost_id"]
    assert list(response.json.items()) == [
        ("cid", "+1 (720) 555-0134"),
        ("did", "18005550142"),
        ("cost", "12.5"),
        ("cost_id", str(cost_id)),
        (
            "inserted",
            {
                "date_billed": "2024-03-05 14:30:55",
                "cost": "12.5000",
                "method": "ingress",
                "method_id": key["tld-api-id"],
                "ip_address": "127.0.0.1",
                "call_date": "2024-03-05 14:21:09",
                "call_from": "7205550134",
                "call_to": "8005550142",
                "attributable": "1",
                "attributed": "0",
                "calculatable": "0",
                "notes": "RGB7F31",
            },
        ),
        ("updated", 1),
        (
            "lead",
            {
                "lead_id": str(lead_id),
                "vendor_id": "14962",
                "account_id": dialer.account_id and str(dialer.account_id),
                "cost": "12.5000",
            },
        ),
        ("first_contact", 1),
    ]
    assert list(response.json["inserted"]) == [*dialer.costs()[0]][1:]


@both_dialers
def test_a_billed_call_puts_its_cost_on_the_lead_and_first_contact(dialer, post, key):
    lead_id = dialer.add_call()

    bill(post, notes="emoji 💶")

    (row,) = dialer.costs()
    del row["cost_id"], row["date_billed"]
    assert row == {
        "cost": Decimal("12.5000"),
        "method": "ingress",
        "method_id": int(key["tld-api-id"]),
        "ip_address": "127.0.0.1",
        "call_date": datetime(2024, 3, 5, 14, 21, 9),
        "call_from": "7205550134",
        "call_to": "8005550142",
        "attributable": 1,
        "attributed": 0,
        "calculatable": 0,
        "notes": "emoji 💶",
    }
    assert dialer.lead_cost(lead_id) == dialer.first_contact_cost(lead_id) == Decimal("12.5")


@both_dialers
def test_a_call_without_dates_was_now(dialer, post):
    now = datetime.now(UTC).replace(tzinfo=None)
    lead_id = dialer.add_call(call_date=now)

    response = post(json={"cost": "1"})

    (row,) = dialer.costs()
    assert abs((row["call_date"] - now).total_seconds()) < 5
    assert row["date_billed"] == row["call_date"]
    assert response.json["lead"]["lead_id"] == str(lead_id)


@both_dialers
def test_a_cost_whose_call_is_not_in_the_log_is_kept_without_a_lead(dialer, post):
    response = bill(post)

    assert (response.json["updated"], response.json["lead"], response.json["first_contact"]) == (0, None, 0)
    assert len(dialer.costs()) == 1


@both_dialers
def test_a_call_without_lead_updates_nothing(dialer, post):
    dialer.add_call(lead_id=None)

    response = bill(post)

    assert (response.json["updated"], response.json["lead"], response.json["first_contact"]) == (0, None, 0)


@both_dialers
def test_a_deleted_lead_counts_as_none(dialer, post):
    dialer.add_call(lead_id=4_000_000_000)

    response = bill(post)

    assert (response.json["updated"], response.json["lead"], response.json["first_contact"]) == (0, None, 0)


def test_a_lead_without_first_contact_is_updated_alone(dialer, post):
    lead_id = dialer.add_call(lead_id=dialer.add_lead(first_contact=False))

    response = bill(post)

    assert (response.json["updated"], response.json["first_contact"]) == (1, 0)
    assert dialer.lead_cost(lead_id) == Decimal("12.5")


def test_a_lead_without_vendor_and_account_has_nulls_there(dialer, post):
    dialer.add_call(lead_id=dialer.add_lead(vendor_id=None, account_id=None))

    response = bill(post)

    assert (response.json["lead"]["vendor_id"], response.json["lead"]["account_id"]) == (None, None)


@both_dialers
def test_a_lead_that_already_had_this_cost_still_says_updated(dialer, post):
    dialer.add_call()
    bill(post, cost="12.5", notes="first")

    response = bill(post, cost="12.50", call_date="2024-03-05T14:21:10Z")

    assert (response.json["updated"], response.json["first_contact"]) == (1, 1)


@both_dialers
def test_zero_is_a_cost(dialer, post):
    lead_id = dialer.add_call()

    response = bill(post, cost=0)

    assert response.json["inserted"]["cost"] == "0.0000"
    assert dialer.lead_cost(lead_id) == 0


def test_five_decimals_are_rounded_half_up_and_the_answer_shows_both(dialer, post):
    response = bill(post, cost="1.23455")

    assert (response.json["cost"], response.json["inserted"]["cost"]) == ("1.23455", "1.2346")
    assert dialer.costs()[0]["cost"] == Decimal("1.2346")


def test_a_json_number_never_passes_through_a_float(dialer, post):
    response = post(data='{"cost": 12345678.90000000001}', content_type="application/json")

    assert (response.json["cost"], response.json["inserted"]["cost"]) == ("12345678.90000000001", "12345678.9000")


@both_dialers
@pytest.mark.parametrize(
    ("logged", "nearest"),
    [
        (["2024-03-05 14:21:08", "2024-03-05 14:21:11"], 0),
        (["2024-03-05 14:21:06", "2024-03-05 14:21:11"], 1),
        (["2024-03-05 14:21:09", "2024-03-05 14:21:10"], 0),
        (["2024-03-05 14:20:09", "2024-03-05 14:22:09"], 1),
        (["2024-03-05 14:22:09", "2024-03-05 14:20:09"], 0),
        (["2024-02-10 00:00:00", "2024-03-05 17:21:10"], 0),
    ],
    ids=["before", "after", "equal", "tie goes to the later", "tie in another order", "one beyond the window"],
)
def test_the_nearest_call_on_either_side_of_call_date_is_billed(dialer, post, logged, nearest):
    leads = [dialer.add_call(call_date) for call_date in logged]

    response = bill(post)

    assert response.json["lead"]["lead_id"] == str(leads[nearest])


@both_dialers
def test_the_later_logged_of_two_calls_in_one_second_is_billed(dialer, post):
    dialer.add_call()
    later = dialer.add_call()

    assert bill(post).json["lead"]["lead_id"] == str(later)


@both_dialers
@pytest.mark.parametrize(
    ("call_date", "found"),
    [
        ("2024-02-03 14:21:08", 0),
        ("2024-02-03 14:21:09", 1),
        ("2024-03-05 17:21:09", 1),
        ("2024-03-05 17:21:10", 0),
    ],
)
def test_the_window_reaches_from_31_days_before_to_3_hours_after(dialer, post, call_date, found):
    dialer.add_call(call_date)

    assert bill(post).json["updated"] == found


def test_the_window_is_a_setting(dialer, key, monkeypatch):
    from ingress import create_app

    dialer.add_call("2024-03-05 14:00:00")
    monkeypatch.setenv("CALL_MATCH_BEFORE", "10m")

    response = create_app().test_client().post(PATH, headers=key, json={"cost": 1, "call_date": CALL_DATE})

    assert response.json["updated"] == 0


@both_dialers
def test_outbound_legs_and_other_pairs_are_never_billed(dialer, post):
    dialer.add_call(call_direction="OUTBOUND")
    dialer.add_call(call_from="8005550142", call_to="7205550134")
    dialer.add_call(call_from="7205550135")
    dialer.add_call(call_to="8005550143")

    assert bill(post).json["lead"] is None


@both_dialers
@pytest.mark.parametrize("call_from", ["7205550134", "17205550134", "+17205550134"])
@pytest.mark.parametrize("call_to", ["8005550142", "18005550142", "+18005550142"])
def test_the_log_may_write_numbers_in_three_ways(dialer, post, call_from, call_to):
    lead_id = dialer.add_call(call_from=call_from, call_to=call_to)

    assert bill(post).json["lead"]["lead_id"] == str(lead_id)


@both_dialers
def test_times_are_stored_and_looked_up_as_the_dialers_wall_clock(dialer, key, monkeypatch):
    from ingress import create_app

    lead_id = dialer.add_call("2024-07-05 10:21:50")
    monkeypatch.setenv("TLDIALER_TIMEZONE", "America/New_York")

    response = create_app().test_client().post(PATH, headers=key, json={"cost": 1, "call_date": "2024-07-05T14:21:09Z"})

    assert response.json["inserted"]["call_date"] == "2024-07-05 10:21:09"
    assert response.json["lead"]["lead_id"] == str(lead_id)


def test_a_naive_time_is_read_in_the_keys_zone(dialer, client, create_key):
    response = client.post(
        PATH,
        headers=create_key(time_zone="America/Denver"),
        json={"cost": 1, "call_date": "7/5/2024 2:21:09 PM"},
    )

    assert response.json["inserted"]["call_date"] == "2024-07-05 20:21:09"


def test_a_refused_request_writes_nothing(dialer, post):
    lead_id = dialer.add_call()

    response = bill(post, notes="x" * 65_536)

    assert response.status_code == 400
    assert dialer.costs() == ()
    assert dialer.lead_cost(lead_id) is None


def test_an_answer_has_its_request_id_even_if_logging_it_fails(post, monkeypatch, caplog):
    monkeypatch.setattr("ingress.intake.parameters.Parameters.as_json", lambda self: 1 / 0)

    refused, failed = post(json={}), post(json={"cost": 1})

    assert (refused.status_code, failed.status_code) == (400, 500)
    for response in (refused, failed):
        assert f"request {response.headers['X-Request-ID']} is not in the delivery log" in caplog.text
    assert "ZeroDivisionError" in caplog.text


SENT = "?cost=12.50&notes=RGB1&api_key=other"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", PATH, 405),
        ("DELETE", PATH + "/", 405),
        ("POST", "/api/ingress/calls/inbound/bilable/8005550142/7205550134", 404),
        ("GET", "/api/", 404),
        ("POST", PATH + "/x", 404),
    ],
)
@pytest.mark.parametrize("json", [None, {"cid": "7205550134"}], ids=["query", "body"])
def test_a_mistaken_path_or_method_is_in_the_log_with_what_was_sent(dialer, client, key, method, path, status, json):
    response = client.open(path + SENT, method=method, headers=key, json=json)

    row = dialer.execute("SELECT * FROM deliveries").fetchone()
    assert (response.status_code, row["status"], row["outcome"]) == (status, status, "refused")
    assert (row["request_id"], row["error"]) == (response.headers["X-Request-ID"], response.json["error"])
    sent = loads(row["sent"])
    assert sent["path"] == {"path": path}
    assert sent["query"] == [["cost", "12.50"], ["notes", "RGB1"]]
    assert sent["body"] == ([["cid", "7205550134"]] if json else [])
    assert dialer.costs() == ()


@pytest.mark.parametrize(("path", "status"), [("/", 405), ("/nothing", 404), ("/apis/x", 404)])
def test_another_path_of_the_machine_is_not_in_the_log(dialer, client, key, path, status):
    assert client.post(path, headers=key).status_code == status
    assert dialer.execute("SELECT * FROM deliveries").fetchall() == ()


@pytest.mark.parametrize("wrong", [{"tld-api-key": "wrong"}, {"tld-api-id": "999999"}, {"tld-api-key": ""}])
def test_a_mistaken_path_without_valid_credentials_is_a_404_without_a_trace(dialer, make_client, key, wrong):
    client = make_client(RATELIMIT_AUTH_FAILURES="1 per minute")

    answers = {client.post("/api/x", headers={**key, **wrong}).status_code for _ in range(3)}

    assert answers == {404}
    assert dialer.execute("SELECT * FROM deliveries").fetchall() == ()


def test_guesses_at_a_mistaken_path_count_like_any(make_client, key):
    client = make_client(RATELIMIT_AUTH_FAILURES="1 per minute")
    wrong = {**key, "tld-api-key": "wrong"}
    for _ in range(2):
        client.post("/api/x", headers=wrong)

    assert client.post(PATH, headers=wrong).status_code == 429


def test_a_mistaken_path_is_a_404_also_while_the_database_is_away(client, key, broken_connection):
    broken_connection()

    assert client.post("/api/x", headers=key).status_code == 404


def test_a_mistaken_request_can_be_replayed_with_what_it_lacks(app, dialer, client, key):
    client.get(PATH + SENT, headers=key)
    row = dialer.execute("SELECT * FROM deliveries").fetchone()

    options = ["--set", "did=8005550142", "--set", "cid=7205550134"]
    result = app.test_cli_runner().invoke(args=["deliveries", "replay", str(row["delivery_id"]), *options])

    assert result.exit_code == 0, result.output
    assert [cost["notes"] for cost in dialer.costs()] == ["RGB1"]


def test_a_url_that_is_too_long_is_refused_and_logged(dialer, post):
    response = post(query_string={"cost": 1, "notes": "x" * 9_000})

    row = dialer.execute("SELECT * FROM deliveries").fetchone()
    assert (response.status_code, row["status"]) == (414, 414)
    assert response.json["error"].startswith("URI Too Long: 9")
    assert response.json["error"].endswith(" bytes, 8190 are allowed")
    assert len(loads(row["sent"])["query"][1][1]) == 9_000
    assert dialer.costs() == ()


@pytest.mark.parametrize("path", [PATH + "/", PATH + "//?cid=1"])
def test_a_slash_behind_the_path_changes_nothing(dialer, client, key, path):
    response = client.post(path, headers=key, data={"cost": 1})

    assert (response.status_code, len(dialer.costs())) == ((200, 1) if path.endswith("4/") else (404, 0))


@pytest.mark.parametrize("path", ["/", "//", "/8005550142/"])
def test_a_slash_behind_less_is_a_blank_number_that_a_parameter_may_give(dialer, post, path):
    response = post(path, data={"did": "8005550142", "cid": "7205550134", "cost": 1})

    assert response.json["inserted"]["call_from"] == "7205550134"
