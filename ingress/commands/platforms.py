"""The form of a call-tracking platform, filled in for this service with the tokens of `platforms.toml`."""

import json
import textwrap
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple


class Vendor(NamedTuple):
    """What differs in the account of a vendor, who sells the calls."""

    trigger: str
    cost: str


class Platform(NamedTuple):
    """A platform's form and tokens; `platforms.toml` says what each field means."""

    name: str
    place: str
    fields: dict[str, str]
    methods: dict[str, str]
    trigger: str
    tokens: dict[str, str]
    vendor: Vendor | None
    sender: str | None
    unverified: list[str]
    also: list[str]

    def in_vendors_account(self) -> "Platform":
        """Return the platform as it is where a vendor fills in the form; the same where that makes no difference."""
        if self.vendor is None:
            return self
        return self._replace(trigger=self.vendor.trigger, tokens={**self.tokens, "cost": self.vendor.cost})


def read_platforms() -> dict[str, Platform]:
    """Return the Platforms of `platforms.toml` by the name that the command takes."""
    known = tomllib.loads(Path(__file__).with_name("platforms.toml").read_text("utf-8"))
    optional: dict[str, Any] = {"tokens": {}, "sender": None, "unverified": [], "also": []}
    return {
        name: Platform(
            **{**optional, **platform, "vendor": Vendor(**platform["vendor"]) if "vendor" in platform else None}
        )
        for name, platform in known.items()
    }


PLATFORMS = read_platforms()


def fill_in(
    platform: Platform,
    endpoint: str,
    credentials: Mapping[str, str],
    values: Mapping[str, str],
    get: bool = False,
) -> dict[str, str]:
    """Return the text that belongs into each field of the form, by the form's own names.

    `values` has what is sent for each parameter. What the form has no place for goes into the URL.
    """
    fields = platform.fields
    has_body, has_headers = "body" in fields and not get and platform.sender is None, "headers" in fields
    headers = {**credentials, **({"Content-Type": "application/json"} if has_body else {})}
    in_url = {**({} if has_body else values), **({} if has_headers else credentials)}
    filled = {
        "trigger": platform.trigger,
        "url": write_url(endpoint, in_url),
        "method": platform.methods["get" if get else "post"],
        "headers": "\n".join(f"{name}: {value}" for name, value in headers.items()),
        "body": json.dumps(values, indent=2) if has_body else "the platform's own" if platform.sender else "",
    }
    return {label: filled[field] for field, label in fields.items() if filled[field]}


def write_url(endpoint: str, parameters: Mapping[str, str]) -> str:
    """Return the URL to paste: nothing is encoded, because the platform would not recognise an encoded token."""
    numbers = [parameters[name] for name in ("did", "cid") if name in parameters]
    query = "&".join(f"{name}={value}" for name, value in parameters.items() if name not in ("did", "cid"))
    return "/".join([endpoint, *numbers]) + (f"?{query}" if query else "")


def list_doubts(platform: Platform, values: Mapping[str, str]) -> dict[str, str]:
    """Return by parameter the texts that are not tokens yet, and the tokens that no document of the vendor names."""
    return {name: value for name, value in values.items() if value[0] == "<" or value in platform.unverified}


def list_steps(
    platform: Platform,
    endpoint: str,
    credentials: Mapping[str, str],
    values: Mapping[str, str],
    doubts: Mapping[str, str],
    get: bool = False,
) -> list[str]:
    """Return what to do in a form whose tokens are not public, a step a line; `values` has those that are known."""
    form = fill_in(platform, endpoint, credentials, {}, get)
    body = platform.fields.get("body")
    steps = [f"{label}: {textwrap.indent(text, '      ').strip()}" for label, text in form.items() if label != body]
    place = f"{body}, as JSON" if body and not get else f"{platform.fields['url']}, as ?name=token&name=token behind it"
    steps.append(f"{place}: each of these names with the token that the form's own list has for it")
    perhaps = {name: f"perhaps {value.strip('<>')}" for name, value in doubts.items()}
    return steps + [f"  {name}: {value}" for name, value in {**values, **perhaps}.items()]
