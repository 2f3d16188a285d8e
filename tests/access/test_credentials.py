"""Credentials: where they may stand, and which of several counts."""

import base64

import pytest

from tests.access.answers import INVALID, NO_ID, NO_KEY
from tests.conftest import SECRET

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
def test_a_blank_or_unfilled_header_gives_way_to_the_parameter(send, key, blank):
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
def test_an_unfilled_credential_is_absent_and_named(send, place):
    no_id = send(**{place: {"tld-api-id": "[Api:Id]", "tld-api-key": "{{key}}"}})
    no_key = send(**{place: {"tld-api-id": "1", "tld-api-key": "{{key}}"}})

    assert no_id == (401, "No API ID Provided: [Api:Id] was not filled in by the sender")
    assert no_key == (401, "No API Key Provided: {{key}} was not filled in by the sender")


def test_an_unfilled_credential_is_cut_in_the_error(send):
    status, error = send(data={"api": "1", "apikey": "[" + "x" * 100_000 + "]"})

    assert status == 401
    assert len(error) < 250


@pytest.mark.parametrize("name", ["api_id", "api_key"])
def test_a_credential_given_twice_is_invalid(send, key, name):
    credentials = f"api_id={key['tld-api-id']}&api_key={SECRET}&{name}=0"

    assert send(query_string=f"cost=1&{credentials}") == (401, "Invalid API ID or Key: given twice")


def test_a_missing_id_comes_before_a_key_given_twice(send):
    assert send(query_string="api_key=a&api_key=b") == NO_ID


def test_a_missing_key_comes_before_an_id_given_twice(send):
    assert send(query_string="api_id=1&api_id=2") == NO_KEY


@pytest.mark.parametrize("depth", [300, 600, 900])
def test_a_deeply_nested_credential_given_twice_is_invalid(send, depth):
    value = '{"a": ' * depth + "1" + "}" * depth

    response = send(data=f'{{"api": {value}, "api": {value}, "apikey": "x"}}', content_type="application/json")

    assert response[0] == 401


@pytest.mark.parametrize("filler", ["null", "undefined", "N/A", "--"])
def test_a_filler_is_no_credential_and_is_named(send, key, filler):
    assert send(dict.fromkeys(key, filler)) == (401, f"No API ID Provided: {filler} is no value")
    assert send(dict.fromkeys(key, filler), json={"cost": 1, **key}) == (200, None)


@pytest.mark.parametrize("place", ["query_string", "data", "json"])
def test_names_of_credentials_are_compared_without_regard_to_case(send, key, place):
    credentials = {"Api_Id": key["tld-api-id"], "APIKEY": SECRET}

    assert send(**{place: {"cost": 1, **credentials}}) == (200, None)


def basic(text, scheme="Basic"):
    return {"Authorization": f"{scheme} {base64.b64encode(text.encode()).decode()}"}


@pytest.mark.parametrize("scheme", ["Basic", "basic", "BASIC"])
def test_basic_authorization_is_accepted(send, key, scheme):
    headers = basic(f"{key['tld-api-id']}:{SECRET}", scheme)

    assert send(headers) == (200, None)
    assert send({"Authorization": headers["Authorization"].rstrip("=") + " "}) == (200, None)


def test_basic_comes_between_headers_and_parameters(send, key):
    right, wrong = basic(f"{key['tld-api-id']}:{SECRET}"), basic(f"{key['tld-api-id']}:wrong")

    assert send(right, query_string={"cost": 1, "api_id": "1", "api_key": "wrong"}) == (200, None)
    assert send({**wrong, **key}) == (200, None)
    assert send({**right, "tld-api-key": "wrong"}) == INVALID
    assert send({**basic(f"{key['tld-api-id']}:"), "tld-api-key": SECRET}) == (200, None)
    assert send(basic(":"), query_string={"cost": 1, "api": key["tld-api-id"], "apikey": SECRET}) == (200, None)
    assert send(basic("[id]:{{key}}"), json={"cost": 1, **key}) == (200, None)


NOT_BASIC = "Authorization came, but not as Basic with base64 of id:key"


@pytest.mark.parametrize(
    ("authorization", "expected"),
    [
        ("Basic", NO_ID),
        ("Basic ", NO_ID),
        ("Basic ====", NO_ID),
        ("Basic MTpz\xfc", NO_ID),
        ("Basic 1:secret", NO_ID),
        ("Basic /////w==", NO_KEY),
        ("Bearer abc", NO_ID),
        ('Digest username="1", nonce="x"', NO_ID),
        (basic("")["Authorization"], NO_ID),
        (basic(":s")["Authorization"], NO_ID),
        (basic("1")["Authorization"], NO_KEY),
        (basic("1:")["Authorization"], NO_KEY),
    ],
)
def test_authorization_without_credentials_is_named(send, authorization, expected):
    assert send({"Authorization": authorization}) == (401, f"{expected[1]}: {NOT_BASIC}")


@pytest.mark.parametrize("text", ["nobody:nothing", "1:a:b", "x" * 5_000 + ":s", "\u00fc:\u00fc"])
def test_wrong_basic_authorization_is_invalid(send, key, text):
    assert send(basic(text)) == INVALID


@pytest.mark.parametrize(
    "name", ["tld-api-i", "tldapiid", "X-TLD-Api-Id", "Api-Id", "x-api-id", "tld-appi-id", "tld-api-idd"]
)
def test_a_header_that_is_nearly_the_id_is_named(send, name):
    named = f"{name.title()} came, the header is tld-api-id, the parameters are tld-api-id, api_id, api"

    assert send({name: "1", "tld-api-key": SECRET}) == (401, f"No API ID Provided: {named}")


@pytest.mark.parametrize("name", ["api-key", "tld_api_key", "tld-api-kye", "api key", "ApiKeys", "appkey", "tldApiKey"])
@pytest.mark.parametrize("place", ["query_string", "data", "json"])
def test_a_parameter_that_is_nearly_the_key_is_named_without_its_value(send, name, place):
    named = f"{name} came, the header is tld-api-key, the parameters are tld-api-key, api_key, apikey"

    assert send(**{place: {"cost": 1, "api_id": "1", name: SECRET}}) == (401, f"No API Key Provided: {named}")


def test_credentials_one_level_down_are_named(send, key):
    status, error = send(json={"cost": 1, "auth": {"api_id": key["tld-api-id"], "api_key": SECRET}})

    assert (status, error.partition(",")[0]) == (401, "No API ID Provided: auth.api_id came")


@pytest.mark.parametrize("name", ["id", "key", "app", "ip", "api_version", "x-request-id", "x" * 5_000, "a-p_i" * 50])
def test_other_names_are_not_taken_for_credentials(send, name):
    assert send(query_string={"cost": 1, name: "1"}) == NO_ID


def test_only_some_of_many_names_are_compared(send):
    names = "&".join(f"name{number}=" for number in range(20_000))

    assert send(data=f"{names}&api-id=1", content_type="application/x-www-form-urlencoded") == NO_ID


TWO = "the URL has two ?: write & before its second part"


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("api_id={id}&api_key={key}?cost=1", "Invalid API ID or Key"),
        ("api_key={key}&api_id={id}?cost=1", "Invalid API ID or Key"),
        ("api_id={id}?x=1&api_key={key}?cost=1", "Invalid API ID or Key"),
        ("cost=1?api_id={id}&api_key={key}", "No API ID Provided"),
        ("?api_id={id}&api_key={key}", "No API ID Provided"),
        ("api_id={id}?api_key={key}", "No API Key Provided"),
        ("api_id={id}?apikey={key}&cost=1", "No API Key Provided"),
    ],
)
def test_two_question_marks_are_told_and_count_as_no_failure(send, make_client, key, query, error):
    client = make_client(RATELIMIT_AUTH_FAILURES="1 per minute")
    query = query.format(id=key["tld-api-id"], key=SECRET)

    answers = {send(query_string=query, client=client) for _ in range(3)}

    assert answers == {(401, f"{error}: {TWO}")}


@pytest.mark.parametrize(
    "query", ["api_id={id}&api_key=wrong?cost=1", "api_id={id}?&api_key=wrong?", "api_id=999999?x=1&api_key={key}"]
)
def test_a_question_mark_hides_no_guess(dialer, send, make_client, key, query):
    client = make_client(RATELIMIT_AUTH_FAILURES="1 per minute")
    query = query.format(id=key["tld-api-id"], key=SECRET)

    answers = [send(query_string=query, client=client) for _ in range(2)]

    assert (answers[0], answers[1][0]) == (INVALID, 429)


def test_a_question_mark_does_not_revive_a_disabled_key(dialer, send, key):
    dialer.execute("UPDATE api_keys SET enabled = 0")

    assert send(query_string=f"api_id={key['tld-api-id']}&api_key={SECRET}?cost=1") == INVALID


@pytest.mark.parametrize("question", ["how?", "is 1 + 1 = 2? yes"])
def test_a_question_among_the_values_is_no_second_part(send, question):
    assert send(query_string={"cost": 1, "notes": question}) == NO_ID


@pytest.mark.parametrize(
    ("body", "headers", "expected"),
    [
        (b"{" + b" " * 300_000, {}, (413, "Request Too Large: a body may have 262144 bytes")),
        (b"{", {"Content-Encoding": "gzip"}, (400, "Incomplete Request Body: it is no valid gzip")),
        (
            b"{",
            {"Content-Encoding": "br"},
            (
                401,
                "No API ID Provided: the body cannot be read: Unsupported Media Type: Content-Encoding br: send gzip,"
                " deflate or no such header",
            ),
        ),
        (
            b"<api_id>",
            {},
            (401, "No API ID Provided: the body cannot be read: Unsupported Media Type: send JSON or a form"),
        ),
    ],
    ids=["large", "broken", "another encoding", "XML"],
)
def test_credentials_may_be_in_a_body_that_cannot_be_read(send, body, headers, expected):
    assert send(headers, data=body) == expected
