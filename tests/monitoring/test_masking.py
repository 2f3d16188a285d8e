"""Masking removes secrets and full numbers from any text, in any notation, and changes nothing else."""

import pytest
from werkzeug.datastructures import MultiDict

from ingress.intake.parameters import Parameters
from ingress.monitoring.masking import list_secrets, mask_atom, mask_numbers, mask_path, mask_secrets, mask_values

SECRET = "s3cr3t-Value_%2B"


@pytest.mark.parametrize(
    "name",
    [
        "tld-api-key",
        "api_key",
        "apikey",
        "API_KEY",
        "ApiKey",
        "TLD-API-KEY",
        "api%5Fkey",
        "api%5fkey",
        "tld%2Dapi%2Dkey",
        "%61pikey",
        "+apikey",
        "apikey%20",
    ],
)
def test_a_secret_parameter_is_masked_however_its_name_is_written(name):
    line = f"POST /billable?api=310&{name}={SECRET}&cost=12.50 HTTP/1.1"

    assert mask_secrets(line) == f"POST /billable?api=310&{name}=***&cost=12.50 HTTP/1.1"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("?apikey=a", "?apikey=***"),
        ("?apikey=a&apikey=b&api_key=c", "?apikey=***&apikey=***&api_key=***"),
        ("?cost=1;apikey=a;x=2", "?cost=1;apikey=***;x=2"),
        ("?apikey=a=b=c&x=1", "?apikey=***&x=1"),
        ("?apikey=a?b/c", "?apikey=***"),
        ("?apikey=", "?apikey=***"),
        ("https://example.com/pixel?apikey=a#top", "https://example.com/pixel?apikey=***"),
        ("POST /x?apikey=a HTTP/1.1", "POST /x?apikey=*** HTTP/1.1"),
    ],
)
def test_every_occurrence_is_masked_to_its_end(text, masked):
    assert mask_secrets(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "POST /api/ingress/calls/inbound/billable/8005550142/7205550134 HTTP/1.1",
        "POST /billable?api=310&api_id=310&tld-api-id=310&cost=12.50&notes=apikey HTTP/1.1",
        "?myapikey=a&apikeys=b&key=c&api-key-name=d",
        "/apikey=a",
        "?cost=%5BCall%3APayout%5D&x=%zz&=&&;;",
        "Mozilla/5.0 (X11; Linux x86_64)",
    ],
)
def test_nothing_else_is_changed(text):
    assert mask_secrets(text) == text


@pytest.mark.parametrize("name", ["r", "f", "{referer}i", "{raw_uri}e", "{request_uri}e", "{location}o"])
def test_every_atom_that_may_hold_a_url_is_masked(name):
    assert mask_atom(name, "https://example.com/x?api_key=a&cost=1") == "https://example.com/x?api_key=***&cost=1"


@pytest.mark.parametrize("name", ["{tld-api-key}i", "{TLD-API-KEY}i", "{http_tld_api_key}e", "{HTTP_TLD_API_KEY}e"])
def test_the_header_with_the_secret_is_masked_whole(name):
    assert mask_atom(name, SECRET) == "***"


@pytest.mark.parametrize(
    ("query", "masked"),
    [
        ("api_key=a&cost=1", "api_key=***&cost=1"),
        ("cost=1&apikey=a", "cost=1&apikey=***"),
        ("tld%2Dapi%2Dkey=a", "tld%2Dapi%2Dkey=***"),
        ("", ""),
        ("cost=1", "cost=1"),
    ],
)
def test_the_query_alone_is_masked(query, masked):
    assert mask_atom("q", query) == masked


@pytest.mark.parametrize(
    ("name", "value"), [("D", 1234), ("B", None), ("s", "200"), ("{tld-api-id}i", "310"), ("h", "::1")]
)
def test_atoms_without_a_secret_stay_as_they_are(name, value):
    assert mask_atom(name, value) is value


@pytest.mark.parametrize(
    ("path", "masked"),
    [
        ("/billable/8005550142/7205550134", "/billable/******0142/******0134"),
        ("/billable/8005550142/+1 (720) 555-0134", "/billable/******0142/+* (***) ***-0134"),
        ("/billable//72a05b550134", "/billable//**a**b**0134"),
        ("/billable/0142/", "/billable/0142/"),
        ("/billable/٧٢٠٥٥٥٠١٣٤", "/billable/******٠١٣٤"),
        ("/billable/8005550142/720/555/0134", "/billable/******0142/***/***/0134"),
        ("/billable/7-2-0-5-5-5-0-1-3-4/x", "/billable/*-*-*-*-*-*-0-1-3-4/x"),
        ("/console/deliveries/1041/replay", "/console/deliveries/1041/replay"),
        ("/healthz", "/healthz"),
    ],
)
def test_a_path_keeps_the_last_four_digits_of_each_segment(path, masked):
    assert mask_path(path) == masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Invalid CID: 266696687: too short", "Invalid CID: *****6687: too short"),
        (
            "Invalid DID: 72a055b50134: a phone number has no letters",
            "Invalid DID: **a***b*0134: a phone number has no letters",
        ),
        (
            "Idempotency Key Already Used: first for 8005550142 7205550134 12.5000 2026-03-05 14:21:09, now for x",
            "Idempotency Key Already Used: first for ******0142 ******0134 12.5000 2026-03-05 14:21:09, now for x",
        ),
        (
            "Invalid CID: 720/555/0134: not a 10- or 11-digit number",
            "Invalid CID: ***/***/0134: not a 10- or 11-digit number",
        ),
        ("Invalid Date Billed: 7205550134: outside", "Invalid Date Billed: ******0134: outside"),
        ("Invalid Cost: +1 (720) 555-0134: no", "Invalid Cost: +* (***) ***-0134: no"),
        ("Invalid Cost: 720.555.0134: no", "Invalid Cost: ***.***.0134: no"),
        ("Invalid Cost: +44 20 7946 0958: no", "Invalid Cost: +** ** **** 0958: no"),
        ("Invalid Cost: 720/555/0134: no", "Invalid Cost: ***/***/0134: no"),
        ("Invalid Cost: 1/720/555/0134: no", "Invalid Cost: */***/***/0134: no"),
        ("Invalid Cost: 5 720/555/0134: no", "Invalid Cost: 5 ***/***/0134: no"),
        ("Invalid Cost: 720 / 555-0134: no", "Invalid Cost: *** / ***-0134: no"),
        ("Invalid Cost: 7 2 0 5 5 5 0 1 3 4: no", "Invalid Cost: * * * * * * 0 1 3 4: no"),
        ("Invalid Cost: 7 2 0 - 5 5 5 - 0 1 3 4: no", "Invalid Cost: * * * - * * * - 0 1 3 4: no"),
        ("Invalid Cost: 7.2.0.5.5.5.0.1.3.4: no", "Invalid Cost: *.*.*.*.*.*.0.1.3.4: no"),
        ("Invalid Cost: 720\u2013555\u20130134: no", "Invalid Cost: ***\u2013***\u20130134: no"),
        ("Invalid Cost: 720\u2011555\u20110134: no", "Invalid Cost: ***\u2011***\u20110134: no"),
        ("Invalid Cost: 720\u202f555\u202f0134: no", "Invalid Cost: ***\u202f***\u202f0134: no"),
        ("Invalid Cost: 720_555_0134: no", "Invalid Cost: ***_***_0134: no"),
        ("Invalid Cost: 72 05 55 01 34: no", "Invalid Cost: ** ** ** 01 34: no"),
        ("Invalid Cost: 720-5550134: no", "Invalid Cost: ***-***0134: no"),
        ("Invalid Cost: 720/555/0134/800/555/0142: no", "Invalid Cost: ***/***/****/***/***/0142: no"),
        ("Invalid Notes: cid7205550134", "Invalid Notes: cid******0134"),
        ("POST /billable/8005550142/7205550134 failed", "POST /billable/******0142/******0134 failed"),
    ],
)
def test_a_text_keeps_the_last_four_digits_of_its_phone_numbers(text, masked):
    assert mask_numbers(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "Invalid CID: 0003: too short",
        "Invalid Cost: 12,50: no amount",
        "Invalid Call Date: 2026-02-30 10:00:00: no such day",
        "This API is Not Allowed from this IP Address: 203.100.113.107",
        "This API is Not Allowed from this IP Address: 192.168.1.100",
        "Invalid Call Date: 2024 03 05 14 21 09: no",
        "Invalid Call Date: 2024/03/05 14:21:09 +0100: no",
        "Cost 12345.67890",
        "no connection to the database: (2003, \"Can't connect to MySQL server on '127.0.0.1' (111)\")",
        "request 01234567890123456789012345678901 failed",
        "Booting worker with pid: 4194303",
        'File "ingress/billing.py", line 112, in bill_once',
    ],
)
def test_a_text_without_a_phone_number_stays(text):
    assert mask_numbers(text) == text


def test_secrets_are_found_under_their_names_in_header_query_and_body():
    parameters = Parameters(MultiDict({"API_KEY": "body", "cost": "1"}), MultiDict([("apikey", "a"), ("apikey", "b")]))

    secrets = list_secrets({"HTTP_TLD_API_KEY": " header ", "HTTP_HOST": "example.com"}, parameters)

    assert secrets == ["header", "a", "b", "body"]


@pytest.mark.parametrize("secret", [SECRET, SECRET * 10])
def test_the_beginning_of_a_secret_in_an_error_is_masked_too(secret):
    text = mask_values(f"Invalid CID: {secret[:100]}: no, {secret}", [secret])

    assert text == "Invalid CID: ***: no, ***"


def test_a_name_that_is_not_text_names_no_secret():
    parameters = Parameters(MultiDict([(None, "1"), (5, "2")]), MultiDict())

    assert list_secrets({"HTTP_TLD_API_KEY": b"\xff"}, parameters) == []
