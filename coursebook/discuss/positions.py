"""Taking a position: forecast, stance, verdict, range, show of hands, free text."""

from __future__ import annotations

import html

import ipywidgets as widgets

from coursebook import charts
from coursebook.data import DataError, row, statement, table, written
from coursebook.discuss.base import Activity, button, choice, number, page_html, panel, text_area
from coursebook.show import evidence, how_many, text

STANCES = ["agree", "rather agree", "undecided", "rather disagree", "disagree"]
VERDICTS = ["yes", "mostly", "mixed", "mostly not", "no", "cannot be told from these tables"]


def stance(claim_id: str, when: str, minutes: int = 5) -> Activity:
    """Ask where the learner stands on a claim, with a reason and a row of evidence.

    Args:
        claim_id: a row of the table ``claims``.
        when: ``"before"`` or ``"after"`` the evidence; after, the earlier stance is shown.
        minutes: minutes in class.
    """
    claim = row(claim_id)
    task = f"Claim {claim_id}: {claim.claim} Choose, and give one reason that could be checked."
    asked = Activity(
        f"Your stance, {when} the evidence", task, minutes, f"{claim.lesson}.stance.{claim_id}.{when}"
    )
    if when == "after":
        earlier = asked.answers.get(f"{claim.lesson}.stance.{claim_id}.before.choice") or "none given"
        asked.add(panel(f"<p>Before the evidence you said: <b>{html.escape(str(earlier))}</b>.</p>"))
    asked.add(asked.saved(choice("Stance", STANCES), "choice"))
    asked.add(asked.saved(text_area("Reason", "one reason that somebody could check"), "reason"))
    if when == "after":
        cited(asked, "Row that weighs most", "row")
        changed = text_area("What would change your mind", "a fact that could still turn up", 2)
        asked.add(asked.saved(changed, "flip"))
    return asked


def cited(asked: Activity, label: str, name: str) -> None:
    """Add a field for row ids and say at once whether the rows exist and what they state.

    Args:
        asked: the activity.
        label: the name of the field.
        name: the last part of its key.
    """
    field, found = text_area(label, "row ids, such as ev020; several with a comma", 1), panel()

    def look(*_):
        typed = map(str.strip, field.value.replace(";", ",").split(","))
        found.value = "".join(_row_line(row_id) for row_id in typed if row_id)

    asked.add(asked.saved(field, name), found)
    field.observe(look, "value")
    look()


def _row_line(row_id: str) -> str:
    try:
        return f"<div><b>{html.escape(row_id)}</b> {html.escape(statement(row_id))}</div>"
    except DataError as error:
        return f"<div>{html.escape(str(error))}</div>"


def forecast(forecast_id: str, minutes: int = 3) -> Activity:
    """Ask for a probability under a stated resolution rule.

    What had happened until then is shown at once; the percentage for *nothing changes* only beside
    the learner's own, and on paper in the teacher's key, because a number shown first draws answers.

    Args:
        forecast_id: a row of the table ``forecasts``.
        minutes: minutes in class.
    """
    item = row(forecast_id)
    task = (
        f"{item.question} Counts as yes if: {item.resolution_rule} Decided on {written(item.deadline)}. "
        "It is 15 November 2024: use nothing that you know from later."
    )
    asked = Activity(f"Forecast {forecast_id}", task, minutes, f"00.forecast.{forecast_id}")
    rate = f"<p>If nothing changes: {text(item.base_rate)} %.</p>"
    percent = asked.saved(number("Probability of yes in percent, 0 to 100", 0, 100, 50), "percent")
    percent.layout.width = "420px"
    given = asked.answers.get(f"{asked.key}.percent") is not None
    rival = panel(rate if given else "", live=True)

    def settle():
        asked.keep("percent")  # a 50 that nobody changed counts too
        rival.value = rate

    asked.add(panel(f"<p>Until then: {html.escape(text(item.base_rate_reason))}</p>"))
    asked.add(percent, button("That is my number", settle), rival)
    asked.on_paper(key=rate)
    asked.add(asked.saved(text_area("Because", "what drives your number", 2), "reason"))
    return asked


def verdict(claim_id: str, minutes: int = 5) -> Activity:
    """Ask for both verdicts on a claim, with rows for and against, or none found.

    Args:
        claim_id: a row of the table ``claims``.
        minutes: minutes in class.
    """
    claim = row(claim_id)
    task = (
        f"Claim {claim_id}: {claim.claim} Two questions. Was it reasonable to write on 15 November 2024? "
        "Has it been borne out by the day the tables end? Cite rows; 'none found' is an answer."
    )
    asked = Activity(f"Your verdict on {claim_id}", task, minutes, f"{claim.lesson}.verdict.{claim_id}")
    asked.add(asked.saved(choice("Reasonable then", VERDICTS), "then"))
    asked.add(asked.saved(choice("Borne out since", VERDICTS), "since"))
    cited(asked, "Rows for", "for")
    cited(asked, "Rows against", "against")
    asked.add(asked.saved(text_area("Reason", "why the rows you cite outweigh the others"), "reason"))
    return asked


def write(
    key: str, title: str, task: str, label: str = "Your text", minutes: int = 3, rows: int = 4
) -> Activity:
    """Ask for a few sentences, kept under ``key``."""
    asked = Activity(title, task, minutes, key)
    asked.add(asked.saved(text_area(label, "two or three sentences", rows), "text"))
    return asked


def tally(key: str, question: str, options: list[str], minutes: int = 3) -> Activity:
    """Let the teacher type the hands for each option, before and after, and show the shift.

    Args:
        key: such as ``"02.tally"``.
        question: what the class votes on.
        options: two to six options.
        minutes: minutes for each show of hands.
    """
    offered = "; ".join(options)
    task = f"{question} Options: {offered}. Count hands for each, before the evidence and after it."
    asked = Activity("The class's tally", task, minutes, key)
    picture = panel(live=True)
    counts = {
        moment: {
            option: asked.saved(number(f"{option}, {moment}", 0, 999), f"{moment}.{place}")
            for place, option in enumerate(options)
        }
        for moment in ("before", "after")
    }

    def draw(*_):
        before, after = ({o: c.value for o, c in counts[m].items()} for m in ("before", "after"))
        hands = {"before": sum(before.values()), "after": sum(after.values())}
        counted = [f"{how_many(n, 'hand')} {moment}" for moment, n in hands.items() if n]
        if not counted:
            picture.value = "<p>No hands typed yet.</p>"
            return
        caption = f"{', '.join(counted)}."
        picture.value = page_html(charts.shift(before, after, caption))

    for option in options:
        pair = [counts[moment][option] for moment in ("before", "after")]
        for control in pair:
            control.observe(draw, "value")
        asked.add(widgets.HBox(pair, layout=widgets.Layout(flex_flow="row wrap")))
    asked.add(picture)
    draw()
    return asked


def interval(
    key: str, question: str, metric: str, highest: int, until: str = "", minutes: int = 4
) -> Activity:
    """Ask for an 80 percent range, then show which figures of the table it holds.

    Only for figures such as soldiers deployed: nobody in this course sets a death toll.

    Args:
        key: such as ``"03.range"``.
        question: what is asked.
        metric: a value of ``strength_estimates.metric``; casualties and killed are refused.
        highest: upper bound of the fields.
        until: the last day, as ``2025-01-31``, that a figure to compare with may be about; any by default.
        minutes: minutes in class.

    Raises:
        DataError: the metric counts dead or wounded.
    """
    if metric in ("killed", "wounded", "casualties_total"):
        raise DataError("This activity is not offered for the dead and wounded: read them, do not set them.")
    task = f"{question} Give a low and a high end so that you would be right four times out of five."
    asked = Activity("Your 80 % range", task, minutes, key)
    low = asked.saved(number("Low end, persons", 0, highest), "low")
    high = asked.saved(number("High end, persons", 0, highest), "high")
    shown = panel()

    figures = table("strength_estimates").dropna(subset=["low", "high"])
    figures = figures[figures.metric == metric]
    if until:
        figures = figures[figures.date_latest <= until]

    def compare():
        if low.value >= high.value:
            shown.value = "<p>Your low end is not below your high end. Type both, then compare again.</p>"
            return
        inside = (figures.low >= low.value) & (figures.high <= high.value)
        names = ", ".join(
            f"{r.issuer} {' to '.join(dict.fromkeys((text(r.low), text(r.high))))} ({r.row_id})"
            for r in figures[~inside].itertuples()
        )
        shown.value = (
            f"<p>{inside.sum()} of the {len(figures)} two-sided figures lie inside your range. Outside: "
            f"{html.escape(names) or 'none'}. These figures are claims, and several rest on one another; "
            "your range is about the soldiers, not about the claims.</p>"
        )

    asked.add(low, high, button("Compare with the table", compare), shown)
    return asked


def court(claims: list[str], key: str, title: str, task: str, minutes: int = 15) -> Activity:
    """Try one claim: see its rows for and against, write a plea for each side, give both verdicts.

    Args:
        claims: ids of the claims that can be drawn.
        key: such as ``"09.court"``.
        title: a few words.
        task: what to decide and to say aloud.
        minutes: minutes in class.
    """
    asked = Activity(title, task, minutes, key)
    picked = choice("The claim before the court", [(f"{c}: {row(c).claim}", c) for c in claims])
    rows_shown, fields = panel(live=True), widgets.VBox()
    made: dict[str, list] = {}

    def open_case(*_):
        claim_id = picked.value
        rows_shown.value = page_html(evidence(claim_id)) if claim_id else "<p>Choose a claim first.</p>"
        if claim_id and claim_id not in made:
            before = asked.children
            asked.children = []
            for side in ("for", "against"):
                plea = text_area(f"Plea {side} {claim_id}", "two sentences, strongest row first")
                asked.add(asked.saved(plea, f"{claim_id}.plea_{side}"))
                cited(asked, f"Rows {side}, or none found", f"{claim_id}.{side}")
            asked.add(asked.saved(choice("Reasonable then", VERDICTS), f"{claim_id}.then"))
            asked.add(asked.saved(choice("Borne out since", VERDICTS), f"{claim_id}.since"))
            made[claim_id], asked.children = asked.children, before
        fields.children = made.get(claim_id, [])

    asked.add(asked.saved(picked, "claim"), rows_shown, fields)
    asked.on_paper([page_html(evidence(claim_id)) for claim_id in claims])
    picked.observe(open_case, "value")
    open_case()
    return asked
