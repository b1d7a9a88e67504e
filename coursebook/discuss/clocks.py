"""Stepping through days: two clocks (happened, reported) and the newsroom."""

from __future__ import annotations

import datetime as dt
import html

import ipywidgets as widgets
import pandas as pd

from coursebook import show
from coursebook.data import written
from coursebook.discuss.base import LABELLED, Activity, button, page_html, panel, text_area

CLOCKS = {"when it happened": "date_earliest", "when it was reported": "reported_on"}


def two_clocks(
    frame: pd.DataFrame, draw, key: str, columns: str | dict, start: str, minutes: int = 5
) -> Activity:
    """Step through days on two clocks and redraw a picture with the rows up to that day.

    Args:
        frame: rows with ``date_earliest`` and ``reported_on``.
        draw: a function of the rows chosen that returns a map or chart.
        key: such as ``"02.clocks"``.
        columns: columns of the newest rows to list, as in :func:`coursebook.show.rows`.
        start: the first day shown, such as ``"2024-10-24"``.
        minutes: minutes in class.
    """
    task = (
        "Choose a clock and a day, then press Later or Earlier. The map shows what had happened by then, "
        "or what a reader could know by then. Watch which marks wait for their report."
    )
    asked = Activity("Two clocks", task, minutes, key)
    asked.screen_only = True  # its picture is the answer
    clock = widgets.Dropdown(description="Clock", options=list(CLOCKS), style=LABELLED)
    day = widgets.DatePicker(description="Day", value=dt.date.fromisoformat(start), style=LABELLED)
    picture, words = panel(live=True), panel(live=True)

    def step(forward: bool):
        days = sorted({stamp.date() for stamp in frame[CLOCKS[clock.value]].dropna()})
        here = day.value or dt.date.fromisoformat(start)
        later = [d for d in days if d > here] if forward else [d for d in reversed(days) if d < here]
        if later:
            day.value = later[0]

    def update(*_):
        if day.value is None:
            words.value = "<p>No day chosen: type one, or press Later.</p>"
            return
        column = CLOCKS[clock.value]
        chosen = frame[frame[column] <= pd.Timestamp(day.value)].sort_values(column)
        left_out = int(frame[column].isna().sum())
        picture.value = page_html(draw(chosen))
        if chosen.empty:
            first = frame[column].min()
            words.value = f"<p>Nothing by {written(day.value)}: the first row is of {written(first)}. The map is empty.</p>"
            return
        caption = (
            f"{show.how_many(len(chosen), 'row')} by {written(day.value)} on the clock “{clock.value}”; the newest five. "
            + show.how_many(
                left_out,
                "row has no day on this clock and never shows.",
                "rows have no day on this clock and never show.",
            )
        )
        words.value = show.rows(chosen.iloc[::-1].head(5), html.escape(caption), columns).body

    asked.saved(clock, "clock")
    for control in (clock, day):
        control.observe(update, "value")
    moves = widgets.HBox([button("Earlier", lambda: step(False)), button("Later", lambda: step(True))])
    asked.add(clock, day, moves, words, picture)
    asked.fields["day"] = day
    update()
    return asked


def newsroom(
    frame: pd.DataFrame, stops: list[str], columns: str | dict, key: str, minutes: int = 15
) -> Activity:
    """Stop at several days: write one sentence that could be printed, then see what was missing.

    Args:
        frame: rows with ``date_earliest`` and ``reported_on``.
        stops: days such as ``"2024-10-18"``.
        columns: columns to list, as in :func:`coursebook.show.rows`.
        key: such as ``"02.newsroom"``.
        minutes: minutes in class.
    """
    task = (
        f"Stop at {', '.join(map(written, stops))}. At each stop write one sentence that an honest newspaper could print that "
        "evening: who says what, how well supported. Only then open what had happened but was not yet known."
    )
    asked = Activity("Newsroom", task, minutes, key)
    for stop in stops:
        asked.add(
            panel(f"<h3>{written(stop)}</h3>"),
            asked.saved(text_area("Sentence", "who says what, since when"), stop),
        )
        known, waiting = _known_and_waiting(frame, stop, columns)
        asked.add(_reveal(stop, known, waiting))
        asked.on_paper(key=asked.teachers_key + known + waiting)
    return asked


def _known_and_waiting(frame: pd.DataFrame, stop: str, columns: str | dict) -> tuple[str, str]:
    """Return two tables as HTML: what had been reported by a day, and what had begun unreported."""
    day = pd.Timestamp(stop)
    known = frame[frame.reported_on <= day].sort_values("reported_on")
    waiting = frame[(frame.date_earliest <= day) & (frame.reported_on > day)].sort_values("date_earliest")
    before = f"Reported by {written(stop)}: {show.how_many(len(known), 'row')}; the newest eight."
    after = f"Begun by {written(stop)} but reported later: {show.how_many(len(waiting), 'row')}."
    return show.rows(known.tail(8), before, columns).body, show.rows(waiting, after, columns).body


def _reveal(stop: str, known: str, waiting: str) -> widgets.VBox:
    shown = panel()

    def tell(table: str):
        shown.value = table

    buttons = [
        button(f"What was reported by {written(stop)}", lambda: tell(known)),
        button("What was missing", lambda: tell(waiting)),
    ]
    return widgets.VBox([widgets.HBox(buttons), shown])
