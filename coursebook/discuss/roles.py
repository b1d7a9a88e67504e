"""Roles drawn by lot: an actor of a negotiation, a capital in a crisis, a chair in the cabinet."""

from __future__ import annotations

import html
import random

import pandas as pd

from coursebook.data import statement, written
from coursebook.discuss.base import Activity, button, choice, panel, text_area
from coursebook.discuss.positions import cited

RAPPORTEUR = "rapporteur"
STEPS = ["words", "sanctions", "arms", "forces", "nothing"]


def brief(card: pd.Series) -> str:
    """Return a role's brief as HTML: who you are, what you want, and the rows known on that day."""
    known = "".join(
        f"<li><b>{row_id}</b> {html.escape(statement(row_id))}</li>" for row_id in card.cited_rows.split(";")
    )
    wants = [
        f"<br><i>{word}</i> {html.escape(value)}"
        for word, value in (("You want:", card.aim), ("You will not accept:", card.red_line))
        if isinstance(value, str)
    ]
    day = (
        f' It is <span style="white-space:nowrap">{written(card.as_of)}</span>.'
        if pd.notna(card.as_of)
        else ""
    )
    return (
        f'<div style="border:1px solid #999;padding:8px 14px;max-width:760px"><b>{html.escape(card.title)}</b>'
        f"<br>{html.escape(card.text)}{day}{''.join(wants)}"
        f"<br>What the tables hold of it:<ul style='margin:4px 0'>{known}</ul></div>"
    )


def _lot(asked: Activity, roles: pd.DataFrame) -> None:
    """Add a lot that never gives a learner the own state, and lets anybody only watch."""
    roles = roles.set_index("row_id")
    shown = panel()
    names = {title: row_id for row_id, title in roles.title.items()}
    own = choice("A role you should not get (your own state, or one you would rather not play)", list(names))
    drawn = choice(
        "Your role", [*names.items(), ("rapporteur: watch, and write down who gave what", RAPPORTEUR)]
    )

    def draw():
        free = [row_id for title, row_id in names.items() if title != own.value]
        drawn.value = random.choice(free)

    def tell(*_):
        if drawn.value == RAPPORTEUR:
            shown.value = "<p>You watch. Write down what each side gave, and what it never said.</p>"
        else:
            shown.value = brief(roles.loc[drawn.value]) if drawn.value in roles.index else ""

    asked.add(asked.saved(own, "not"), button("Draw a role by lot", draw), asked.saved(drawn, "role"), shown)
    asked.on_paper([brief(card) for _, card in roles.iterrows()])
    drawn.observe(tell, "value")
    tell()


def role_play(
    roles: pd.DataFrame, decisions: list[str], key: str, title: str, task: str, minutes: int = 15
) -> Activity:
    """Play a negotiation: a role by lot, a brief from rows known on that day, a decision with reasons.

    Args:
        roles: rows of ``activity_cards`` of the kind ``role``.
        decisions: what can be decided.
        key: such as ``"04.role"``.
        title: a few words.
        task: what to decide and to say aloud.
        minutes: minutes in class.
    """
    asked = Activity(title, f"{task} Opting out needs no reason: be the rapporteur.", minutes, key)
    _lot(asked, roles)
    asked.add(asked.saved(text_area("Before you talk: what you will offer, and what for"), "offer"))
    asked.add(asked.saved(choice("What was decided", decisions), "decision"))
    asked.add(asked.saved(text_area("Who gave what", "one line a side"), "gave"))
    cited(asked, "The row that moved somebody", "row")
    return asked


def stakes(
    capitals: pd.DataFrame, crises: pd.DataFrame, key: str, title: str, task: str, minutes: int = 15
) -> Activity:
    """Let a capital stake words, sanctions, arms or forces in each crisis, from the text of a treaty.

    Args:
        capitals: rows of ``activity_cards`` of the kind ``capital``.
        crises: rows of the kind ``crisis``.
        key: such as ``"07.stakes"``.
        title: a few words.
        task: what to decide and to say aloud.
        minutes: minutes in class.
    """
    asked = Activity(title, f"{task} Opting out needs no reason: be the rapporteur.", minutes, key)
    _lot(asked, capitals)
    for crisis in crises.itertuples():
        asked.add(panel(brief(pd.Series(crisis._asdict()))))
        asked.add(asked.saved(choice(f"{crisis.title}: you stake", STEPS), f"{crisis.row_id}.step"))
        cited(asked, f"{crisis.title}: the text that binds or frees you", f"{crisis.row_id}.row")
        asked.add(
            asked.saved(text_area(f"{crisis.title}: because", "one sentence", 2), f"{crisis.row_id}.why")
        )
    return asked


def cabinet(
    actors: pd.DataFrame, options: pd.DataFrame, key: str, title: str, task: str, minutes: int = 15
) -> Activity:
    """Rank options in order under one actor's priorities, and name what would flip the order.

    Args:
        actors: rows of ``activity_cards`` of the kind ``actor``.
        options: rows of ``policy_options`` with ``row_id`` and ``option``.
        key: such as ``"08.cabinet"``.
        title: a few words.
        task: what to decide and to say aloud.
        minutes: minutes in class.
    """
    asked = Activity(title, f"{task} Opting out needs no reason: be the rapporteur.", minutes, key)
    _lot(asked, actors)
    pairs = [(f"{row.option} ({row.row_id})", row.row_id) for row in options.itertuples()]
    places = [asked.saved(choice(f"Place {n}", pairs), f"place{n}") for n in range(1, 4)]
    places.append(asked.saved(choice("Last place", pairs), "last"))
    said = panel()

    def look(*_):
        chosen = [place.value for place in places if place.value]
        twice = sorted({row_id for row_id in chosen if chosen.count(row_id) > 1})
        said.value = (
            f"<p>Ranked twice: {', '.join(twice)}. Choose another for one place.</p>" if twice else ""
        )

    for place in places:
        place.observe(look, "value")
    look()
    asked.add(*places, said)
    asked.add(asked.saved(text_area("The fact that would flip your first and second place"), "flip"))
    cited(asked, "Rows on what your first choice costs", "cost")
    asked.add(asked.saved(text_area("The best question you were asked, and your answer"), "asked"))
    return asked
