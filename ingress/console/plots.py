"""The plots, as SVG images of their own: so no page needs a script, or a style that is not in the style sheet."""

from pathlib import Path

import pygal

STYLE = Path(__file__).with_name("plot.css")  # light and dark, as the reader's system has it
LABELS = {False: 8, True: 4}  # at most so many times are written below a plot, by whether it is a narrow one
SIZES = {False: (520, 190), True: (350, 190)}  # pixels; drawn for phones too, where a scaled text would be too small


def draw_plot(values, begins, kind, is_narrow=False):
    """Return a bar chart as SVG text: a value for each step of time; `kind` is a class of the style sheet."""
    values = [float(value) for value in values]  # where a bar ends; no sum is made of these
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
        range=(0, max(*values, 1)),
        order_min=0,  # no finer lines than whole numbers
        value_formatter="{:,.0f}".format,
        x_labels_major_every=-(-len(begins) // LABELS[is_narrow]),
        show_minor_x_labels=False,
        truncate_label=-1,
    )
    chart.x_labels = write_times(begins)
    chart.add("", values)
    chart.add_xml_filter(without_scripts)
    return chart.render()


def write_times(begins):
    is_hourly = len({begin.date() for begin in begins}) < len(begins)
    return [f"{begin:%H:%M}" if is_hourly else f"{begin:%b} {begin.day}" for begin in begins]


def without_scripts(root):
    """pygal writes its configuration into each chart as a script."""
    for parent in root.iter("defs"):
        for script in parent.findall("script"):
            parent.remove(script)
    return root
