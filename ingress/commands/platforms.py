"""The form of a call-tracking platform, filled in for this service with the tokens of `platforms.toml`."""

import json
import tomllib
from pathlib import Path

PLATFORMS = tomllib.loads(Path(__file__).with_name("platforms.toml").read_text("utf-8"))


def in_vendors_account(platform):
    """Return the platform as it is where a vendor, who sells the calls, fills in the form."""
    vendor = platform["vendor"]
    return {**platform, "trigger": vendor["trigger"], "tokens": {**platform["tokens"], "cost": vendor["cost"]}}


def fill_in(platform, endpoint, credentials, values, get=False):
    """Return the text that belongs into each field of the form, by the form's own names.

    `values` has what is sent for each parameter. What the form has no place for goes into the URL.
    """
    fields = platform["fields"]
    has_body, has_headers = "body" in fields and not get, "headers" in fields
    headers = credentials | ({"Content-Type": "application/json"} if has_body else {})
    in_url = ({} if has_body else values) | ({} if has_headers else credentials)
    filled = {
        "trigger": platform["trigger"],
        "url": write_url(endpoint, in_url),
        "method": platform["methods"]["get" if get else "post"],
        "headers": "\n".join(f"{name}: {value}" for name, value in headers.items()),
        "body": json.dumps(values, indent=2) if has_body else "",
    }
    return {label: filled[field] for field, label in fields.items() if filled[field]}


def write_url(endpoint, parameters):
    """The URL as it is pasted: nothing is encoded, or the platform would not know its tokens again."""
    numbers = [parameters[name] for name in ("did", "cid") if name in parameters]
    query = "&".join(f"{name}={value}" for name, value in parameters.items() if name not in ("did", "cid"))
    return "/".join([endpoint, *numbers]) + (f"?{query}" if query else "")


def list_doubts(platform, values):
    """Return by parameter what is no token yet, and the tokens that no document of the vendor names."""
    return {name: value for name, value in values.items() if value[0] == "<" or value in platform["unverified"]}
