"""Definition first, then switches: write what a word means before you see what it lets through."""

from __future__ import annotations

import html

import ipywidgets as widgets
import pandas as pd

from coursebook import show
from coursebook.discuss.base import Activity, button, choice, page_html, panel, text_area


def definition(
    frame: pd.DataFrame,
    switches: pd.DataFrame,
    survivors,
    target: str,
    columns: str,
    key: str,
    title: str,
    task: str,
    minutes: int = 15,
) -> Activity:
    """Ask for a definition in words, then for its switches; show who survives; let one cell be flipped.

    Below the survivors stand the cases that one cell keeps out: the cells worth arguing about.

    Args:
        frame: the cases, with a ``row_id`` and a ``name``.
        switches: the table ``switches``: question, answer, column_in_cases, allowed.
        survivors: a function of the cases and the chosen conditions ``{column: allowed values}``
            that returns the cases that meet them.
        target: row id of the case that the claim is about.
        columns: columns to list, as in :func:`coursebook.show.rows`.
        key: such as ``"01.definition"``.
        title: a few words.
        task: what to decide and to say aloud.
        minutes: minutes in class.
    """
    asked = Activity(title, task, minutes, key)
    words = asked.saved(
        text_area("Your definition, before you see any case", "what must hold for a case to count"), "words"
    )
    asked.add(words)
    picks = {}
    for place, (question, answers) in enumerate(switches.groupby("question", sort=False)):
        picks[question] = asked.saved(choice(question, list(answers.answer)), f"switch{place}")
        asked.add(picks[question])
    row = asked.saved(text_area("Flip one cell: row", "a row id such as H47, or nothing", 1), "flip.row")
    questions = dict(zip(switches.column_in_cases, switches.question, strict=True))
    offered = [(question, column) for column, question in questions.items()]
    column = asked.saved(choice("Flip one cell: question", offered, "none"), "flip.column")
    value = asked.saved(
        text_area("Flip one cell: new value", "such as yes, no or contested", 1), "flip.value"
    )
    reason = asked.saved(text_area("Why that cell", "one reason that somebody could check", 2), "flip.reason")
    shown = panel()

    def tell():
        missing = [question for question, pick in picks.items() if not pick.value]
        if not words.value.strip():
            shown.value = (
                "<p>Write your definition first, in one sentence. The switches come after the words.</p>"
            )
            return
        if missing:
            shown.value = f"<p>Still open: {html.escape('; '.join(missing))}</p>"
            return
        conditions = {}
        for question, pick in picks.items():
            chosen = switches[(switches.question == question) & (switches.answer == pick.value)].iloc[0]
            conditions[chosen.column_in_cases] = chosen.allowed.split(";")
        asks = questions.get(column.value, "")
        cases, said = _flipped(frame, row.value.strip(), column.value, value.value.strip(), asks)
        left = survivors(cases, conditions)
        shown.value = f"<p>{html.escape(said)}{html.escape(_verdict(left, target))}</p>"
        if len(left):
            shown.value += show.rows(
                left, f"{show.how_many(len(left), 'case meets', 'cases meet')} your definition.", columns
            ).body
        near = one_cell_away(cases, conditions, survivors, questions)
        heads = "row_id=row name question=kept_out_at coded=the_cell_says"
        caption = "Flip the cell named in the last two columns, and the case is in."
        shown.value += (
            f"<details><summary>{show.how_many(len(near), 'case misses', 'cases miss')} your definition by one cell</summary>"
            f"{show.rows(near, caption, heads).body}</details>"
        )

    asked.add(row, column, value, reason, button("Show who survives", tell), shown)
    return asked


def one_cell_away(frame: pd.DataFrame, conditions: dict, survivors, questions: dict) -> pd.DataFrame:
    """Return the cases that a single condition keeps out: flip that one cell and the result changes.

    Args:
        frame: the cases.
        conditions: ``{column: allowed values}``.
        survivors: as in :func:`definition`.
        questions: the words of each condition, by column.

    Returns:
        Those rows with two more columns: ``question``, and ``coded``, what the cell says.
    """
    inside = set(survivors(frame, conditions).row_id)
    found = []
    for column in conditions:
        others = {name: allowed for name, allowed in conditions.items() if name != column}
        let_in = survivors(frame, others)
        let_in = let_in[~let_in.row_id.isin(inside)]
        found.append(let_in.assign(question=questions[column], coded=let_in[column]))
    return pd.concat(found)


def _flipped(frame: pd.DataFrame, row: str, column: str, value: str, asks: str) -> tuple[pd.DataFrame, str]:
    if not (row and column and value):
        return frame, ""
    if row not in set(frame.row_id):
        return frame, f"There is no case {row}; nothing was flipped. "
    known = set(frame[column].dropna().astype(str))
    if value not in known:
        return (
            frame,
            f"{asks}: the cells say {', '.join(sorted(known))}; {value!r} is not among them, nothing was flipped. ",
        )
    before = frame.set_index("row_id").loc[row, column]
    changed = frame.copy()
    changed.loc[changed.row_id == row, column] = value
    return changed, f"With {row}, {asks}, changed from {before} to {value}: "


def _verdict(left: pd.DataFrame, target: str) -> str:
    ids = set(left.row_id)
    if target not in ids:
        return f"Your definition leaves out {target}, the case that the claim is about. Nothing is decided."
    if ids == {target}:
        return f"Only {target} is left: under this definition the claim holds."
    return (
        f"{target} is left, and {show.how_many(len(ids) - 1, 'other')}: look at those that began before it."
    )


def pick_first(
    values: dict[str, str], draw, key: str, title: str, question: str, task: str, minutes: int = 8
) -> Activity:
    """Ask what counts, in words and then in boxes to tick; only then draw the picture.

    Args:
        values: each value that can be ticked, with its words.
        draw: a function of the list of ticked values that returns something to show.
        key: such as ``"06.counts"``.
        title: a few words.
        question: the question that the words answer.
        task: what to decide and to say aloud.
        minutes: minutes in class.
    """
    asked = Activity(title, task, minutes, key)
    words = asked.saved(text_area(question, "one sentence, before you tick anything"), "words")
    ticks = {}
    for value, label in values.items():
        box = widgets.Checkbox(
            value=False, description=label, indent=False, layout=widgets.Layout(width="230px")
        )
        ticks[value] = asked.saved(box, value)
    shown = panel()

    def tell():
        chosen = [value for value, box in ticks.items() if box.value]
        if not words.value.strip():
            shown.value = "<p>Write your sentence first. The boxes come after the words.</p>"
        elif not chosen:
            shown.value = "<p>Nothing is ticked, so nothing counts and there is nothing to draw.</p>"
        else:
            shown.value = page_html(draw(chosen))

    rows = widgets.HBox([*ticks.values()], layout=widgets.Layout(flex_flow="row wrap", max_width="760px"))
    asked.add(words, rows, button("Draw", tell), shown)
    return asked
