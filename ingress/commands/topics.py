"""What `ingress --help` teaches: the commands by the work they are for, with an example of each."""

from typing import Any

import click

TOPICS: dict[str, dict[str, str]] = {
    "Set up": {
        "schema": "schema apply",
        "grants": "grants --user ingress@localhost --owner ingress_owner@localhost --database tldialer",
        "keys": "keys create --name ringba --endpoint '/api/ingress/calls/inbound/billable*'",
        "pixel": "pixel ringba --base-url https://calls.example.com --key 310",
    },
    "See what came in, and put it right": {
        "deliveries": "deliveries list --key ringba --outcome refused --since 12h",
        "costs": "costs correct 1041 --cost 18.75 --reason 'credit note 17'",
        "spool": "spool list",
    },
    "Run from a timer": {
        "match": "match --since 7d",
        "deliveries prune": "deliveries prune --older-than 90d --yes",
        "watch": "watch --every 60s",
    },
    "Check the invoice": {
        "reconcile": "reconcile ringba.csv --key ringba --details differences.xlsx",
        "import": "import ringba.csv --key ringba --book",
    },
}
MORE = "More"
NAME_WIDTH = 18
EPILOG = """
A KEY is a key's id or name. A DURATION has a unit: 7d, 12h, 90s. Lists are tables on a terminal, and lines of JSON in a
pipe or with --json. `ingress COMMAND --help` says what else a command takes.

Exit codes: 0 done; 1 not done, or something differs or is left; 2 wrong options or settings.

Completion: eval "$(_INGRESS_COMPLETE=bash_source ingress)"; more in docs/commands.md
"""


class TopicGroup(click.Group):
    """A group whose help shows its commands by topic, each with an example."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(epilog=EPILOG, **attributes)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for topic, examples in list_topics(self.list_commands(ctx)).items():
            with formatter.section(topic):
                for name, example in examples.items():
                    self.format_command(name, example, formatter)

    def format_command(self, name: str, example: str, formatter: click.HelpFormatter) -> None:
        """Write a command's line and its example, which is copied as it stands and therefore never wrapped."""
        indent, command = " " * formatter.current_indent, find_command(self, name)
        below = f" ({', '.join(command.commands)})" if isinstance(command, click.Group) else ""
        formatter.write(f"{indent}{name:{NAME_WIDTH}}{command.get_short_help_str(80)}{below}\n")
        if example:
            formatter.write(f"{indent}{'':{NAME_WIDTH}}$ ingress {example}\n")


def find_command(group: click.Group, name: str) -> click.Command:
    """Return a command by its name, or by those of its group and itself."""
    first, _, rest = name.partition(" ")
    command = group.commands[first]
    return find_command(command, rest) if rest and isinstance(command, click.Group) else command


def list_topics(names: list[str]) -> dict[str, dict[str, str]]:
    """Return the examples of these commands by topic; those of no topic come last, without one."""
    known = {name for examples in TOPICS.values() for name in examples}
    topics = {
        topic: {name: example for name, example in examples.items() if name.split()[0] in names}
        for topic, examples in TOPICS.items()
    }
    more = {name: "" for name in names if name not in known}
    return topics | ({MORE: more} if more else {})
