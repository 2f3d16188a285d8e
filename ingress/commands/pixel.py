"""`ingress pixel ringba ...`: the form of a call-tracking platform, filled in to be copied field by field."""

from collections.abc import Mapping
from urllib.parse import urlsplit

import click

from .options import check_cost, check_number
from .platforms import PLATFORMS, fill_in, list_doubts

ENDPOINT_PATH = "/api/ingress/calls/inbound/billable"  # here too, since the command needs no application


def check_base_url(context: click.Context, parameter: click.Parameter, value: str) -> str:
    url = urlsplit(value)
    if url.scheme not in ("http", "https") or not url.netloc or url.query or url.fragment:
        raise click.BadParameter(f"{value} is not a URL such as https://calls.example.com.")
    return value.rstrip("/")


@click.command("pixel", short_help="Print a platform's form, filled in.")
@click.argument("platform_name", type=click.Choice(sorted(PLATFORMS)))
@click.option(
    "--base-url",
    required=True,
    metavar="URL",
    callback=check_base_url,
    help="URL at which the platform reaches this service, such as https://calls.example.com.",
)
@click.option("--api-id", type=int, help="Id of the key that was made for this platform.")
@click.option(
    "--api-key",
    prompt="API key",
    prompt_required=False,
    hide_input=True,
    help="Secret of that key; without a value, you are asked for it. By default a placeholder is printed.",
)
@click.option("--did", metavar="NUMBER", callback=check_number, help="The number called, if it is always the same.")
@click.option("--cost", metavar="AMOUNT", callback=check_cost, help="The price of a call, if it is always the same.")
@click.option("--vendor", is_flag=True, help="The account is a vendor's: the vendor's revenue is our cost.")
@click.option("--get", is_flag=True, help="For a form that cannot POST; needs INGRESS_METHODS=POST,GET.")
def pixel(
    platform_name: str,
    base_url: str,
    api_id: int | None,
    api_key: str | None,
    did: str | None,
    cost: str | None,
    vendor: bool,
    get: bool,
) -> None:
    """Print a platform's pixel or webhook form, filled in; see docs/platforms."""
    platform = PLATFORMS[platform_name]
    if vendor:
        platform = platform.in_vendors_account()
    fixed = {name: value for name, value in (("did", did), ("cost", cost)) if value}
    values = platform.tokens | fixed
    credentials = {"tld-api-id": str(api_id or "<API ID>"), "tld-api-key": api_key or "<API key>"}
    click.echo(f"{platform.name}: {platform.place}\n")
    for label, text in fill_in(platform, base_url + ENDPOINT_PATH, credentials, values, get).items():
        click.echo(f"{label}:" + ("\n" if "\n" in text else " ") + text)
    print_doubts(platform.name, list_doubts(platform, values))
    click.echo(f"\nTest it without billing first: docs/platforms/{platform_name}.md")


def print_doubts(name: str, doubts: Mapping[str, str]) -> None:
    if doubts:
        click.echo(f"\nNot publicly documented; take these from {name}'s own list of tokens:")
        for parameter, value in doubts.items():
            click.echo(f"  {parameter}: {value}")
