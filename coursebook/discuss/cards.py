"""Cards: sort them on one axis or two, build a package from them, or hunt for what is wrong."""

from __future__ import annotations

import html

import pandas as pd

from coursebook import show
from coursebook.data import statement
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
    return two_axes(frame, front, {answer: bins}, reveal, key, title, task, minutes)


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
    asked.on_paper(key=show.rows(frame, "What the better sources say.", back).body)
    return asked


def two_axes(
    frame: pd.DataFrame,
    front: str,
    axes: dict[str, dict[str, str]],
    reveal: str,
    key: str,
    title: str,
    task: str,
    minutes: int = 8,
) -> Activity:
    """Sort cards on one axis or two; then see how the table codes them on each.

    Args:
        frame: one row a card, with a ``row_id``.
        front: the column printed on the card.
        axes: for each column of the table to sort by, its codes and the words offered for them.
        reveal: columns shown afterwards, as in :func:`coursebook.show.rows`.
        key: such as ``"06.ties"``.
        title: a few words.
        task: what to decide and to say aloud.
        minutes: minutes in class.
    """
    asked = Activity(title, task, minutes, key)
    shown, single = panel(), len(axes) == 1
    named = {column: "" if single else f" on {column.replace('_', ' ')}" for column in axes}
    picks: dict[str, list] = {column: [] for column in axes}
    for place, card in enumerate(frame.itertuples(), 1):
        asked.add(
            panel(f"<p style='margin:8px 0 0'><b>Card {place}.</b> {html.escape(getattr(card, front))}</p>")
        )
        for column, codes in axes.items():
            options = [(words, code) for code, words in codes.items()]
            asks = " goes to" if single else f": {column.replace('_', ' ')}"
            pick = choice(f"Card {place}{asks}", options)
            picks[column].append(asked.saved(pick, card.row_id if single else f"{card.row_id}.{column}"))
            asked.add(pick)

    in_words = frame.assign(**{c: [codes.get(code, code) for code in frame[c]] for c, codes in axes.items()})

    def tell():
        left = sum(not pick.value for column in picks.values() for pick in column)
        if left:
            still = show.how_many(left, "choice is", "choices are")
            shown.value = f"<p>{still} still open. Make every choice first: guessing is allowed.</p>"
            return
        yours, same = in_words.copy(), []
        for column, codes in axes.items():
            chosen = [pick.value for pick in picks[column]]
            same.append(f"{int((frame[column] == chosen).sum())} of {len(frame)} as the table has them")
            yours[f"your_{column}"] = [codes.get(code, code) for code in chosen]
        heads = {"row_id": "row"}
        for column, on in named.items():
            heads |= {f"your_{column}": f"you{on}", column: f"the table{on}"}
        caption = " and ".join(said + on for said, on in zip(same, named.values(), strict=True))
        shown.value = show.rows(yours, f"{caption}.", heads | show.headings(reveal)).body

    asked.add(button("Reveal", tell), shown)
    heads = {"row_id": "row", front: "card"} | {c: c.replace("_", " ") for c in axes} | show.headings(reveal)
    asked.on_paper(
        [html.escape(words) for words in frame[front]],
        show.rows(in_words, "As the table has them.", heads).body,
    )
    return asked


def package(
    cards: pd.DataFrame, targets: list[str], key: str, title: str, task: str, minutes: int = 15
) -> Activity:
    """Build a package from cards: each taken needs a target, a purpose and a test; one veto a group.

    Args:
        cards: rows of ``activity_cards`` of the kind ``measure``.
        targets: whom a measure can aim at.
        key: such as ``"05.package"``.
        title: a few words.
        task: what to decide and to say aloud.
        minutes: minutes in class.
    """
    asked = Activity(title, task, minutes, key)
    taken, summary = {}, panel(live=True)
    for card in cards.itertuples():
        known = "<br>".join(html.escape(f"{i}: {statement(i)}") for i in card.cited_rows.split(";"))
        asked.add(
            panel(
                f"<p style='margin:8px 0 0'><b>{html.escape(card.title)}.</b> {html.escape(card.text)}"
                f"<br><small>{known}</small></p>"
            )
        )
        pick = choice(f"{card.title}", ["take", "leave"])
        fields = [
            (choice(f"{card.title}: aimed at", targets), "target"),
            (
                text_area(f"{card.title}: purpose", "what it should make somebody do or stop doing", 1),
                "purpose",
            ),
            (text_area(f"{card.title}: test", "what you would see within a year if it worked", 1), "test"),
        ]
        asked.add(asked.saved(pick, f"{card.row_id}.pick"))
        for field, name in fields:
            asked.add(asked.saved(field, f"{card.row_id}.{name}"))
        taken[card.title] = (pick, [field for field, _ in fields])
    veto = asked.saved(choice("Your one veto in the plenary", list(cards.title), "none used"), "veto")
    why = asked.saved(text_area("Why that one", "one sentence", 2), "veto.why")

    def look(*_):
        chosen = [name for name, (pick, _) in taken.items() if pick.value == "take"]
        open_ones = [n for n in chosen if not all(field.value.strip() for field in taken[n][1])]
        words = f"{show.how_many(len(chosen), 'measure')} taken: {'; '.join(chosen) or 'none yet'}."
        if open_ones:
            words += f" Still without target, purpose or test: {'; '.join(open_ones)}."
        summary.value = f"<p>{html.escape(words)}</p>"

    for pick, fields in taken.values():
        for control in (pick, *fields):
            control.observe(look, "value")
    look()
    asked.add(summary, veto, why)
    return asked
