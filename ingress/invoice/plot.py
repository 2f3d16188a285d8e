"""What the differences add to the invoice day by day, as a plot for the report."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import NamedTuple
from xml.etree.ElementTree import Element

import pygal
from markupsafe import Markup
from pygal.style import Style

from .amounts import money
from .findings import KINDS
from .staging import Staging

DAY_LABELS = 16  # days that are named below the plot, so that they do not overlap
LONGEST_PLOT = timedelta(days=400)  # a longer time between two days means that a date was mistyped
COLOURS = ("#d9480f", "#0f766e", "#d4a017", "#7c3aed", "#2563eb", "#6b7280")  # told apart on white and on near-black


class DayDifference(NamedTuple):
    """What one kind of difference adds to the invoice on one day, in ten-thousandths."""

    day: str
    kind: str
    difference: int


def draw_days(staging: Staging) -> Markup | None:
    """Return the plot as SVG; None when no day has a difference. Its floats are for the eye; the tables are exact."""
    by_kind: dict[str, dict[str, float]] = {}
    for row in staging.rows(DayDifference, "list_days"):
        by_kind.setdefault(row.kind, {})[row.day] = float(money(row.difference))
    if not by_kind:
        return None
    days = fill_in_days(sorted({day for amounts in by_kind.values() for day in amounts}))
    chart = pygal.StackedBar(style=style_for(by_kind), **CHART)
    chart.x_labels = days
    chart.x_labels_major = days[:: -(-len(days) // DAY_LABELS)]
    for kind in filter(by_kind.get, KINDS):
        chart.add(KINDS[kind], [by_kind[kind].get(day) for day in days])
    chart.add_xml_filter(without_scripts)
    return Markup(chart.render(is_unicode=True))  # noqa: S704 - pygal escapes its texts, and these are ours


def without_scripts(svg: Element) -> Element:
    """Return the plot without pygal's scripts; the browser's own tooltip shows a bar's amount instead."""
    for parent in svg.iter():
        for child in list(parent):
            if child.tag == "script" or (child.tag == "desc" and child.get("class") != "value"):
                parent.remove(child)
            elif child.tag == "desc":
                child.tag = "title"
    return svg


def fill_in_days(days: list[str]) -> list[str]:
    """Return every day from the first to the last, also those without a difference; as they are if too many."""
    first, last = date.fromisoformat(days[0]), date.fromisoformat(days[-1])
    if last - first > LONGEST_PLOT:
        return days
    return [str(first + timedelta(days=number)) for number in range((last - first).days + 1)]


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


def style_for(by_kind: Collection[str]) -> Style:
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
