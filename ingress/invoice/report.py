"""The comparison as one HTML page that needs nothing else: figures, a plot of the differences by day, and examples.

Imported where a report is wanted, or each worker would carry the library of the plot along.
"""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pygal
from jinja2 import Template
from markupsafe import Markup
from pygal.style import Style

from .findings import DETAILS, KINDS, OF_CALLS, describe_finding, money, show

TEMPLATE = Template(Path(__file__).with_name("report.html").read_text(encoding="utf-8"), autoescape=True)
EXAMPLES = 100  # of each kind; all of them are what --details is for
HEADINGS = {
    "row": "Row",
    "cost_id": "Cost id",
    "call_id": "Call id",
    "did": "DID",
    "cid": "CID",
    "invoice_date": "Called, on the invoice",
    "received_date": "Called, as received",
    "invoice_cost": "Invoice",
    "received_cost": "Received",
    "difference": "Difference",
    "seconds": "Seconds",
    "remark": "Remark",
}
LABELS = 16  # days that are named below the plot, so that they do not overlap
LONGEST = timedelta(days=400)  # of a plot; beyond it a date was mistyped
COLOURS = ("#d9480f", "#0f766e", "#d4a017", "#7c3aed", "#2563eb", "#6b7280")  # told apart on white and on near-black


def write_report(path, staging, summary, **about):
    """`about`: file, key, period and time_zone, as the page's head names them."""
    page = TEMPLATE.render(
        about=about,
        summary=summary,
        kinds=KINDS,
        of_calls=OF_CALLS,
        tables={line.kind: make_table(staging, line.kind) for line in summary.lines},
        headings=HEADINGS,
        plot=draw_days(staging),
        show=show,
        made=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    )
    Path(path).write_text(page, encoding="utf-8")


def make_table(staging, kind):
    """The first findings of a kind, a dict each, and the columns in which any of them has something."""
    found = staging.rows("list_findings", kind=kind, at_most=EXAMPLES)
    rows = [dict(zip(DETAILS, describe_finding(finding), strict=True)) for finding in found]
    return {"rows": rows, "columns": [name for name in HEADINGS if any(row[name] is not None for row in rows)]}


def draw_days(staging):
    """The plot as SVG, or None when no day has a difference. Floats are for the eye only; the tables are exact."""
    by_kind = {}
    for row in staging.rows("list_days"):
        by_kind.setdefault(row["kind"], {})[row["day"]] = float(money(row["difference"]))
    if not by_kind:
        return None
    days = list_days(sorted({day for amounts in by_kind.values() for day in amounts}))
    chart = pygal.StackedBar(style=style_for(by_kind), **CHART)
    chart.x_labels = days
    chart.x_labels_major = days[:: -(-len(days) // LABELS)]
    for kind in filter(by_kind.get, KINDS):
        chart.add(KINDS[kind], [by_kind[kind].get(day) for day in days])
    chart.add_xml_filter(without_scripts)
    return Markup(chart.render(is_unicode=True))  # noqa: S704 - pygal escapes its texts, and these are ours


def without_scripts(svg):
    """The page runs no script: the browser's own tooltip shows a bar's amount instead of pygal's."""
    for parent in svg.iter():
        for child in list(parent):
            if child.tag == "script" or (child.tag == "desc" and child.get("class") != "value"):
                parent.remove(child)
            elif child.tag == "desc":
                child.tag = "title"
    return svg


def list_days(days):
    """Every day from the first to the last, also those without a difference, unless one is of quite another year."""
    first, last = date.fromisoformat(days[0]), date.fromisoformat(days[-1])
    if last - first > LONGEST:
        return days
    return [str(first + timedelta(days=count)) for count in range((last - first).days + 1)]


CHART = {
    "width": 960,
    "height": 360,
    "show_minor_x_labels": False,
    "x_label_rotation": 30,
    "legend_at_bottom": True,
    "legend_at_bottom_columns": 3,
    "truncate_legend": -1,
    "js": (),  # its tooltips would be fetched from elsewhere
    "disable_xml_declaration": True,
    "explicit_size": False,
    "value_formatter": "{:,.2f}".format,
}


def style_for(by_kind):
    """Ink and paper come from the page, which knows whether it is dark."""
    ink = {name: "var(--ink)" for name in ("foreground", "foreground_strong", "foreground_subtle")}
    lines = dict.fromkeys(("guide_stroke_color", "major_guide_stroke_color"), "var(--line)")
    colours = tuple(colour for kind, colour in zip(KINDS, COLOURS, strict=False) if kind in by_kind)
    return Style(
        background="transparent",
        plot_background="transparent",
        colors=colours,
        font_family="inherit",
        label_font_size=11,
        major_label_font_size=11,
        legend_font_size=13,
        opacity="1",
        guide_stroke_dasharray="none",
        major_guide_stroke_dasharray="none",
        **lines,
        **ink,
    )
