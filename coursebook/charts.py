"""Charts as HTML figures: drawn by matplotlib, stored as SVG, described in words.

The SVG travels inside an ``<img alt=...>``: strict nbval compares it, a screen reader names it,
and a notebook that is not trusted still shows it.
"""

from __future__ import annotations

import base64
import html
import io
import itertools
import math
import re
import textwrap

import matplotlib
import matplotlib.dates as mdates
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch
from matplotlib.ticker import MaxNLocator, NullLocator

from coursebook.maps import COLOURS
from coursebook.show import Page

# Text stays text in the SVG, with ids that are the same on every run and machine.
SETTINGS = {
    "svg.hashsalt": "pyongyang-to-kursk",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
CYCLE = [COLOURS[name] for name in ("blue", "red", "green", "pink", "orange", "sky", "black", "grey")]
MARKS = ["o", "s", "D", "P", "X", "*", "p", "h"]  # no triangles: they mean at least and up to


def figure(width: float = 8.4, height: float = 4.2):
    """Return a matplotlib figure and its axes; hand the figure to :func:`page` when drawn."""
    with matplotlib.rc_context(SETTINGS):
        drawn = Figure(figsize=(width, height), layout="constrained")
        axes = drawn.subplots()
    return drawn, axes


def page(drawn: Figure, alt: str, caption: str) -> Page:
    """Return a drawn figure as HTML.

    Args:
        drawn: a matplotlib figure.
        alt: what the picture shows, for a reader who does not see it; figures from the table.
        caption: one sentence under the picture.
    """
    target = io.BytesIO()
    with matplotlib.rc_context(SETTINGS):
        drawn.savefig(target, format="svg", metadata={"Date": None, "Creator": None})
    data = base64.b64encode(target.getvalue()).decode()
    body = (
        f'<figure style="margin:0"><img alt="{html.escape(alt, quote=True)}" style="max-width:100%" '
        f'src="data:image/svg+xml;base64,{data}"><figcaption style="font-size:0.9em">'
        f"{html.escape(caption)}</figcaption></figure>"
    )
    return Chart(body, f"Chart. {alt}", drawn)


class Chart(Page):
    """A chart as HTML; ``figure`` is the matplotlib figure behind it."""

    def __init__(self, body: str, words: str, drawn: Figure):
        """Keep HTML, words and figure."""
        super().__init__(body, words)
        self.figure = drawn


def bands(
    frame: pd.DataFrame,
    alt: str,
    caption: str,
    by: str = "issuer",
    when: str = "date_latest",
    unit: str = "persons",
    height: float = 0,
) -> Chart:
    """Draw ranges over time in one lane for each value of a column; every figure is labelled.

    A point is one figure. A line from low to high is a range. An arrow up means at least, an
    arrow down up to: the table gives no other end, and the chart invents none.

    Args:
        frame: rows with ``low``, ``high``, a date column and the column to part by.
        alt: the picture in words.
        caption: one sentence.
        by: the column that makes the lanes.
        when: the date column.
        unit: what the vertical axis counts.
        height: inches; by default 1 and 1.45 for each lane.
    """
    frame = frame.dropna(subset=["low", "high"], how="all").sort_values(when)
    groups = list(dict.fromkeys(frame[by]))
    with matplotlib.rc_context(SETTINGS):
        drawn = Figure(figsize=(8.4, height or 1.0 + 1.45 * len(groups)), layout="constrained")
        lanes = drawn.subplots(len(groups) or 1, 1, sharex=True, sharey=True, squeeze=False)[:, 0]
        top = float(frame[["low", "high"]].max().max()) * 1.35 if len(frame) else 1
        first, last = (frame[when].min(), frame[when].max()) if len(frame) else (0, 1)
        scale = LANE[0] / max((last - first) / pd.Timedelta(days=1), 1) if len(frame) else 1
        for place, (lane, group) in enumerate(zip(lanes, groups, strict=False)):
            rows = frame[frame[by] == group]
            across = (rows[when] - first) / pd.Timedelta(days=1) * scale
            _lane(lane, rows, when, CYCLE[place % 8], MARKS[place % 8], across, LANE[1] / top)
            lane.set_title(str(group), loc="left", fontsize=10, fontweight="bold")
        lanes[0].margins(x=0.085)  # room for a label to the left of the first figure
        lanes[0].set_ylim(0, top)
        lanes[0].yaxis.set_major_formatter("{x:,.0f}")
        lanes[-1].xaxis.set_major_formatter(
            mdates.ConciseDateFormatter(
                lanes[-1].xaxis.get_major_locator(), zero_formats=MONTHS, show_offset=False
            )
        )
        drawn.supylabel(unit, fontsize=10)
    return page(drawn, alt, caption)


MONTHS = ["", "%Y", "%b %Y", "%b-%d", "%H:%M", "%H:%M"]  # the first of a month names its year
LANE = 480, 72  # width and height of a lane in points, about: for labels that keep clear of one another


def _lane(lane, rows: pd.DataFrame, when: str, colour: str, mark: str, across: pd.Series, scale: float):
    ends = rows[["high", "low"]].astype(float).bfill(axis=1).high
    taken = [(x - 5, y - 5, x + 5, y + 5) for x, y in zip(across, ends * scale, strict=True)]
    for row, x, value in zip(rows.itertuples(), across, ends, strict=True):
        day, low, high = getattr(row, when), row.low, row.high
        if pd.isna(low) or pd.isna(high):
            sign = "^" if pd.isna(high) else "v"
            lane.plot([day], [value], sign, color=colour, mfc="none", ms=8, mew=1.8, clip_on=False)
            words = f"{'≥' if pd.isna(high) else '≤'} {int(value):,}"
        else:
            lane.plot([day, day], [float(low), float(high)], "-", color=colour, lw=4, alpha=0.5)
            lane.plot([day, day], [float(low), float(high)], mark, color=colour, ms=6, clip_on=False)
            words = f"{int(low):,}" if low == high else f"{int(low):,}–{int(high):,}"
        aside = _clear(x, value * scale, 5.5 * len(words), taken)
        far = {"arrowstyle": "-", "color": "#767676", "lw": 0.7} if abs(aside[1]) > 20 else None
        lane.annotate(
            words, (day, value), aside, textcoords="offset points", ha="center", fontsize=9, arrowprops=far
        )
    lane.grid(axis="y", color="#ddd")
    lane.set_axisbelow(True)


def _clear(x: float, y: float, width: float, taken: list) -> tuple[float, float]:
    """Return how far from a point its label stands clear of marks and labels, in points; note it as taken."""
    side = width / 2 + 7
    for aside, up in ((0, 7), (0, -16), (side, -4), (-side, -4), (0, 18), (0, -27), (0, 29)):
        box = (x + aside - width / 2, y + up, x + aside + width / 2, y + up + 10)
        clear = all(
            box[2] < a or c < box[0] or box[3] < b or d < box[1] for a, b, c, d in taken if (a + c) / 2 != x
        )
        if clear and y + up > -2 and box[0] > -40:  # no label on an axis
            break
    taken.append(box)
    return aside, up


def bars(values: pd.Series, alt: str, caption: str, unit: str, colours: list[str] | None = None) -> Chart:
    """Draw horizontal bars from zero, each labelled with its value.

    Args:
        values: numbers, with the labels as index, drawn from top to bottom.
        alt: the picture in words.
        caption: one sentence.
        unit: what the bars count.
        colours: one a bar; blue by default.
    """
    drawn, axes = figure(height=0.9 + 0.42 * max(len(values), 1))
    with matplotlib.rc_context(SETTINGS):
        numbers = [float(value) for value in values]
        drawn_bars = axes.barh([str(label) for label in values.index], numbers, color=colours or CYCLE[0])
        axes.bar_label(drawn_bars, [f"{number:,.4g}" for number in numbers], padding=3, fontsize=9)
        axes.set_xlim(0, max([*numbers, 1]) * 1.15)
        axes.invert_yaxis()
        axes.set_xlabel(unit)
    return page(drawn, alt, caption)


def ranges(
    frame: pd.DataFrame,
    label: str,
    alt: str,
    caption: str,
    unit: str,
    group: str = "",
    looks: dict[str, tuple[str, str]] | None = None,
) -> Chart:
    """Draw one figure a line, from low to high, on an axis of powers of ten.

    For figures that differ by more than a common scale can show. There are no bars: an axis of
    powers of ten has no zero to start them from. An arrow to the right means at least, one to the
    left up to.

    Args:
        frame: rows with ``low`` and ``high``, drawn from top to bottom.
        label: the column with the words beside each line.
        alt: the picture in words.
        caption: one sentence; say in it that each line of the grid is ten times the one before.
        unit: what the axis counts.
        group: a column whose values get a colour and a mark of their own.
        looks: the colour and matplotlib's mark for each of these values, where a map beside the
            chart has set them; by default the next of the palette.
    """
    drawn, axes = figure(height=1.0 + 0.27 * max(len(frame), 1))
    groups = list(dict.fromkeys(frame[group])) if group else [None]
    looks = looks or dict(zip(groups, zip(CYCLE, MARKS, strict=True), strict=False))
    start = math.log10(frame[["low", "high"]].min(axis=None)) // 1 - 0.1
    room = 590 - 5.0 * max((len(str(words)) for words in frame[label]), default=0)  # points beside the labels
    ends = []
    with matplotlib.rc_context(SETTINGS):
        for place, (_, row) in enumerate(frame.iterrows()):
            colour, mark = looks[row[group] if group else None]
            low, high = (None if pd.isna(row[end]) else float(row[end]) for end in ("low", "high"))
            known = [end for end in (low, high) if end is not None]
            mark = mark if len(known) == 2 else ">" if high is None else "<"
            axes.plot(known, [place] * len(known), mark + "-", color=colour, ms=7, lw=3)
            words = "–".join(dict.fromkeys(f"{end:,.0f}" if end >= 10 else f"{end:g}" for end in known))
            words = words if len(known) == 2 else f"{'≥' if high is None else '≤'} {words}"
            axes.annotate(
                words, (max(known), place), (9, 0), textcoords="offset points", va="center", fontsize=9
            )
            ends.append((math.log10(max(known)) - start) * room / (room - 12 - 5.1 * len(words)))
        axes.set_xscale("log")
        axes.set_xlim(10**start, 10 ** (start + max(ends)))  # the longest words end inside
        axes.xaxis.set_major_formatter("{x:,.0f}")
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_yticks(range(len(frame)), [str(words) for words in frame[label]], fontsize=9.5)
        axes.invert_yaxis()
        axes.set_xlabel(unit)
        axes.grid(axis="x", color="#ddd")
        axes.set_axisbelow(True)
    return page(drawn, alt, caption)


def columns(
    values: pd.Series,
    alt: str,
    caption: str,
    unit: str,
    notes: dict | None = None,
    colours: list[str] | None = None,
) -> Chart:
    """Draw vertical bars from zero over years or quarters, with words at some of them.

    A year or quarter without a value keeps its place and stays empty: not known is not zero.

    Args:
        values: numbers, with years or quarters as index, drawn from left to right.
        alt: the picture in words.
        caption: one sentence.
        unit: what the bars count.
        notes: words above a bar, by its label.
        colours: one a bar; blue by default.
    """
    drawn, axes = figure(height=3.6)
    with matplotlib.rc_context(SETTINGS):
        labels = [str(label) for label in values.index]
        numbers = [float(value) for value in values]
        places, ticks = _on_the_calendar(labels)
        drawn_bars = axes.bar(places, numbers, color=colours or CYCLE[0])
        axes.bar_label(drawn_bars, [f"{number:,.4g}" for number in numbers], padding=1, fontsize=9)
        whole = all(number.is_integer() for number in numbers)
        axes.yaxis.set_major_locator(MaxNLocator(integer=whole, steps=[1, 2, 5, 10]))
        axes.set_xticks(list(ticks), list(ticks.values()))
        top = max([*numbers, 1])
        for label, words in (notes or {}).items():
            at = labels.index(str(label))
            spot = (places[at], numbers[at] + top * 0.085)
            axes.annotate(words, spot, ha="center", va="bottom", fontsize=9)
        axes.set_ylim(0, top * 1.22)
        axes.set_ylabel(unit)
        axes.tick_params(axis="x", rotation=60 if len(ticks) > 9 else 0, labelsize=9)
        axes.grid(axis="y", color="#ddd")
        axes.set_axisbelow(True)
    return page(drawn, alt, caption)


def _on_the_calendar(labels: list[str]) -> tuple[list[int], dict[int, str]]:
    """Return where each bar stands, and the words below every place, those without a bar included.

    Years and quarters stand as far apart as they are in time; other labels stand side by side.
    """
    if labels and all(re.fullmatch(r"\d{4}(Q[1-4])?", label) for label in labels):
        periods = [pd.Period(label) for label in labels]
        if len({period.freqstr for period in periods}) == 1:
            every = pd.period_range(min(periods), max(periods))
            return [p.ordinal for p in periods], {p.ordinal: str(p) for p in every}
    return list(range(len(labels))), dict(enumerate(labels))


def argument(links: pd.DataFrame, root: str, words: dict[str, str], alt: str, caption: str) -> Chart:
    """Draw what a conclusion rests on: the conclusion at the left, what carries it to its right.

    A full line supports, a dashed one takes for granted; what nobody states stands in a dashed box.

    Args:
        links: steps with ``from_id``, ``to_id`` and ``link`` (``assumes`` or another word); each
            statement stands once, as near to the conclusion as a step brings it.
        root: the id of the conclusion.
        words: a few words for the box of every id.
        alt: the picture in words.
        caption: one sentence.
    """
    spots = _branches(links, root)
    rows, depth = (max(spot[axis] for spot in spots.values()) + 1 for axis in (1, 0))
    with matplotlib.rc_context(SETTINGS):
        drawn = Figure(figsize=(8.6, 0.5 + 0.5 * rows), layout="constrained")
        axes = drawn.subplots()
        for step in links[links.from_id.isin(spots) & links.to_id.isin(spots)].itertuples():
            (x, y), (to_x, to_y) = spots[step.from_id], spots[step.to_id]
            # Into the side of the box to the left; within a column from box to box.
            ends = ((x, y), (to_x + 0.8, to_y)) if x > to_x else ((x + 0.1, y), (to_x + 0.1, to_y))
            inside = 0 if x > to_x else 16
            look = dict(arrowstyle="-|>", color="#444", lw=1.2, shrinkA=inside, shrinkB=inside + 1)
            look["linestyle"] = "--" if step.link == "assumes" else "-"
            axes.annotate("", ends[1], ends[0], arrowprops=look)
        assumed = set(links[links.link == "assumes"].from_id)
        for name, (x, y) in spots.items():
            unstated = name in assumed and name.startswith("P")
            look = dict(facecolor="#fff4dd", linestyle="--") if unstated else dict(facecolor="#e8f1f8")
            axes.add_patch(FancyBboxPatch((x, y - 0.36), 0.8, 0.72, "round,pad=0,rounding_size=0.05", **look))
            told = textwrap.fill(f"{name}  {words[name]}", 30)
            axes.text(x + 0.02, y, told, va="center", fontsize=9)
        axes.set_xlim(-0.02, depth - 0.18)
        axes.set_ylim(rows - 0.4, -0.6)
        axes.axis("off")
    return page(drawn, alt, caption)


def _branches(links: pd.DataFrame, root: str) -> dict[str, tuple[int, float]]:
    """Return column and row of each statement: nearest step first, a parent in the middle of its own."""
    depth, edge = {root: 0}, [root]
    children = {}
    while edge:
        reached = []
        for name in edge:
            own = [i for i in links[links.to_id == name].from_id if i not in depth and i not in reached]
            children[name], reached = own, reached + own
        depth |= dict.fromkeys(reached, depth[edge[0]] + 1)
        edge = reached
    rows, ends = {}, itertools.count()

    def place(name):
        below = [place(child) for child in children[name]]
        rows[name] = sum(below) / len(below) if below else next(ends)
        return rows[name]

    place(root)
    return {name: (depth[name], rows[name]) for name in depth}


# From one end of a scale to the other, then what lies beside it; light enough for black figures.
SCALE = ["#5aa5d6", "#a9d0ea", "#dddddd", "#f3c08a", "#e58a2e", "#ffffff"]


def stacked(panels: dict[str, pd.DataFrame], alt: str, caption: str, unit: str) -> Chart:
    """Draw answers on a scale as stacked bars, one panel beside the other; each part has its number.

    Args:
        panels: title of a panel and its counts: one row a bar, one column an answer, in the order
            of the scale; all panels have the same rows and columns, at most six columns.
        alt: the picture in words.
        caption: one sentence.
        unit: what the bars count.
    """
    first = next(iter(panels.values()))
    with matplotlib.rc_context(SETTINGS):
        height = 1.5 + 0.4 * len(first)
        drawn = Figure(figsize=(8.4, height), layout="constrained")
        axes = drawn.subplots(1, len(panels), sharex=True, sharey=True, squeeze=False)[0]
        for side, (title, counts) in zip(axes, panels.items(), strict=True):
            start = pd.Series(0.0, index=counts.index)
            for colour, answer in zip(SCALE, counts.columns, strict=False):
                width = counts[answer].astype(float)
                hatch = "//" if colour == "#ffffff" else None
                side.barh(
                    [str(name) for name in counts.index],
                    width,
                    left=start,
                    color=colour,
                    edgecolor="#444444",
                    lw=0.6,
                    hatch=hatch,
                    label=answer,
                )
                for place, (left, wide) in enumerate(zip(start, width, strict=True)):
                    if wide:
                        side.text(
                            left + wide / 2, place, f"{int(wide)}", ha="center", va="center", fontsize=9
                        )
                start += width
            side.set_title(title, loc="left", fontsize=10.5, fontweight="bold")
            side.set_xlabel(unit)
        axes[0].set_xlim(0, 1.02 * max(1, *(counts.sum(axis=1).max() for counts in panels.values())))
        axes[0].invert_yaxis()
        labels = axes[0].get_legend_handles_labels()
        drawn.legend(*labels, loc="outside upper left", ncols=3, frameon=False, fontsize=9)
    return page(drawn, alt, caption)


def shift(before: dict[str, int], after: dict[str, int], caption: str) -> Chart:
    """Draw how a class moved between two shows of hands, one line an option.

    A show of hands for which nothing was typed is left out: not counted is not zero.

    Args:
        before: hands for each option before the lesson.
        after: hands for each option after it, with the same options.
        caption: one sentence.
    """
    drawn, axes = figure(6.4, 3.6)
    counted = [x for x, hands in enumerate((before, after)) if any(hands.values())] or [0, 1]
    top = max([*before.values(), *after.values(), 1])
    heights = [_spread(list(hands.values()), top / 14) for hands in (before, after)]
    with matplotlib.rc_context(SETTINGS):
        for place, option in enumerate(before):
            ends = [before[option], after[option]]
            colour, mark = CYCLE[place % 8], MARKS[place % 8]
            axes.plot(counted, [ends[x] for x in counted], color=colour, marker=mark, lw=2.5, ms=8)
            for x in counted:
                words = f"{option}  {ends[x]}" if x == counted[0] else f"{ends[x]}"
                side, spot = ("left", x + 0.05) if x else ("right", x - 0.05)
                axes.text(spot, heights[x][place], words, color=colour, ha=side, va="center")
        axes.set_xlim(-0.9, 1.25 if counted[0] == 0 else 1.9)
        axes.set_ylim(0, max(top * 1.15, *heights[0], *heights[1]))
        axes.set_xticks([0, 1], ["before", "after"])
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set_ylabel("hands")
    said = [
        ", ".join(f"{(before, after)[x][option]} {('before', 'after')[x]}" for x in counted)
        for option in before
    ]
    words = "; ".join(f"{option}: {hands}" for option, hands in zip(before, said, strict=True))
    return page(drawn, f"Hands by option. {words}.", caption)


def _spread(values: list, gap: float) -> list:
    """Return heights for the labels of these values, each at least a gap above the next lower one."""
    heights, last = {}, float("-inf")
    for place in sorted(range(len(values)), key=values.__getitem__):
        last = heights[place] = max(values[place], last + gap)
    return [heights[place] for place in range(len(values))]
