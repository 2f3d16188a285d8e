"""`ingress pixel ringba ...`: the form of a call-tracking platform, filled in to be copied field by field."""

from collections.abc import Mapping
from urllib.parse import urlsplit

import click

from .options import check_cost, check_number
from .platforms import PLATFORMS, Platform, fill_in, list_doubts, list_steps

NEEDED = ("did", "cid", "cost")
PARAMETERS = (*NEEDED, "date_billed", "call_date", "notes", "idempotency_key")
ENDPOINT_PATH = "/api/ingress/calls/inbound/billable"  # here too, since the command needs no application


def check_base_url(context: click.Context, parameter: click.Parameter, value: str) -> str:
    url = urlsplit(value)
    if url.scheme not in ("http", "https") or not url.netloc or url.query or url.fragment:
        raise click.BadParameter(f"{value} is not a URL such as https://calls.example.com.")
    return value.rstrip("/")


def check_tokens(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """Return the tokens by parameter."""
    tokens = dict(text.partition("=")[::2] for text in values)
    for name, token in tokens.items():
        if name not in PARAMETERS or not token:
            raise click.BadParameter(f"{name}={token} is not like did=[token]; there are {', '.join(PARAMETERS)}.")
    return tokens


@click.command("pixel", short_help="Print a platform's form, filled in.")
@click.argument("platform_name", type=click.Choice(sorted(PLATFORMS)))
@click.option(
    "--base-url",
    required=True,
    metavar="URL",
    callback=check_base_url,
    help="URL at which the platform reaches this service, such as https://calls.example.com.",
)
@click.option("--key", "api_id", type=int, metavar="ID", help="Id of the key that was made for this platform.")
@click.option(
    "--secret",
    prompt="Secret",
    prompt_required=False,
    hide_input=True,
    help="Secret of that key; without a value, you are asked for it. By default a placeholder is printed.",
)
@click.option("--did", metavar="NUMBER", callback=check_number, help="The number called, if it is always the same.")
@click.option("--cost", metavar="AMOUNT", callback=check_cost, help="The price of a call, if it is always the same.")
@click.option(
    "--token",
    "tokens",
    multiple=True,
    metavar="NAME=TOKEN",
    callback=check_tokens,
    help="The platform's token for a parameter, as its form's list has it, such as did='[token]'. May be repeated.",
)
@click.option("--vendor", is_flag=True, help="The account is a vendor's: the vendor's revenue is our cost.")
@click.option("--get", is_flag=True, help="For a form that cannot POST; needs INGRESS_METHODS=POST,GET.")
def pixel(
    platform_name: str,
    base_url: str,
    api_id: int | None,
    secret: str | None,
    did: str | None,
    cost: str | None,
    tokens: dict[str, str],
    vendor: bool,
    get: bool,
) -> None:
    """Print a platform's pixel or webhook form, filled in; see docs/platforms. It needs no settings."""
    platform = choose_platform(platform_name, vendor, get)
    credentials = {"tld-api-id": str(api_id or "<API ID>"), "tld-api-key": secret or "<API key>"}
    given = tokens | {name: value for name, value in (("did", did), ("cost", cost)) if value}
    print_platform(platform, base_url + ENDPOINT_PATH, credentials, given, get)
    click.echo(f"\nTest it without billing first: docs/platforms/{platform_name}.md")


def choose_platform(name: str, vendor: bool, get: bool) -> Platform:
    platform = PLATFORMS[name].in_vendors_account() if vendor else PLATFORMS[name]
    if get and "get" not in platform.methods:
        raise click.UsageError(f"{platform.name} cannot GET.")
    return platform


def print_platform(
    platform: Platform, endpoint: str, credentials: Mapping[str, str], given: Mapping[str, str], get: bool
) -> None:
    """Print the form, or a list of steps where not even the token of the caller's number is public."""
    doubts = list_doubts(platform, {name: token for name, token in platform.tokens.items() if name not in given})
    values = {name: token for name, token in platform.tokens.items() if name not in doubts} | dict(given)
    if "cid" in doubts:
        print_steps(platform, list_steps(platform, endpoint, credentials, values, doubts, get))
    else:
        require_known(platform, doubts)
        print_form(platform, fill_in(platform, endpoint, credentials, values, get))
        print_left_out(platform, doubts)


def require_known(platform: Platform, doubts: Mapping[str, str]) -> None:
    """Raise UsageError when no document names the token of a parameter without which nothing can be billed."""
    fixed = {"did": " or --did NUMBER", "cost": " or --cost AMOUNT"}
    asked = [f"--token {name}='[token]'{fixed.get(name, '')}" for name in NEEDED if name in doubts]
    if asked:
        raise click.UsageError(
            f"No document of {platform.name} names these tokens; take them from the form's own list: {', '.join(asked)}"
        )


def print_form(platform: Platform, form: Mapping[str, str]) -> None:
    click.echo(f"{platform.name}: {platform.place}\n")
    for label, text in form.items():
        click.echo(f"{label}:" + ("\n" if "\n" in text else " ") + text)
    if platform.sender:
        click.echo(f"\nThe key must be made with --sender {platform.sender}: it reads the platform's own body.")


def print_left_out(platform: Platform, doubts: Mapping[str, str]) -> None:
    if doubts:
        click.echo(f"\nLeft out, because no document of {platform.name} names the token; --token NAME=TOKEN adds one:")
        for name, token in doubts.items():
            click.echo(f"  {name}: perhaps {token.strip('<>')}")
    if {"call_date", "idempotency_key"} <= doubts.keys():
        click.echo("Without call_date or idempotency_key a call that is fired twice is billed twice.")


def print_steps(platform: Platform, steps: list[str]) -> None:
    click.echo(f"{platform.name}: {platform.place}\n")
    click.echo("The platform's tokens are not public, so there is no form to copy. Fill it in by this list:\n")
    for step in steps:
        click.echo(f"      {step.strip()}" if step.startswith(" ") else f"  [ ] {step}")
    click.echo("\nA parameter that has no token in the list is left out. did, cid and cost are needed.")
