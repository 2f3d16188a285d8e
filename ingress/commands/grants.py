"""`ingress grants ...`: the users of the database and their rights, as SQL for its administrator."""

import os
import secrets

import click
from environs import EnvError

from ..config import parse_database_url
from ..database.grants import ACCOUNT, DATABASE_NAME, Account, fill_grants
from ..sql import TLDIALER, list_dialers

PASSWORD_POLICY = "-aA1"  # noqa: S105 - a character of each kind, which servers with a password policy ask for
ANY_HOST = "%"
LOCAL = ("localhost", "127.0.0.1", "::1")


def check_account(context: click.Context, parameter: click.Parameter, value: str | None) -> Account | None:
    """Return the account with a new password."""
    if value is None:
        return None
    if not (match := ACCOUNT.fullmatch(value)):
        raise click.BadParameter(f"{value} is not like ingress@localhost or ingress@10.0.0.%.")
    return Account(match[1], match[2] or ANY_HOST, secrets.token_urlsafe(24) + PASSWORD_POLICY)


def check_database(context: click.Context, parameter: click.Parameter, value: str | None) -> str:
    """Return the database's name, which the settings have if the option is left out."""
    context.meta.get("load_settings", lambda: None)()
    name = value or read_database_name()
    if not name:
        raise click.BadParameter("Name the database, as in --database tldialer: the settings have none.")
    if not DATABASE_NAME.fullmatch(name):
        raise click.BadParameter(f"{name!r} is not a name of letters, digits, _, $ and -.")
    return name


def read_database_name() -> str | None:
    url = os.environ.get("TLDIALER_DATABASE_URL")
    try:
        return url and parse_database_url(url).database
    except EnvError as error:
        raise click.BadParameter(f"TLDIALER_DATABASE_URL: {error}") from None


def read_dialer_name() -> str:
    """Return DIALER, of the settings that were loaded before the database's name was read."""
    name = os.environ.get("DIALER", TLDIALER)
    if name not in list_dialers():
        raise click.UsageError(f"DIALER must be one of: {', '.join(list_dialers())}.")
    return name


@click.command("grants", short_help="Print users of the database and their rights, as SQL.")
@click.option(
    "--user",
    "service",
    required=True,
    metavar="NAME[@HOST]",
    callback=check_account,
    help="The service's user, and the host that it connects from, such as 10.0.0.%; default: any host.",
)
@click.option(
    "--owner",
    metavar="NAME[@HOST]",
    callback=check_account,
    help="A user for `ingress schema apply`, which an upgrade may need.",
)
@click.option("--reader", metavar="NAME[@HOST]", callback=check_account, help="A user that reads costs, for reports.")
@click.option(
    "--database",
    metavar="NAME",
    callback=check_database,
    help="The dialer's database; default: that of TLDIALER_DATABASE_URL.",
)
def grants(service: Account, owner: Account | None, reader: Account | None, database: str) -> None:
    """Print what creates the missing tables, the users and their rights, in an order that works on any server.

    An administrator of the database runs it, after an upgrade too: `ingress grants ... | mariadb`. Nothing that exists
    is changed. It needs no database and ends with the URL of each user, with a new password.
    """
    accounts = {"service": service, "owner": owner, "reader": reader}
    wanted = {role: account for role, account in accounts.items() if account}
    if len({str(account) for account in wanted.values()}) < len(wanted):
        raise click.UsageError("Each of these users needs an account of its own.")
    click.echo(fill_grants(database, wanted, read_dialer_name()))
    click.echo("-- A user that existed keeps its password. The URL of a new one, with the database's HOST:")
    for role, account in wanted.items():
        click.echo(f"-- {role}: {describe_url(account, database)}")


def describe_url(account: Account, database: str) -> str:
    host = "127.0.0.1" if account.host in LOCAL else "HOST"
    return f"mysql://{account.user}:{account.password}@{host}:3306/{database}"
