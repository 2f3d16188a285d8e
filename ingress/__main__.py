"""The operator's command `ingress`; it makes the application from the environment when a command first needs it."""

import sys
from functools import partial
from io import TextIOWrapper
from pathlib import Path

import click
from dotenv import load_dotenv
from flask import Flask
from flask.cli import ScriptInfo

from . import create_app
from .commands import COMMANDS
from .commands.topics import TopicGroup
from .config import SettingsError

CHECKOUT_ENV_FILE = Path(__file__).parents[1] / ".env"
SYSTEM_ENV_FILE = Path("/etc/ingress.env")


class CannotStart(click.ClickException):
    exit_code = 2  # as for wrong options


@click.group(commands=COMMANDS, cls=TopicGroup)
@click.option(
    "--env-file",
    type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path),
    help="Read settings from this file; default: .env of the checkout, else /etc/ingress.env.",
)
@click.version_option(package_name="billable-call-ingress", message="%(package)s %(version)s")
@click.pass_context
def main(context: click.Context, env_file: Path | None) -> None:
    """Operate the billable-call ingress: who may send costs, what came in, and what the invoice says of it.

    Settings come from the environment, or else from a file; see .env.example. Help, completion, pixel and grants need
    none.
    """
    context.obj = make_script_info(env_file)
    context.meta["load_settings"] = partial(load_env_file, env_file)  # for a command that makes no application
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a sender's text may not be writable in the terminal's encoding


def make_script_info(env_file: Path | None) -> ScriptInfo:
    """Return what Flask's commands load their application with; it reads nothing before one of them does."""
    return ScriptInfo(create_app=partial(make_app, env_file), load_dotenv_defaults=False)


def make_app(env_file: Path | None) -> Flask:
    """Return the application; raises CannotStart, which names every setting that is missing or malformed."""
    load_env_file(env_file)
    try:
        return create_app()
    except SettingsError as error:
        raise CannotStart(str(error)) from None


def load_env_file(env_file: Path | None) -> None:
    """Add the settings of a file to those of the environment, which win: of `env_file`, else of the first default.

    A default file that only root may read is no error: systemd may have read it for this process.
    """
    defaults = (path for path in (CHECKOUT_ENV_FILE, SYSTEM_ENV_FILE) if path.is_file())
    chosen = env_file or next(defaults, None)
    if chosen is None:
        return
    try:
        load_dotenv(chosen, interpolate=False)  # as systemd reads it: $ is a character like others
    except OSError as error:
        if env_file:
            raise CannotStart(f"{env_file} cannot be read: {error.strerror}.") from None
        click.echo(f"{chosen} cannot be read: {error.strerror}.", err=True)


if __name__ == "__main__":
    main()
