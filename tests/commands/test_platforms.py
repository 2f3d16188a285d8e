"""What the command prints for each platform, sent as the platform would; its guide says the same as its data."""

import json
import re
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

import pytest

from ingress import create_app
from ingress.commands.platforms import PLATFORMS, list_doubts
from ingress.intake.sender_files import load_senders
from tests.commands.conftest import BASE_URL
from tests.conftest import SECRET

GUIDES = Path(__file__).parents[2] / "docs" / "platforms"
SAMPLES = {
    "did": "+18005550142",
    "cid": "(720) 555-0134",
    "cost": "12.5",
    "call_date": "2024-03-05T14:21:09Z",
    "notes": "RGB7F31",
    "idempotency_key": "RGB7F31",
}
ROW = re.compile(r"^\| ([a-z_]+(?:, vendor's account)?) \| (?:`([^`]+)` )?\| (.*) \|$", re.MULTILINE)

PLACE_ROW = re.compile(r"^\| (\w+) \| ((?:`[^`]+`(?:, else )?)+) \|", re.MULTILINE)

each_platform = pytest.mark.parametrize("name", sorted(name for name in PLATFORMS if PLATFORMS[name].tokens))
each_sender = pytest.mark.parametrize("name", sorted(name for name in PLATFORMS if PLATFORMS[name].sender))
each_need = pytest.mark.parametrize("parameter", ["did", "cid", "cost"])


def read_guide(name):
    return (GUIDES / f"{name}.md").read_text()


@pytest.fixture
def app(dialer, monkeypatch):
    monkeypatch.setenv("INGRESS_METHODS", "POST,GET")
    return create_app()


@pytest.fixture
def fire(pixel, client, key):
    """Print a platform's form, render all its tokens but one, and send the request that results."""

    def fire(name, *options, unrendered=None, dry_run=False):
        platform = PLATFORMS[name].in_vendors_account() if "--vendor" in options else PLATFORMS[name]
        tokens = choose_tokens(platform)
        chosen = [part for known, token in tokens.items() for part in ("--token", f"{known}={token}")]
        printed = pixel(name, *options, *chosen, "--key", key["tld-api-id"], "--secret", SECRET).output
        values = {token: SAMPLES[known] for known, token in tokens.items() if known != unrendered}
        form = read_form(printed, platform)
        return send(client, platform, as_dry_run(form) if dry_run else form, values)

    return fire


def choose_tokens(platform):
    """The platform's tokens; a person has found those that no document names in the form's list."""
    doubts = list_doubts(platform, platform.tokens)
    return platform.tokens | {known: f"[chosen_{known}]" for known in doubts}


def read_form(printed, platform):
    """What stands in the printed form, by our names of its fields."""
    labels = {label: field for field, label in platform.fields.items()}
    form, field = {}, None
    for line in printed.split("\n\n")[1].splitlines():
        label, colon, text = line.partition(":")
        if colon and label in labels:
            field = labels[label]
            form[field] = text.strip()
        else:
            form[field] += "\n" + line
    return form


def as_dry_run(form):
    """The form with the parameter that the guides add for a test."""
    if "body" in form:
        return form | {"body": json.dumps({**json.loads(form["body"]), "dry_run": 1})}
    return form | {"url": form["url"] + "&dry_run=1"}


def send(client, platform, form, values):
    method = {"post": "POST", "get": "GET"}[next(k for k, v in platform.methods.items() if v == form["method"])]
    headers = dict(line.split(": ", 1) for line in form.get("headers", "").strip().splitlines())
    body = json.loads(form["body"]) if "body" in form else None
    return client.open(
        render_url(form["url"].removeprefix(BASE_URL), values),
        method=method,
        headers=headers,
        data=body and json.dumps({known: values.get(token, token) for known, token in body.items()}),
        content_type=headers.pop("Content-Type", "application/json") if body else None,
    )


def render_url(url, values):
    for token, value in values.items():
        url = url.replace(token, quote(value, safe=""))
    return quote(url, safe="%/?&=")


@each_platform
@pytest.mark.parametrize("options", [(), ("--vendor",), ("--get",)], ids=["own", "vendor", "get"])
def test_the_printed_form_bills_the_call_once_its_tokens_are_rendered(dialer, fire, name, options):
    lead_id = dialer.add_call()

    response = fire(name, *options)

    assert response.status_code == 200, response.json
    (row,) = dialer.costs()
    assert (row["call_to"], row["call_from"], row["notes"]) == ("8005550142", "7205550134", "RGB7F31")
    assert str(row["call_date"]) == "2024-03-05 14:21:09"
    assert dialer.lead_cost(lead_id) == Decimal("12.5")


@each_platform
def test_the_printed_form_that_is_fired_twice_bills_once(dialer, fire, name):
    first, second = fire(name), fire(name)

    assert first.json == second.json
    assert second.headers["Idempotent-Replayed"] == "true"
    assert len(dialer.costs()) == 1


@each_platform
def test_the_dry_run_of_the_guides_finds_the_call_and_bills_nothing(dialer, fire, name):
    lead_id = dialer.add_call()

    response = fire(name, dry_run=True)

    assert (response.status_code, response.headers["Dry-Run"], response.json["cost_id"]) == (200, "true", None)
    assert response.json["inserted"]["cost"] == "12.5000"
    assert dialer.costs() == ()
    assert dialer.lead_cost(lead_id) is None


@each_platform
@each_need
def test_an_unfilled_token_is_named_and_never_billed(dialer, fire, name, parameter):
    token = choose_tokens(PLATFORMS[name])[parameter]

    response = fire(name, unrendered=parameter)

    assert response.status_code == 400
    label = {"did": "DID", "cid": "CID", "cost": "Cost"}[parameter]
    assert response.json["error"] == f"Missing or Invalid {label}: {token} was not filled in by the sender"
    assert dialer.costs() == ()


@each_platform
def test_the_table_of_a_guide_is_the_data_of_its_platform(name):
    platform = PLATFORMS[name]

    rows = {parameter: (token, remark) for parameter, token, remark in ROW.findall(read_guide(name))}

    vendors = {"cost, vendor's account": platform.vendor.cost}
    assert {known: token for known, (token, _) in rows.items()} == platform.tokens | vendors | {"date_billed": ""}
    said_unverified = {token for token, remark in rows.values() if remark.startswith("unverified")}
    assert said_unverified == set(platform.unverified) - set(platform.also)


@each_platform
def test_a_guide_mentions_only_tokens_of_the_data(name):
    platform = PLATFORMS[name]

    mentioned = set(re.findall(r"`(\[[^`]*\])`", read_guide(name)))

    assert mentioned <= {*platform.tokens.values(), platform.vendor.cost, *platform.also}


@pytest.mark.parametrize("name", sorted(PLATFORMS))
def test_a_guide_names_the_fields_of_the_form_and_when_it_fires(name):
    platform = PLATFORMS[name]
    guide = read_guide(name).lower()

    names = [
        *platform.fields.values(),
        platform.methods["post"],
        platform.trigger,
        *([platform.vendor.trigger] if platform.vendor else []),
    ]

    assert [name for name in names if name.lower() not in guide] == []


@each_sender
@pytest.mark.parametrize("options", [(), ("--did", "8005550142", "--cost", "12.5")], ids=["as it is", "fixed"])
def test_the_printed_form_bills_the_platforms_own_body(dialer, pixel, client, create_key, name, options):
    key = create_key(sender=PLATFORMS[name].sender)
    printed = pixel(name, *options, "--key", key["tld-api-id"], "--secret", SECRET).output
    form = read_form(printed.replace("\nBody: the platform's own", ""), PLATFORMS[name])

    body = json.loads((Path(__file__).parents[1] / "intake" / "senders" / f"{name}.json").read_text())
    url = form["url"].removeprefix(BASE_URL)
    headers = dict(line.split(": ", 1) for line in form.get("headers", "").strip().splitlines())
    response = client.post(url, json=body, headers=headers)

    assert response.status_code == 200, response.json
    assert [row["call_to"] for row in dialer.costs()] == ["8005550142"]
    assert f"--sender {PLATFORMS[name].sender}" in printed


@each_sender
def test_the_table_of_a_guide_is_the_data_of_its_sender(name):
    rows = {known: re.findall(r"`([^`]+)`", places) for known, places in PLACE_ROW.findall(read_guide(name))}

    fields = load_senders(None)[PLATFORMS[name].sender].fields
    assert rows == {known: [path.text for path in paths] for known, paths in fields.items()}


def test_every_platform_has_its_guide_and_the_index_lists_them():
    guides = {path.stem for path in GUIDES.glob("*.md")} - {"README"}

    assert guides == set(PLATFORMS) == set(re.findall(r"\((\w+)\.md\)", (GUIDES / "README.md").read_text()))
