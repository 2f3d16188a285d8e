"""The door, through HTTP: who may send, to which endpoint and from where, and what everybody else is told."""

import logging
from datetime import datetime, timedelta

import pytest

from ingress.access import keys
from tests.conftest import SECRET, URL

PATH = f"{URL}/8005550142/7205550134"
INVALID = (401, "Invalid API ID or Key")
NO_ID = (401, "No API ID Provided")
NO_KEY = (401, "No API Key Provided")
NOT_THIS_ENDPOINT = (403, "This API is Not Allowed to Access this Endpoint")
NOT_FROM_HERE = (403, "This API is Not Allowed from this IP Address")
GUARDS = {
    "billable.receive_cost": "require_api_key",
    "docs.asset": "allow_anyone",
    "docs.page": "allow_anyone",
    "health.healthz": "allow_anyone",
    "health.readyz": "allow_anyone",
    "deliveries.ask_for_replay": "require_admin",
    "deliveries.receive_replay": "require_admin",
    "deliveries.show_deliveries": "require_admin",
    "deliveries.show_delivery": "require_admin",
    "metrics.metrics": "require_metrics_token",
    "openapi.openapi": "allow_anyone",
    "overview.show_overview": "require_admin",
    "overview.show_plot": "require_admin",
    "sign_in.receive_form": "allow_anyone",
    "sign_in.show_form": "allow_anyone",
    "sign_in.sign_out": "allow_anyone",
    "sign_in.static": "allow_anyone",
}


@pytest.fixture(autouse=True)
def forgetful(monkeypatch):
    """No key is remembered from one request to the next, so that what is done to its row shows at once."""
    monkeypatch.setattr(keys, "KEY_SECONDS", 0)


@pytest.fixture
def send(client):
    """Send a good call with these credentials from an address; return status and error (None: accepted)."""

    def send(headers=None, path=PATH, client=client, address="127.0.0.1", **request):
        request = {"query_string": {"cost": 1}} | request
        response = client.post(path, headers=headers, environ_overrides={"REMOTE_ADDR": address}, **request)
        assert response.content_type == "application/json"
        return response.status_code, response.json.get("error")

    return send


def test_every_route_has_the_guard_that_is_written_down_for_it(make_client):
    settings = {"CONSOLE_SECRET": "a secret with which the console is on", "METRICS_TOKEN": "a-token-for-tests-only"}
    app = make_client(**settings).application

    guards = {
        blueprint: functions[0].__name__ for blueprint, functions in app.before_request_funcs.items() if blueprint
    }

    assert {rule.endpoint: guards.get(rule.endpoint.split(".")[0]) for rule in app.url_map.iter_rules()} == GUARDS


PARAMETERS = [("tld-api-id", "tld-api-key"), ("api_id", "api_key"), ("api", "apikey"), ("api", "tld-api-key")]


@pytest.mark.parametrize("names", PARAMETERS)
@pytest.mark.parametrize("place", ["query_string", "data", "json"])
def test_credentials_may_come_as_parameters(send, key, names, place):
    credentials = dict(zip(names, key.values(), strict=True))

    assert send(**{place: {"cost": 1, **credentials}}) == (200, None)


def test_an_api_id_may_be_a_json_integer(send, key):
    assert send(json={"cost": 1, "api_id": int(key["tld-api-id"]), "api_key": SECRET}) == (200, None)


def test_header_and_parameter_may_be_mixed(send, key):
    assert send({"tld-api-id": key["tld-api-id"]}, json={"cost": 1, "apikey": SECRET}) == (200, None)


def test_the_header_comes_before_the_parameter(send, key):
    wrong = {"cost": 1, "api_id": "1", "api_key": "wrong"}

    assert send(key, json=wrong) == (200, None)
    assert send({**key, "tld-api-key": "wrong"}, json={"cost": 1, "api_key": SECRET}) == INVALID


@pytest.mark.parametrize("blank", ["", " ", "[api]", "{{key}}"])
def test_a_blank_or_unrendered_header_gives_way_to_the_parameter(send, key, blank):
    headers = dict.fromkeys(key, blank)

    assert send(headers, json={"cost": 1, "api_id": key["tld-api-id"], "api_key": SECRET}) == (200, None)


@pytest.mark.parametrize(
    ("api_id", "secret", "expected"),
    [
        (None, None, NO_ID),
        (None, SECRET, NO_ID),
        ("", SECRET, NO_ID),
        (" ", SECRET, NO_ID),
        ("1", None, NO_KEY),
        ("1", "", NO_KEY),
        ("1", " ", NO_KEY),
    ],
)
@pytest.mark.parametrize("place", ["headers", "json", "data", "query_string"])
def test_both_id_and_key_are_needed(send, place, api_id, secret, expected):
    credentials = {"tld-api-id": api_id, "tld-api-key": secret}

    assert send(**{place: {name: value for name, value in credentials.items() if value is not None}}) == expected


@pytest.mark.parametrize("place", ["headers", "json"])
def test_an_unrendered_credential_is_absent_and_named(send, place):
    no_id = send(**{place: {"tld-api-id": "[Api:Id]", "tld-api-key": "{{key}}"}})
    no_key = send(**{place: {"tld-api-id": "1", "tld-api-key": "{{key}}"}})

    assert no_id == (401, "No API ID Provided: [Api:Id] was not filled in by the sender")
    assert no_key == (401, "No API Key Provided: {{key}} was not filled in by the sender")


def test_an_unrendered_credential_is_cut_in_the_error(send):
    status, error = send(data={"api": "1", "apikey": "[" + "x" * 100_000 + "]"})

    assert status == 401
    assert len(error) < 250


@pytest.mark.parametrize("name", ["api_id", "api_key"])
def test_a_credential_given_twice_is_invalid(send, key, name):
    credentials = f"api_id={key['tld-api-id']}&api_key={SECRET}&{name}=1"

    assert send(query_string=f"cost=1&{credentials}") == (401, "Invalid API ID or Key: given twice")


def test_a_missing_id_comes_before_a_key_given_twice(send):
    assert send(query_string="api_key=a&api_key=b") == NO_ID


@pytest.mark.parametrize("depth", [300, 600, 900])
def test_a_deeply_nested_credential_given_twice_is_invalid(send, depth):
    value = '{"a": ' * depth + "1" + "}" * depth

    response = send(data=f'{{"api": {value}, "api": {value}, "apikey": "x"}}', content_type="application/json")

    assert response[0] == 401


@pytest.mark.parametrize(
    "api_id", ["0", "-1", "1.0", "1e3", "abc", "0x1", "²", "9" * 10, "9" * 11, "9" * 5_000, "1 OR 1=1", "1;", "1_0"]
)
@pytest.mark.parametrize("place", ["headers", "json"])
def test_an_api_id_that_is_no_known_number_is_invalid(send, key, place, api_id):
    assert send(**{place: {"cost": 1, **key, "tld-api-id": api_id}}) == INVALID


@pytest.mark.parametrize("value", [True, False, [], ["1"], {}, {"a": 1}], ids=repr)
@pytest.mark.parametrize("name", ["api_id", "api_key"])
def test_a_credential_that_is_no_text_is_invalid(send, key, name, value):
    credentials = {"api_id": key["tld-api-id"], "api_key": SECRET, name: value}

    assert send(json={"cost": 1, **credentials}) == INVALID


@pytest.mark.parametrize("secret", ["wrong", SECRET + "x", SECRET[:-1], SECRET.upper(), "\u00fc"])
def test_a_wrong_key_is_invalid(send, key, secret):
    assert send({**key, "tld-api-key": secret}) == INVALID


def test_a_stored_hash_is_no_key(dialer, send, key):
    stored = dialer.execute("SELECT key_hash FROM api_keys").fetchone()["key_hash"]

    assert send({**key, "tld-api-key": stored}) == INVALID


def test_half_a_surrogate_is_no_key_and_no_bug(send, key):
    assert send(json={"api_id": key["tld-api-id"], "api_key": "\ud800"}) == INVALID


def test_unknown_wrong_and_disabled_are_one_answer(dialer, client, key):
    unknown = client.post(PATH, headers={**key, "tld-api-id": "999999"})
    wrong = client.post(PATH, headers={**key, "tld-api-key": "wrong"})
    dialer.execute("UPDATE api_keys SET enabled = 0")
    disabled = client.post(PATH, headers=key)

    assert {(answer.status_code, answer.data) for answer in (unknown, wrong, disabled)} == {
        (401, b'{"error":"Invalid API ID or Key"}\n')
    }


@pytest.mark.parametrize("version", ["v2", "", "V1", "v10"])
def test_a_key_of_another_version_may_not_use_this_endpoint(dialer, send, key, version):
    dialer.execute("UPDATE api_keys SET version = %s", version)

    status, error = send(key)

    assert (status, error.partition(": ")[0]) == NOT_THIS_ENDPOINT


@pytest.mark.parametrize(
    "endpoints",
    [
        None,
        "",
        " \n ",
        "*",
        "/*",
        "/api/ingress/calls/inbound/billable*",
        " /api/ingress/calls/inbound/billable* ",
        "/api/ingress/*/billable*",
        "/api/*/7205550134",
        "*7205550134",
        "/api/*/calls/*/*/*",
        PATH,
        "/elsewhere\n/api/ingress/*",
        "/elsewhere\r\n/api/ingress/*\r\n",
    ],
)
def test_a_pattern_that_covers_the_whole_path_lets_in(send, create_key, endpoints):
    assert send(create_key(endpoints=endpoints)) == (200, None)


@pytest.mark.parametrize(
    "endpoints",
    [
        "/elsewhere",
        "/api/ingress/calls/inbound/billable",
        "/api/ingress/calls/inbound/billable/",
        "api/ingress/*",
        "/API/ingress/*",
        "/api/ingress/calls/outbound/*",
        "/api/ingress/calls/inbound/billabl?/*",
        "/api/ingress/calls/inbound/billabl[e]/*",
        "/api/ingress/calls/inbound/billabl./*",
        "/api/ingress/calls/inbound/(billable)/*",
        "/api/ingress/.*",
        "/api/ingress/calls/inbound/billable*/7205550135",
        "*/billable",
        "https://example.com/api/ingress/*",
        "/elsewhere\n/nowhere",
        "/api/egress/*/docs*",
    ],
)
def test_a_pattern_that_does_not_cover_the_whole_path_keeps_out(dialer, send, create_key, endpoints):
    assert send(create_key(endpoints=endpoints)) == NOT_THIS_ENDPOINT
    assert dialer.costs() == ()


@pytest.mark.parametrize(
    ("endpoints", "path", "expected"),
    [
        ("/api/ingress/calls/inbound/billable/8005550142/*", "/8005550142/7205550134", None),
        ("/api/ingress/calls/inbound/billable/8005550142/*", "/%38005550142/7205550134", None),
        ("/api/ingress/calls/inbound/billable/8005550142/*", "/8005550143/7205550134", NOT_THIS_ENDPOINT[1]),
        ("/api/ingress/calls/inbound/billable/8005550142/*", "//7205550134?did=8005550142", NOT_THIS_ENDPOINT[1]),
        ("/api/ingress/calls/inbound/billable//*", "//7205550134?did=8005550142", None),
        ("/api/ingress/calls/inbound/billable/%38*", "/8005550142/7205550134", NOT_THIS_ENDPOINT[1]),
        ("*?cost=1", "/8005550142/7205550134?cost=1", NOT_THIS_ENDPOINT[1]),
        ("/api/ingress/calls/inbound/billable/*\n", "/8005550142%0A/7205550134", None),
    ],
)
def test_the_decoded_path_that_was_routed_is_compared(client, create_key, endpoints, path, expected):
    response = client.post(URL + path, headers=create_key(endpoints=endpoints), data={"cost": 1})

    assert response.json.get("error") == expected


@pytest.mark.parametrize(
    "path",
    [
        "/api/ingress/calls/inbound//billable/8005550142/7205550134",
        "//api/ingress/calls/inbound/billable/8005550142/7205550134",
        "/x/../api/ingress/calls/inbound/billable/8005550142/7205550134",
        "/api/ingress/calls/inbound/billable;x/8005550142/7205550134",
        "/api/ingress/calls/inbound/billable%2F8005550142/7205550134/x",
        "/API/ingress/calls/inbound/billable/8005550142/7205550134",
    ],
)
def test_a_trick_with_the_path_reaches_nothing(dialer, send, key, path):
    assert send(key, path=path) == (404, "Not Found")
    assert dialer.costs() == ()


@pytest.mark.parametrize(
    ("ip_addresses", "address"),
    [
        (None, "203.0.113.7"),
        ("", "203.0.113.7"),
        (" , ,", "203.0.113.7"),
        ("203.0.113.7", "203.0.113.7"),
        ("203.0.113.0/24", "203.0.113.7"),
        ("203.0.113.99/24", "203.0.113.7"),
        ("198.51.100.1, 203.0.113.7 ,,", "203.0.113.7"),
        ("nonsense,203.0.113.7", "203.0.113.7"),
        ("0.0.0.0/0", "203.0.113.7"),
        ("2001:db8::7", "2001:0DB8:0:0:0:0:0:7"),
        ("2001:DB8::/32", "2001:db8::7"),
        ("2001:db8::99/64", "2001:db8::7"),
        ("203.0.113.7", "::ffff:203.0.113.7"),
        ("203.0.113.0/24", "::ffff:203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "::ffff:203.0.113.7"),
    ],
)
def test_an_address_in_one_of_the_keys_ranges_is_let_in(send, create_key, ip_addresses, address):
    assert send(create_key(ip_addresses=ip_addresses), address=address) == (200, None)


@pytest.mark.parametrize(
    ("ip_addresses", "address"),
    [
        ("203.0.113.8", "203.0.113.7"),
        ("203.0.113.8/31", "203.0.113.7"),
        ("2001:db8::8", "2001:db8::7"),
        ("2001:db8::/32", "203.0.113.7"),
        ("203.0.113.0/24", "2001:db8::7"),
        ("::/0", "203.0.113.7"),
        ("nonsense", "203.0.113.7"),
        ("203.0.113.7/33", "203.0.113.7"),
        ("203.0.113.", "203.0.113.7"),
        ("203.0.113.*", "203.0.113.7"),
        ("203.0.113.0-203.0.113.9", "203.0.113.7"),
        ("203.0.113.7;198.51.100.1", "203.0.113.7"),
        ("*", "203.0.113.7"),
        ("localhost", "127.0.0.1"),
        ("203.0.113.7", ""),
        ("0.0.0.0/0", "nonsense"),
    ],
)
def test_any_other_address_is_kept_out(dialer, send, create_key, ip_addresses, address):
    status, error = send(create_key(ip_addresses=ip_addresses), address=address)

    assert (status, error.partition(": ")[0]) == NOT_FROM_HERE
    assert dialer.costs() == ()


@pytest.mark.parametrize(
    ("proxies", "forwarded", "seen"),
    [
        ("0", None, "192.0.2.1"),
        ("0", "203.0.113.7", "192.0.2.1"),
        ("1", None, "192.0.2.1"),
        ("1", "", "192.0.2.1"),
        ("1", "203.0.113.7", "203.0.113.7"),
        ("1", "198.51.100.66, 203.0.113.7", "203.0.113.7"),
        ("1", "203.0.113.7:4711", "203.0.113.7"),
        ("1", "2001:DB8::7", "2001:db8::7"),
        ("1", "[2001:db8::7]:4711", "2001:db8::7"),
        ("1", "[2001:db8::7]", "2001:db8::7"),
        ("1", "::ffff:203.0.113.7", "203.0.113.7"),
        ("1", "203.0.113.7, nonsense", "192.0.2.1"),
        ("1", "203.0.113.7, unknown", "192.0.2.1"),
        ("1", "203.0.113.7,", "203.0.113.7"),
        ("1", "x" * 5_000, "192.0.2.1"),
        ("2", "203.0.113.7", "192.0.2.1"),
        ("2", "203.0.113.7, 192.0.2.2", "203.0.113.7"),
        ("2", "198.51.100.66, 203.0.113.7, 192.0.2.2", "203.0.113.7"),
    ],
)
def test_a_forwarded_address_counts_as_far_as_proxies_are_trusted(
    dialer, send, make_client, create_key, proxies, forwarded, seen
):
    client = make_client(TRUSTED_PROXIES=proxies)
    headers = {**create_key(ip_addresses=seen), **({} if forwarded is None else {"X-Forwarded-For": forwarded})}

    answer = send(headers, client=client, address="192.0.2.1")

    assert answer == (200, None)
    assert dialer.costs()[0]["ip_address"] == seen


@pytest.mark.parametrize("address", ["fe80::1%eth0", "fe80::1%" + "x" * 60])
def test_an_address_with_a_scope_is_stored_and_no_bug(dialer, send, key, address):
    assert send(key, address=address) == (200, None)
    assert dialer.costs()[0]["ip_address"].startswith("fe80::1")


def test_a_forged_address_does_not_pass_an_ip_protection(dialer, send, make_client, create_key):
    headers = {**create_key(ip_addresses="203.0.113.7"), "X-Forwarded-For": "203.0.113.7, 198.51.100.66"}

    for proxies in ("0", "1"):
        answer = send(headers, client=make_client(TRUSTED_PROXIES=proxies), address="192.0.2.1")
        assert answer[0] == 403

    assert dialer.costs() == ()


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"TLDIALER_ENABLED": "0"}, "TLDialer Not Enabled"),
        ({"ADVANCED_CALL_LOG_ENABLED": "0"}, "Advanced Call Log Not Enabled"),
        ({"TLDIALER_ENABLED": "0", "ADVANCED_CALL_LOG_ENABLED": "0"}, "TLDialer Not Enabled"),
    ],
)
def test_what_is_switched_off_is_refused(dialer, send, make_client, key, settings, error):
    assert send(key, client=make_client(**settings)) == (403, error)
    assert dialer.costs() == ()


def test_with_everything_wrong_at_once_the_documented_first_is_answered(
    send, dialer, create_key, make_client, broken_connection
):
    key = create_key(endpoints="/elsewhere", ip_addresses="203.0.113.8")
    bad = {"path": URL + "/x", "data": "{", "content_type": "application/json"}
    off = make_client(TLDIALER_ENABLED="0", ADVANCED_CALL_LOG_ENABLED="0")
    half_off = make_client(TLDIALER_ENABLED="1")
    on = make_client(ADVANCED_CALL_LOG_ENABLED="1")

    errors = [
        send({}, client=off, **bad),
        send({"tld-api-id": "x"}, client=off, **bad),
        send({**key, "tld-api-key": "wrong"}, client=off, **bad),
        send({**key, "tld-api-key": "wrong"}, client=half_off, **bad),
        send({**key, "tld-api-key": "wrong"}, client=on, **bad),
        send(key, client=on, **bad),
    ]
    dialer.execute("UPDATE api_keys SET endpoints = NULL")
    errors.append(send(key, client=on, **bad))
    dialer.execute("UPDATE api_keys SET ip_addresses = NULL")
    errors.append(send(key, client=on, **bad))
    broken_connection()
    errors.append(send({**key, "tld-api-key": "wrong"}, client=make_client(), **bad))

    assert [error.partition(": ")[0] for _, error in errors] == [
        "No API ID Provided",
        "No API Key Provided",
        "TLDialer Not Enabled",
        "Advanced Call Log Not Enabled",
        "Invalid API ID or Key",
        "This API is Not Allowed to Access this Endpoint",
        "This API is Not Allowed from this IP Address",
        "Invalid JSON Body",
        "TLDialer Connection Error",
    ]


def test_credentials_given_twice_come_after_what_is_switched_off(send, make_client):
    client = make_client(TLDIALER_ENABLED="0")

    assert send(client=client, query_string="api=1&api=2&apikey=x") == (403, "TLDialer Not Enabled")


def test_too_many_failures_are_slowed_down_and_told_when_to_come_back(make_client, key):
    client = make_client(RATELIMIT_AUTH_FAILURES="3 per minute")
    wrong = {**key, "tld-api-key": "wrong"}

    statuses = [client.post(PATH, headers=wrong).status_code for _ in range(3)]
    response = client.post(PATH, headers=wrong)

    assert statuses == [401, 401, 401]
    assert (response.status_code, response.json) == (429, {"error": "Too Many Requests"})
    assert response.content_type == "application/json"
    assert 0 < int(response.headers["Retry-After"]) <= 60


@pytest.mark.parametrize("wrong", [{"tld-api-id": "999999"}, {"tld-api-id": "x"}, {"tld-api-key": "x"}])
def test_every_kind_of_failure_counts(send, make_client, key, wrong):
    client = make_client(RATELIMIT_AUTH_FAILURES="1 per minute")

    assert send({**key, **wrong}, client=client) == INVALID
    assert send({**key, **wrong}, client=client)[0] == 429


@pytest.mark.parametrize("address", ["127.0.0.1", ""], ids=["address", "unix socket"])
def test_the_right_key_still_works_where_others_fail(send, make_client, key, address):
    client = make_client(RATELIMIT_AUTH_FAILURES="1 per minute")
    statuses = [send({**key, "tld-api-key": "wrong"}, client=client, address=address)[0] for _ in range(3)]

    assert statuses == [401, 429, 429]
    assert send(key, client=client, address=address) == (200, None)


def test_failures_are_counted_for_each_address(send, make_client, key):
    client = make_client(RATELIMIT_AUTH_FAILURES="1 per minute", TRUSTED_PROXIES="1")
    wrong = {**key, "tld-api-key": "wrong"}

    statuses = [
        send({**wrong, "X-Forwarded-For": address}, client=client)[0]
        for address in ("203.0.113.7", "203.0.113.8", "203.0.113.7", "::ffff:203.0.113.8", "9.9.9.9, 203.0.113.9")
    ]

    assert statuses == [401, 401, 429, 429, 401]


def test_successes_and_requests_without_credentials_do_not_count(send, make_client, key):
    client = make_client(RATELIMIT_AUTH_FAILURES="1 per minute")

    assert {send(key, client=client)[0] for _ in range(3)} == {200}
    assert {send({}, client=client)[0] for _ in range(3)} == {401}
    assert send({**key, "tld-api-key": "wrong"}, client=client) == INVALID


def test_a_storage_that_is_away_lets_nobody_off_and_stops_nobody(send, make_client, key):
    client = make_client(RATELIMIT_AUTH_FAILURES="1 per minute", RATELIMIT_STORAGE_URI="redis://127.0.0.1:1/0")

    statuses = [send({**key, "tld-api-key": "wrong"}, client=client)[0] for _ in range(3)]

    assert statuses == [401, 429, 429]
    assert send(key, client=client) == (200, None)


def last_used(dialer):
    return dialer.execute("SELECT last_used FROM api_keys").fetchone()["last_used"]


def test_a_use_of_the_key_is_noted_and_a_failure_is_not(dialer, send, key):
    send({**key, "tld-api-key": "wrong"})
    before = last_used(dialer)
    send(key)

    (now,) = dialer.execute("SELECT UTC_TIMESTAMP() AS now").fetchone().values()
    assert before is None
    assert abs(last_used(dialer) - now) < timedelta(seconds=5)


def test_a_use_within_the_same_minute_is_not_noted_again(dialer, send, key):
    dialer.execute("UPDATE api_keys SET last_used = UTC_TIMESTAMP() - INTERVAL 30 SECOND")
    noted = last_used(dialer)
    send(key)
    recent = last_used(dialer)
    dialer.execute("UPDATE api_keys SET last_used = '2024-03-05 14:21:09'")
    send(key)

    assert recent == noted
    assert last_used(dialer) > datetime(2024, 3, 6)


def test_a_time_zone_of_the_key_that_does_not_exist_is_no_silent_success(dialer, send, create_key):
    assert send(create_key(time_zone="Mars/Olympus"))[0] != 200
    assert dialer.costs() == ()


def test_no_secret_is_in_any_answer_or_log(client, key, caplog, monkeypatch):
    caplog.set_level(logging.DEBUG)
    wrong = "wr0ng-s3cret"
    monkeypatch.setattr("ingress.database.queries.bill_at_once", lambda *args, **values: 1 / 0)

    for secret, names in ((SECRET, ("tld-api-key", "api_key", "apikey")), (wrong, ("tld-api-key", "apikey"))):
        for name in names:
            for place, body in (("query_string", {"cost": 1}), ("json", {"cost": 1}), ("data", {"cost": "x"})):
                credentials = {"api_id": key["tld-api-id"], name: secret}
                response = client.post(PATH, **{place: {**body, **credentials}})
                assert secret not in response.text + str(response.headers)

    assert "failed" in caplog.text
    assert SECRET not in caplog.text
    assert wrong not in caplog.text


def test_failures_from_ipv6_are_counted_for_the_network_of_64_bits(send, make_client, key):
    client = make_client(RATELIMIT_AUTH_FAILURES="1 per minute")
    wrong = {**key, "tld-api-key": "wrong"}

    statuses = [
        send(wrong, client=client, address=address)[0]
        for address in (
            "2001:db8::1",
            "2001:db8::2",
            "2001:db8::ffff:ffff:ffff:ffff",
            "2001:db8:0:1::1",
            "fe80::1%eth0",
        )
    ]

    assert statuses == [401, 429, 429, 401, 401]
