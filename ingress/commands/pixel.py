"""`flask --app wsgi pixel ringba ...`: the form of a call-tracking platform, filled in to be copied field by field."""

from urllib.parse import urlsplit

import click
from flask import current_app
from flask.cli import with_appcontext

from ..intake.fields import normalise_number, parse_cost
from .platforms import PLATFORMS, fill_in, in_vendors_account, list_doubts


def check_base_url(context, parameter, value):
    url = urlsplit(value)
    if url.scheme not in ("http", "https") or not url.netloc or url.query or url.fragment:
        raise click.BadParameter(f"{value} is no URL such as https://calls.example.com.")
    return value.rstrip("/")


def check_value(parse):
    """An option's callback: its value must be one that the service will take."""

    def check(context, parameter, value):
        try:
            return value and str(parse(value))
        except ValueError as error:
            raise click.BadParameter(f"{value}: {error}.") from None

    return check


@click.command("pixel")
@click.argument("platform", type=click.Choice(sorted(PLATFORMS)))
@click.option("--base-url", required=True, callback=check_base_url, help="Where the platform reaches this service.")
@click.option("--api-id", type=int, help="Of the key made for this platform.")
@click.option(
    "--api-key",
    prompt="API key",
    prompt_required=False,
    hide_input=True,
    help="Its secret; without a value it is asked for. Unless given, a placeholder is printed.",
)
@click.option("--did", callback=check_value(normalise_number), help="The number called, if it is always the same.")
@click.option("--cost", callback=check_value(parse_cost), help="The price of a call, if it is always the same.")
@click.option("--vendor", is_flag=True, help="The account is that of a vendor: what it earns is our cost.")
@click.option("--get", is_flag=True, help="For a form that cannot POST; needs INGRESS_METHODS=POST,GET.")
@with_appcontext
def pixel(platform, base_url, api_id, api_key, did, cost, vendor, get):
    """Print a platform's pixel or webhook form, filled in; see docs/platforms."""
    guide, platform = f"docs/platforms/{platform}.md", PLATFORMS[platform]
    if vendor:
        platform = in_vendors_account(platform)
    fixed = {name: value for name, value in (("did", did), ("cost", cost)) if value}
    values = platform["tokens"] | fixed
    endpoint = base_url + current_app.blueprints["billable"].url_prefix
    credentials = {"tld-api-id": str(api_id or "<API ID>"), "tld-api-key": api_key or "<API key>"}
    click.echo(f"{platform['name']}: {platform['place']}\n")
    for label, text in fill_in(platform, endpoint, credentials, values, get).items():
        click.echo(f"{label}:" + ("\n" if "\n" in text else " ") + text)
    print_doubts(platform["name"], list_doubts(platform, values))
    click.echo(f"\nTest it without billing first: {guide}")


def print_doubts(name, doubts):
    if doubts:
        click.echo(f"\nNot publicly documented; take these from {name}'s own list of tokens:")
    for parameter, value in doubts.items():
        click.echo(f"  {parameter}: {value}")
