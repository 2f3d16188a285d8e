"""Failed credentials are counted and slowed down; valid ones never are."""

import pytest

from tests.access.answers import INVALID
from tests.calls import PATH


def test_too_many_failures_get_a_429_with_retry_after(make_client, key):
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
def test_a_valid_key_works_from_an_address_with_too_many_failures(send, make_client, key, address):
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


def test_failures_from_ipv6_are_counted_by_64_bit_network(send, make_client, key):
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


def test_successes_and_requests_without_credentials_do_not_count(send, make_client, key):
    client = make_client(RATELIMIT_AUTH_FAILURES="1 per minute")

    assert {send(key, client=client)[0] for _ in range(3)} == {200}
    assert {send({}, client=client)[0] for _ in range(3)} == {401}
    assert send({**key, "tld-api-key": "wrong"}, client=client) == INVALID


def test_failures_are_counted_without_the_shared_storage_too(send, make_client, key):
    client = make_client(RATELIMIT_AUTH_FAILURES="1 per minute", RATELIMIT_STORAGE_URI="redis://127.0.0.1:1/0")

    statuses = [send({**key, "tld-api-key": "wrong"}, client=client)[0] for _ in range(3)]

    assert statuses == [401, 429, 429]
    assert send(key, client=client) == (200, None)
