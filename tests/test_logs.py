"""The access log keeps no secret, whichever way a sender put it into the URL, and changes nothing else."""

import pytest

from ingress.logs import mask_atom, mask_secrets

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
