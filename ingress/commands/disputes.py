"""`ingress disputes ringba.csv --key 310`: what a vendor is to answer, of an invoice or of the costs that came in."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource
from flask.cli import with_appcontext

from ..access.keys import INGRESS
from ..database import queries
from ..invoice.booking import Agreement
from ..invoice.disputes import Rules, VendorKey, dispute_rows, list_disputes
from ..invoice.moments import DAY_SECONDS, naive_seconds
from ..invoice.own_costs import dispute_costs
from ..invoice.period import Period
from ..invoice.staging import open_staging
from .database import command_connection
from .disputed import Tally, VendorDisputes, print_disputes, report_tally, write_disputes
from .found_keys import find_sending_key
from .invoice import cannot_run, check_days, compared
from .invoice_options import INVOICE_FILE, MIN_SECONDS, WRITABLE_FILE, InvoiceOptions, check_table_file, reading_options
from .options import check_duration
from .output import json_option

PERIOD = ("first_day", "last_day")


@click.command("disputes", short_help="List what a vendor is to answer: per vendor, with ids, amounts and reasons.")
@click.argument("file", type=INVOICE_FILE, required=False)
@click.option(
    "--key", metavar="KEY", help="Id or name of the key that the platform sends with; default without FILE: all."
)
@reading_options
@MIN_SECONDS
@click.option(
    "--repeat-within",
    metavar="DURATION",
    default="0d",
    callback=check_duration,
    help="Also list callers who were billed within this time before, such as 30d; default: none.",
)
@click.option(
    "--output", type=WRITABLE_FILE, callback=check_table_file, help="Write them to this file, as CSV or XLSX."
)
@json_option
@click.pass_context
@with_appcontext
def disputes(
    context: click.Context,
    /,
    file: Path | None,
    key: str | None,
    min_seconds: int,
    repeat_within: timedelta,
    output: Path | None,
    as_json: bool,
    **reading: Any,
) -> None:
    """List what a vendor is to answer: of the invoice in FILE, else of the costs that came in between --from and --to.

    The exit code is 0 when nothing is disputed, 1 when something is, 2 when the command could not run.
    """
    check_usage(context, file, key, output, as_json)
    rules, tally = Rules(min_seconds, repeat_within), Tally()
    with cannot_run():
        if file and key:
            found = dispute_invoice(InvoiceOptions(file=file, key=key, **reading), rules, tally)
        else:
            found = dispute_period(key, reading, rules, tally)
        write_disputes(output, tally, found) if output else print_disputes(tally, found, as_json)
        report_tally(tally, on_stderr=output is None)
    context.exit(int(tally.number > 0))


def check_usage(context: click.Context, file: Path | None, key: str | None, output: Path | None, as_json: bool) -> None:
    given = [option for option in context.command.params if is_given(context, option)]
    if file is None and len([option for option in given if option.name in PERIOD]) < len(PERIOD):
        raise click.UsageError("Name the FILE of an invoice, or the days of the costs with --from and --to.")
    if file and not key:
        raise click.UsageError("--key must say which key the platform of the invoice sends with.")
    if output and as_json:
        raise click.UsageError("--output writes a file and --json prints lines: use one of them.")
    names = {*InvoiceOptions._fields, *("given", "only")} - {"file", "key", *PERIOD}
    about_files = [option.opts[0] for option in given if option.name in names]
    if file is None and about_files:
        raise click.UsageError(f"{', '.join(about_files)} says how a file is read, but no FILE is named.")


def is_given(context: click.Context, option: click.Parameter) -> bool:
    return context.get_parameter_source(option.name or "") is ParameterSource.COMMANDLINE


def dispute_invoice(options: InvoiceOptions, rules: Rules, tally: Tally) -> Iterator[VendorDisputes]:
    """Yield what is disputed of an invoice."""
    with compared(options, rules.min_seconds, rules.repeat_within) as result:
        tally.period = result.period
        warn_of_poor_agreement(result.staging.row(Agreement, "count_agreement"))
        dispute_rows(result.staging, rules)
        vendor = VendorKey(result.api_key.api_id, result.api_key.name or options.key)
        yield VendorDisputes(vendor, list_disputes(result.staging, vendor, rules, of_file=True))


def warn_of_poor_agreement(agreement: Agreement) -> None:
    if agreement.is_poor:
        click.echo(
            f"Only {agreement.agreeing:,} of {agreement.number:,} calls of the file agree with what came in. See what"
            " `reconcile` says of the file before a vendor is asked.",
            err=True,
        )


def dispute_period(key: str | None, reading: dict[str, Any], rules: Rules, tally: Tally) -> Iterator[VendorDisputes]:
    """Yield what is disputed of the costs of a period, key after key."""
    first_day, last_day = (reading[name] for name in PERIOD)
    check_days(first_day, last_day)
    tally.period = Period(naive_seconds(first_day), naive_seconds(last_day) + DAY_SECONDS)
    for vendor in list_vendors(key):
        with open_staging() as staging:
            dispute_costs(staging, vendor.key_id, tally.period, rules)
            yield VendorDisputes(vendor, list_disputes(staging, vendor, rules, of_file=False))


def list_vendors(key: str | None) -> list[VendorKey]:
    """Return the key that was asked for, else all that send costs."""
    with command_connection() as connection:
        if key:
            api_key = find_sending_key(connection, key)
            return [VendorKey(api_key.api_id, api_key.name or key)]
        keys = [listed for listed in queries.list_api_keys(connection) if listed.scope == INGRESS]
    return [VendorKey(listed.api_id, listed.name or str(listed.api_id)) for listed in keys]
