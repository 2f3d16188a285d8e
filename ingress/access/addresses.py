"""IP addresses: whose a request is, and which ranges hold it."""

import re
from functools import lru_cache
from ipaddress import ip_address, ip_network

from flask import request


def client_address():
    """The sender's address as text: the connection's, or what TRUSTED_PROXIES trustworthy proxies report."""
    reported = request.environ.get("REMOTE_ADDR", "")
    connected = request.environ.get("werkzeug.proxy_fix.orig", {}).get("REMOTE_ADDR", reported)
    address = parse_address(reported) or parse_address(connected)
    return str(address) if address else ""


def is_in_range(address, text):
    try:
        return ip_address(address) in parse_range(text)
    except ValueError:
        return False


@lru_cache(maxsize=1024)
def parse_range(text):
    """An address or a CIDR range; host bits may be set, as people write them."""
    return ip_network(parse_address(text) or text, strict=False)


@lru_cache(maxsize=1024)
def parse_address(text):
    """An IP address, an IPv4 one out of its IPv6 clothing, without the port that some proxies add; or None.

    An IPv6 address's scope (fe80::1%eth0) is a name that only its own machine knows, so it is left out.
    """
    bare = re.sub(r"^\[(.+)\](:\d+)?$|^([\d.]+):\d+$", r"\1\3", text.strip()).partition("%")[0]
    try:
        address = ip_address(bare)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
