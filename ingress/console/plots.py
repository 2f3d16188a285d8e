"""The plots as SVG images, so that no page needs a script or a style outside of the style sheet."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pygal

from ..invoice.plot import without_scripts

STYLE = Path(__file__).with_name("plot.css")  # light and dark, as the reader's system has it
TIME_LABELS = {False: 8, True: 4}  # below a plot at most, by whether it is a narrow one
SIZES = {False: (520, 190), True: (350, 190)}  # pixels; drawn for phones too, where a scaled text would be too small


def draw_plot(values: Sequence[Decimal | int], begins: Sequence[datetime], kind: str, is_narrow: bool = False) -> bytes:
    """Return a bar chart as SVG: a value for each step of time; `kind` is a class of the style sheet."""
    heights = [float(value) for value in values]  # where a bar ends; no sum is made of these
    width, height = SIZES[is_narrow]
    chart = pygal.Bar(
        width=width,
        height=height,
        css=["file://graph.css", f"file://{STYLE}"],
        js=[],
        classes=[kind],
        no_prefix=True,
        disable_xml_declaration=True,
        show_legend=False,
        margin=8,
        spacing=6,
        rounded_bars=2,
        max_scale=4,
        min_scale=2,
        range=(0, max(*heights, 1)),
        order_min=0,  # no finer lines than whole numbers
        value_formatter="{:,.0f}".format,
        x_labels_major_every=-(-len(begins) // TIME_LABELS[is_narrow]),
        show_minor_x_labels=False,
        truncate_label=-1,
    )
    chart.x_labels = write_times(begins)
    chart.add("", heights)
    chart.add_xml_filter(without_scripts)
    svg: bytes = chart.render()
    return svg


def write_times(begins: Sequence[datetime]) -> list[str]:
    is_hourly = len({begin.date() for begin in begins}) < len(begins)
    return [f"{begin:%H:%M}" if is_hourly else f"{begin:%b} {begin.day}" for begin in begins]
