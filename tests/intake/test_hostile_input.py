"""Hostile input gives an exact value or a documented error, never a 500, and the cost stored is the decimal sent."""

import json
from decimal import ROUND_HALF_UP, Decimal
from urllib.parse import quote_from_bytes

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingress import errors
from ingress.intake.schemas import ALIASES
from tests.conftest import URL

pytestmark = pytest.mark.slow

TEXTS = {error.text for error in errors.IngressError.__subclasses__()}
CALL = {"did": "8005550142", "cid": "7205550134", "cost": "12.5"}
PARAMETERS = sorted({name for names in ALIASES.values() for name in names})

many = settings(
    max_examples=60,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
almost = st.text(alphabet="0123456789.,$ -+()[]{}%eExXTZ:/APMapm\t\u0660\uff11\u00a0\ud800", max_size=30)

INJECTIONS = [
    "'; DROP TABLE leads; --",
    '" OR ""="',
    "1 OR 1=1",
    "\\'; DELETE FROM call_costs WHERE ''='",
    "%(cid)s %s %d %%",
    "\x00\x1a\\0",
    "<script>alert(1)</script>",
    "../../../../etc/passwd",
    "$(reboot) `reboot` | reboot",
    "${jndi:ldap://localhost/a} x{{7*7}}",
    "\r\nSet-Cookie: a=b",
    "ʼ OR 1=1 -- \u202e\ufeff",
    "𝒳💶\U0010ffff",
    "=cmd|'/C calc'!A0",
    "*)(uid=*))(|(uid=*",
]


def assert_documented(response):
    assert response.content_type == "application/json"
    assert response.status_code in (200, 400, 422), response.data
    if response.status_code != 200:
        assert response.json["error"].partition(": ")[0] in TEXTS


@pytest.mark.slow
@pytest.mark.parametrize("name", PARAMETERS)
@many
@given(value=json_values | almost)
def test_any_json_value_gets_a_documented_answer(post, name, value):
    body = json.dumps({**CALL, name: value})

    assert_documented(post("", data=body, content_type="application/json"))


@pytest.mark.slow
@pytest.mark.parametrize("name", PARAMETERS)
@many
@given(value=st.binary(max_size=40), in_body=st.booleans(), quoted=st.booleans())
def test_any_bytes_get_a_documented_answer(post, name, value, in_body, quoted):
    sent = name.encode() + b"=" + (quote_from_bytes(value).encode() if quoted or not in_body else value)
    form = {"data": sent, "content_type": "application/x-www-form-urlencoded"} if in_body else {}
    query = "did=8005550142&cid=7205550134&cost=1" + ("" if in_body else "&" + sent.decode())

    assert_documented(post("", query_string=query, **form))


@many
@given(
    segments=st.lists(st.text(max_size=20), min_size=1, max_size=2), method=st.sampled_from(["POST", "GET", "PATCH"])
)
def test_any_path_gets_an_answer_in_json(client, key, segments, method):
    response = client.open(
        f"{URL}/{'/'.join(quote_from_bytes(s.encode(errors='replace')) for s in segments)}", method=method
    )

    assert response.content_type == "application/json"
    assert response.status_code < 500


@many
@given(
    body=st.binary(max_size=200),
    content_type=st.sampled_from(
        [
            "application/json",
            "text/plain",
            "multipart/form-data; boundary=x",
            "application/x-www-form-urlencoded",
            "",
            "application/json; charset=utf-16",
        ]
    ),
)
def test_any_body_gets_an_answer_in_json(post, body, content_type):
    response = post(data=body, content_type=content_type)

    assert response.content_type == "application/json"
    assert response.status_code in (200, 400, 413, 415)


@many
@given(
    cost=st.decimals(min_value=0, max_value="99999999.9999", places=4),
    form=st.sampled_from(["{}", "${}", " {} ", "{:,}", "${:,}"]),
    as_number=st.booleans(),
)
def test_the_cost_stored_is_the_decimal_sent(dialer, post, cost, form, as_number):
    sent = f"{cost:f}" if as_number else json.dumps(form.format(cost))

    response = post(data=f'{{"cost": {sent}}}', content_type="application/json")

    assert response.status_code == 200
    assert dialer.costs()[-1]["cost"] == cost


@many
@given(digits=st.integers(min_value=0, max_value=10**12), places=st.integers(min_value=0, max_value=12))
def test_more_decimals_are_rounded_half_up(dialer, post, digits, places):
    cost = Decimal(digits).scaleb(-places)

    response = post(json={"cost": f"{cost:f}"})

    rounded = cost.quantize(Decimal("0.0001"), ROUND_HALF_UP)
    assert response.status_code == (200 if rounded < 10**8 else 400)
    if response.status_code == 200:
        assert dialer.costs()[-1]["cost"] == rounded


@pytest.mark.parametrize("text", INJECTIONS)
def test_an_injection_in_notes_is_stored_unchanged(dialer, post, text):
    response = post(json={"cost": 1, "notes": text})

    assert response.json["inserted"]["notes"] == text
    assert dialer.costs()[0]["notes"] == text


@pytest.mark.parametrize("name", [name for name in PARAMETERS if name != "notes"])
@pytest.mark.parametrize("text", INJECTIONS)
def test_an_injection_in_another_parameter_does_nothing(dialer, post, name, text):
    lead_id = dialer.add_lead()

    assert_documented(post("", json={**CALL, name: text}))

    assert dialer.lead_cost(lead_id) is None
    assert len(dialer.costs()) <= 1


@pytest.mark.parametrize("text", INJECTIONS)
@pytest.mark.parametrize("name", ["tld-api-id", "api_id", "api", "tld-api-key", "api_key", "apikey"])
def test_an_injection_in_credentials_does_not_authenticate(dialer, make_client, key, name, text):
    credentials = {"api_id": key["tld-api-id"], "api_key": key["tld-api-key"]}
    clashing = "api_id" if name in ("tld-api-id", "api_id", "api") else "api_key"
    del credentials[clashing]

    client = make_client()  # of an application that has counted no failures yet: it refuses more than 60 a minute
    response = client.post(f"{URL}/8005550142/7205550134", json={"cost": 1, **credentials, name: text})

    assert (response.status_code, response.json) == (401, {"error": "Invalid API ID or Key"})
    assert dialer.costs() == ()
