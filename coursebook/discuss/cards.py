"""Cards: sort them into bins, or hunt for what is wrong with them."""

from __future__ import annotations

import html

import pandas as pd

from coursebook import show
from coursebook.discuss.base import Activity, button, choice, panel, text_area


def sort_cards(
    frame: pd.DataFrame,
    front: str,
    answer: str,
    bins: dict[str, str],
    reveal: str,
    key: str,
    title: str,
    task: str,
    minutes: int = 8,
) -> Activity:
    """Sort cards into bins; then see how the table codes them and who issued them.

    Args:
        frame: one row a card, with a ``row_id``.
        front: the column printed on the card.
        answer: the column that holds the table's code.
        bins: code and the words offered for it.
        reveal: columns shown afterwards, as in :func:`coursebook.show.rows`.
        key: such as ``"03.sort"``.
        title: a few words.
        task: what to decide and to say aloud.
        minutes: minutes in class.
    """
    asked = Activity(title, task, minutes, key)
    shown = panel()
    options = [(words, code) for code, words in bins.items()]
    picks = {}
    for place, card in enumerate(frame.itertuples(), 1):
        asked.add(
            panel(f"<p style='margin:8px 0 0'><b>Card {place}.</b> {html.escape(getattr(card, front))}</p>")
        )
        picks[card.row_id] = asked.saved(choice(f"Card {place} goes to", options), card.row_id)
        asked.add(picks[card.row_id])

    def tell():
        if not all(pick.value for pick in picks.values()):
            left = sum(not pick.value for pick in picks.values())
            shown.value = f"<p>{left} cards are not sorted yet. Sort them first: guessing is allowed.</p>"
            return
        yours = frame.assign(
            yours=[bins.get(picks[i].value, picks[i].value) for i in frame.row_id],
            table=[bins.get(code, code) for code in frame[answer]],
        )
        same = int((yours.yours == yours.table).sum())
        heads = f"row_id=row yours=you table=the_table {reveal}"
        shown.value = show.rows(yours, f"{same} of {len(yours)} as the table has them.", heads).body

    asked.add(button("Reveal", tell), shown)
    return asked


def hunt(
    frame: pd.DataFrame, front: str, back: dict, key: str, title: str, task: str, minutes: int = 8
) -> Activity:
    """Show statements with a fault in each; the learner names it, then opens the answer.

    Args:
        frame: one row a statement, with a ``row_id``.
        front: the column with the faulty statement.
        back: columns shown afterwards, as in :func:`coursebook.show.rows`.
        key: such as ``"03.hunt"``.
        title: a few words.
        task: what to look for.
        minutes: minutes in class.
    """
    asked = Activity(title, task, minutes, key)
    for place, item in enumerate(frame.itertuples(), 1):
        shown = panel()
        field = text_area(f"What is wrong with {place}", "name the error in a few words", 1)
        rows = frame[frame.row_id == item.row_id]

        def tell(rows=rows, shown=shown, field=field):
            if not field.value.strip():
                shown.value = "<p>Write a guess first; one word will do.</p>"
                return
            shown.value = show.rows(rows, "What the better source says.", back).body

        asked.add(panel(f"<p style='margin:8px 0 0'><b>{place}.</b> {html.escape(getattr(item, front))}</p>"))
        asked.add(asked.saved(field, item.row_id), button(f"Open {place}", tell), shown)
    return asked
