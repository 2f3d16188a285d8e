"""IP protections, and whose address a request has."""

import pytest

from tests.access.answers import NOT_FROM_HERE


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
def test_an_address_within_the_keys_ranges_is_allowed(send, create_key, ip_addresses, address):
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
def test_any_other_address_is_refused(dialer, send, create_key, ip_addresses, address):
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
def test_a_forwarded_address_counts_only_from_trusted_proxies(
    dialer, send, make_client, create_key, proxies, forwarded, seen
):
    client = make_client(TRUSTED_PROXIES=proxies)
    headers = {**create_key(ip_addresses=seen), **({} if forwarded is None else {"X-Forwarded-For": forwarded})}

    answer = send(headers, client=client, address="192.0.2.1")

    assert answer == (200, None)
    assert dialer.costs()[0]["ip_address"] == seen


@pytest.mark.parametrize("address", ["fe80::1%eth0", "fe80::1%" + "x" * 60])
def test_an_address_with_a_scope_is_stored_without_it(dialer, send, key, address):
    assert send(key, address=address) == (200, None)
    assert dialer.costs()[0]["ip_address"].startswith("fe80::1")


def test_a_forged_address_does_not_pass_an_ip_protection(dialer, send, make_client, create_key):
    headers = {**create_key(ip_addresses="203.0.113.7"), "X-Forwarded-For": "203.0.113.7, 198.51.100.66"}

    for proxies in ("0", "1"):
        answer = send(headers, client=make_client(TRUSTED_PROXIES=proxies), address="192.0.2.1")
        assert answer[0] == 403

    assert dialer.costs() == ()
