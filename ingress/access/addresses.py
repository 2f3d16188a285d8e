"""IP addresses: the sender's own, the ranges that hold it, and the network by which its failures are counted."""

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from flask import request

UNIX_SOCKET = "unix socket"  # in place of an address where the connection has none
CUSTOMER_PREFIX = 64  # bits; a provider gives each customer at least such an IPv6 network


def client_address() -> str:
    """Return the sender's address: the connection's, or what TRUSTED_PROXIES proxies report; "" on a unix socket."""
    reported = request.environ.get("REMOTE_ADDR", "")
    connected = request.environ.get("werkzeug.proxy_fix.orig", {}).get("REMOTE_ADDR", reported)
    address = parse_address(reported) or parse_address(connected)
    return str(address) if address else ""


def network_of(address: str) -> str:
    """Return the IPv4 address, or the network of an IPv6 address: one customer has 2**64 of those to choose from."""
    parsed = parse_address(address)
    if parsed is None:
        return UNIX_SOCKET
    return str(ip_network((parsed, CUSTOMER_PREFIX), strict=False)) if parsed.version == 6 else str(parsed)


def is_in_range(address: str, text: str) -> bool:
    """Return True when the range holds the address; a range or an address that cannot be read matches nothing."""
    try:
        return ip_address(address) in parse_range(text)
    except ValueError:
        return False


@lru_cache(maxsize=1024)
def parse_range(text: str) -> IPv4Network | IPv6Network:
    """Return an address or a CIDR range as a network; host bits may be set, as people write them."""
    return ip_network(parse_address(text) or text, strict=False)


@lru_cache(maxsize=1024)
def parse_address(text: str) -> IPv4Address | IPv6Address | None:
    """Return an IP address, or None; unwraps IPv4-mapped IPv6 addresses and drops the port that some proxies add.

    An IPv6 address's scope (fe80::1%eth0) is a name that only its own machine knows, so it is left out.
    """
    bare = re.sub(r"^\[(.+)\](:\d+)?$|^([\d.]+):\d+$", r"\1\3", text.strip()).partition("%")[0]
    try:
        address = ip_address(bare)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
