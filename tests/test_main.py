"""The command `ingress` as it is typed, by someone whose shell knows nothing of the service."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from ingress import __main__
from ingress.__main__ import main
from ingress.commands import COMMANDS
from ingress.commands.topics import TOPICS, find_command
from tools import ROOT

pytestmark = pytest.mark.slow  # most of them start a process
INGRESS = Path(sys.executable).with_name("ingress")
NO_DATABASE = "mysql://nobody:x@127.0.0.1:1/nowhere"


@pytest.fixture
def ingress(tmp_path):
    """Run `ingress` in an empty folder, with nothing in its environment but `settings`."""
    folder = tmp_path / "empty"
    folder.mkdir()

    def run(*arguments, **settings):
        return subprocess.run([INGRESS, *arguments], cwd=folder, env=settings, capture_output=True, text=True)

    return run


@pytest.fixture
def env_file(tmp_path):
    """Write settings into a file; returns its path."""

    def write(**settings):
        path = tmp_path / "ingress.env"
        path.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
        return path

    return write


@pytest.mark.parametrize("command", [(), *((command.name,) for command in COMMANDS), ("keys", "create")])
def test_the_help_needs_no_setting(ingress, command):
    result = ingress(*command, "--help")

    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith(" ".join(["Usage: ingress", *command]))


def test_the_help_shows_each_command_with_an_example(ingress):
    printed = ingress("--help").stdout

    for name in main.commands:
        assert re.search(rf"^  {name} +\S.*\n +[$] ingress {name} ", printed, re.MULTILINE), name
    assert max(map(len, printed.splitlines())) <= 120


TAUGHT = [example for topic in TOPICS.values() for example in topic.values() if example.split()[0] in main.commands]
DOCUMENTED = re.findall(r"^ingress (.+)$", (ROOT / "docs" / "commands.md").read_text(), re.MULTILINE)


@pytest.mark.parametrize("example", [*TAUGHT, *DOCUMENTED])
def test_each_example_can_be_typed(example, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ringba.csv").touch()
    words = shlex.split(example, comments=True)
    command, context = main, None

    while isinstance(command, click.Group):
        name = words.pop(0)
        context, command = click.Context(command, parent=context), command.commands[name]

    command.make_context(name, words, parent=context)


@pytest.mark.parametrize("command", ["keys create", "keys edit", "deliveries replay", "reconcile", "import", "pixel"])
def test_an_option_that_may_be_repeated_says_so(command):
    found = find_command(main, command)

    repeated = [option for option in found.params if option.multiple]
    assert repeated
    assert [option.name for option in repeated if "May be repeated" not in option.help] == []


def test_a_key_is_always_asked_for_by_the_same_option():
    def list_options(group):
        for command in group.commands.values():
            yield from list_options(command) if isinstance(command, click.Group) else command.params

    options = [option for option in list_options(main) if isinstance(option, click.Option)]
    about_keys = {flag for option in options for flag in option.opts if "key" in flag or "api" in flag}
    assert about_keys == {"--key"}


def test_the_version_is_told(ingress):
    assert re.fullmatch(r"billable-call-ingress \d+\.\d+\.\d+\n", ingress("--version").stdout)


def test_ingress_has_the_groups_of_flask_and_none_of_its_own_commands(app):
    assert set(main.commands) == set(app.cli.commands)
    assert not {"run", "shell", "routes"} & set(main.commands)


def test_the_shell_completion_needs_no_setting(ingress):
    result = ingress(_INGRESS_COMPLETE="bash_complete", COMP_WORDS="ingress keys ro", COMP_CWORD="2")

    assert result.stdout == "plain,rotate\n"


def test_a_pixel_needs_no_setting(ingress):
    result = ingress("pixel", "ringba", "--did", "8005550142", "--base-url", "https://calls.example.com")

    assert (result.returncode, result.stderr) == (0, "")
    assert "URL: https://calls.example.com/api/ingress/calls/inbound/billable/8005550142/[tag:" in result.stdout


def test_a_missing_setting_is_named_without_a_traceback(ingress, env_file):
    result = ingress("--env-file", env_file(), "keys", "list")

    assert (result.returncode, result.stdout) == (2, "")
    assert re.search(r"^Error: .*\n +TLDIALER_DATABASE_URL: ", result.stderr)
    assert "Traceback" not in result.stderr


def test_a_malformed_setting_is_named(ingress, env_file):
    result = ingress("--env-file", env_file(TLDIALER_DATABASE_URL=NO_DATABASE, BIND="here"), "keys", "list")

    assert result.returncode == 2
    assert "  BIND: Must be address:port or unix:/path." in result.stderr


def test_a_database_that_is_away_is_an_error_without_a_traceback(ingress, env_file):
    result = ingress("--env-file", env_file(TLDIALER_DATABASE_URL=NO_DATABASE), "keys", "list")

    assert result.returncode == 1
    assert "Error: TLDialer Connection Error" in result.stderr
    assert "Traceback" not in result.stderr


def test_the_settings_come_from_the_file_that_is_named(ingress, env_file, dialer):
    path = env_file(TLDIALER_DATABASE_URL=os.environ["TLDIALER_DATABASE_URL"])

    made = ingress("--env-file", path, "keys", "create", "--name", "ringba")

    listed = ingress("--env-file", path, "keys", "list")
    assert json.loads(listed.stdout)["api_id"] == json.loads(made.stdout)["api_id"]


def test_the_environment_wins_over_a_file(ingress, env_file, dialer):
    path = env_file(TLDIALER_DATABASE_URL=NO_DATABASE)

    result = ingress("--env-file", path, "keys", "list", TLDIALER_DATABASE_URL=os.environ["TLDIALER_DATABASE_URL"])

    assert (result.returncode, result.stdout) == (0, "")


def test_a_missing_file_is_refused(ingress):
    result = ingress("--env-file", "missing.env", "keys", "list")

    assert result.returncode == 2
    assert "'missing.env' does not exist" in result.stderr


class TestDefaultFiles:
    @pytest.fixture(autouse=True)
    def defaults(self, tmp_path, monkeypatch):
        """The two default files, neither of which is there yet; they set BIND."""
        defaults = {"CHECKOUT_ENV_FILE": tmp_path / ".env", "SYSTEM_ENV_FILE": tmp_path / "etc.env"}
        for name, path in defaults.items():
            monkeypatch.setattr(__main__, name, path)
        monkeypatch.setenv("BIND", "")  # so that it is as before in the end
        monkeypatch.delenv("BIND")
        return list(defaults.values())

    def test_no_file_is_needed(self):
        __main__.load_env_file(None)

        assert "BIND" not in os.environ

    def test_the_systems_file_is_read_where_the_checkout_has_none(self, defaults):
        defaults[1].write_text("BIND=system\n")

        __main__.load_env_file(None)

        assert os.environ["BIND"] == "system"

    def test_the_checkouts_file_takes_the_place_of_the_systems(self, defaults):
        defaults[0].write_text("BIND=checkout\n")
        defaults[1].write_text("BIND=system\n")

        __main__.load_env_file(None)

        assert os.environ["BIND"] == "checkout"

    def test_the_file_that_is_named_takes_the_place_of_both(self, defaults, env_file):
        defaults[0].write_text("BIND=checkout\n")

        __main__.load_env_file(env_file(BIND="named"))

        assert os.environ["BIND"] == "named"

    def test_a_dollar_is_a_character_like_others_as_systemd_has_it(self, defaults):
        defaults[0].write_text("BIND=${HOME}$1\n")

        __main__.load_env_file(None)

        assert os.environ["BIND"] == "${HOME}$1"

    def test_an_unreadable_default_file_is_reported_and_skipped(self, defaults, monkeypatch, capsys):
        def refuse(path, **options):
            raise PermissionError(13, "Permission denied")

        defaults[1].touch()
        monkeypatch.setattr(__main__, "load_dotenv", refuse)

        __main__.load_env_file(None)

        assert capsys.readouterr().err == f"{defaults[1]} cannot be read: Permission denied.\n"
