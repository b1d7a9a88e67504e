"""The portfolio: what a learner decided and why, from the file, as one HTML page and as Markdown.

One page sums up; then follow the lessons, with what each cited row states, and last the sources,
each once, by number. The page needs no network and no script, and prints on A4. Everything typed is escaped.
"""

from __future__ import annotations

import argparse
import datetime as dt
import html
import json
import re
import sys
from pathlib import Path
from textwrap import shorten
from typing import NamedTuple

import pandas as pd

from coursebook import responses, scores
from coursebook.data import DataError, package, row, row_index, sources_of, statement
from coursebook.questions import CITING, Question, question, rows_cited, usable
from coursebook.show import Page, day, document, how_many, note, plain, text

PAGE, PLAIN = "portfolio.html", "portfolio.md"
ASKED_FIRST = "00"  # the lesson under which forecasts are kept
NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"


class Head(NamedTuple):
    """A heading of a level from 1 to 3."""

    level: int
    words: str


class Line(NamedTuple):
    """A paragraph of the course's own words."""

    words: str


class Said(NamedTuple):
    """Words of the learner, with a label."""

    label: str
    words: str


class Grid(NamedTuple):
    """A table: caption, headings, and rows of text."""

    caption: str
    heads: list[str]
    rows: list[list[str]]


class Link(NamedTuple):
    """A source in words, and its address, empty if it has none."""

    words: str
    url: str


class Numbered(NamedTuple):
    """A list of sources, numbered from 1."""

    items: list[Link]


def write(file: Path | str | None = None) -> Page:
    """Write the portfolio beside a learner's file, as ``portfolio.html`` and ``portfolio.md``.

    Args:
        file: a learner's file; by default this learner's own.

    Returns:
        A sentence that says where they lie, or why they could not be written.
    """
    if file is None:
        kept, folder = responses.mine().file, responses.default_path().parent
    else:
        kept, folder = responses.read(Path(file)), Path(file).resolve().parent
    parts = content(kept)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / PAGE).write_text(as_html(parts), encoding="utf-8")
        (folder / PLAIN).write_text(as_markdown(parts), encoding="utf-8")
    except OSError as error:
        return note(f"NOT written: {error.strerror} ({error.filename}). Make room or close it elsewhere.")
    return note(
        f"The portfolio lies beside the answers: {PAGE} to read and to print, {PLAIN} to hand in as text. "
        "Run this again after an answer has changed."
    )


def content(file: dict, today: str = "") -> list:
    """Return the portfolio of a learner's file as headings, paragraphs, tables and quotations.

    Args:
        file: as :func:`coursebook.responses.read` gives it.
        today: the day on which it is made; today by default.
    """
    answers = {name: file["answers"][name] for name in sorted(file["answers"])}
    kept: dict[str, dict[str, dict]] = {"stance": {}, "forecast": {}, "verdict": {}, "activity": {}}
    for name, answer in answers.items():
        asked = question(name)
        if asked.kind == "activity" or not known(asked, answer["value"]):
            kept["activity"][name] = answer
        else:
            kept[asked.kind].setdefault(asked.about, {})[asked.part] = answer
    claims = {kind: dict(sorted(kept[kind].items())) for kind in ("stance", "verdict")}
    given = dict(sorted(kept["forecast"].items()))
    sources = sources_of(pd.DataFrame(_rows_cited(answers), columns=["row_id", "source_ids"]))
    numbers = _numbers(sources)
    parts = [
        Head(1, "Portfolio: From Pyongyang to Kursk"),
        Line(f"Made on {today or dt.date.today().isoformat()} from {how_many(len(answers), 'answer')}."),
        Line("Name, if your teacher asks for one: " + "." * 40),
        *summary(claims["stance"], given, claims["verdict"]),
    ]
    lessons = {row(claim_id).lesson for found in claims.values() for claim_id in found}
    lessons |= {question(name).lesson for name in kept["activity"]} | {ASKED_FIRST for _ in given}
    for lesson in sorted(lessons):
        here = {
            kind: {claim_id: found[claim_id] for claim_id in found if row(claim_id).lesson == lesson}
            for kind, found in claims.items()
        }
        parts += [
            Head(2, lesson_title(lesson)),
            *stances(here["stance"], numbers),
            *(forecasts(given) if lesson == ASKED_FIRST else ()),
            *verdicts(here["verdict"], numbers),
            *activities(
                {name: answer for name, answer in kept["activity"].items() if question(name).lesson == lesson}
            ),
        ]
    return [*parts, *cited(sources)]


def _rows_cited(answers: dict) -> list[tuple]:
    """Return the rows that the learner cited and that a table has, each with its sources' ids."""
    ids: dict[str, None] = {}
    for name, answer in answers.items():
        part = question(name).part.rpartition(".")[2]
        if part in CITING and isinstance(answer["value"], str):
            ids |= dict.fromkeys(one for one in rows_cited(answer["value"]) if one in row_index())
    return [(row_id, row(row_id).get("source_ids")) for row_id in ids]


def _numbers(sources: pd.DataFrame) -> dict[str, str]:
    """Return for each row the numbers of its sources in the list at the end: ``{"ev041": "3, 7"}``."""
    numbers: dict[str, list[str]] = {}
    for number, ids in enumerate(sources.rows, 1):
        for row_id in ids.split("; "):
            numbers.setdefault(row_id, []).append(str(number))
    return {row_id: ", ".join(found) for row_id, found in numbers.items()}


def known(asked: Question, value) -> bool:
    """Tell whether an answer is one that the course offered, about a claim or forecast that it has."""
    return asked.about in row_index() and usable(asked.part, value)


def value_of(parts: dict, part: str) -> str:
    """Return the words kept for one part of a question, an empty text if there are none."""
    answer = parts.get(part)
    return "" if answer is None else told(answer)


def told(answer: dict) -> str:
    """Return one answer as text: what the list showed, or what was typed."""
    value = answer.get("shown") or answer["value"]
    if isinstance(value, dict):
        value = "; ".join(f"{name}: {one}" for name, one in value.items())
    elif isinstance(value, list):
        value = "; ".join(str(one) for one in value)
    return "" if value is None else text(value) if not isinstance(value, str) else value


def moved(parts: dict, part: str) -> str:
    """Return how an answer changed over the weeks: ``55, then 70``."""
    answer = parts.get(part)
    if answer is None:
        return ""
    values = [old["value"] for old in answer.get("earlier", [])] + [answer["value"]]
    return ", then ".join(str(value) for value in values if isinstance(value, (str, int)))


def summary(stood: dict, given: dict, judged: dict) -> list:
    """Return what a teacher wants to see first: stances, scored forecasts and verdicts, on one page."""
    found: list = [Head(2, "Summary"), Head(3, "Stances, before and after the evidence")]
    lines = [[claim_id, _claim(claim_id, 72), *_both(parts)] for claim_id, parts in stood.items()]
    if lines:
        pairs = [pair for *_, before, after in lines if "–" not in (pair := {before, after})]
        moved_on = sum(len(pair) == 2 for pair in pairs)
        words = f"Given twice: {len(pairs)}; moved: {moved_on}; stayed: {len(pairs) - moved_on}"
        found.append(Grid(words, ["", "Claim", "Before", "After"], lines))
    else:
        found.append(Line("None yet."))
    found += [Head(3, "Forecasts and their scores"), scored(given) if given else Line("None yet.")]
    found.append(Head(3, "Verdicts"))
    if not judged:
        return [*found, Line("None yet.")]
    lines = [
        [claim_id, _claim(claim_id, 60)]
        + [moved(parts, part).replace(" from these tables", "") or "–" for part in ("then", "since")]
        + [str(len(rows_cited(value_of(parts, side)))) for side in ("for", "against")]
        for claim_id, parts in judged.items()
    ]
    heads = ["", "Claim", "Reasonable then", "Borne out since", "For", "Against"]
    words = "Reasonable on 15 November 2024, and borne out since; how many rows for and against"
    return [*found, Grid(words, heads, lines)]


def _claim(claim_id: str, most: int) -> str:
    """Return what a claim says, cut to a line."""
    return shorten(row(claim_id).claim, most, placeholder=" …")


def _both(parts: dict) -> list[str]:
    return [value_of(parts, f"{when}.choice") or "–" for when in ("before", "after")]


def stances(kept: dict[str, dict], numbers: dict[str, str]) -> list:
    """Return the stances, before and after, with reasons and how they moved."""
    found: list = []
    for claim_id, parts in kept.items():
        before, after = _both(parts)
        if before == "–":
            change = "You gave no stance before the evidence."
        elif after == "–":
            change = "You gave no second stance."
        else:
            change = (
                f"You stayed at: {before}." if before == after else f"You moved from {before} to {after}."
            )
        found += [Head(3, f"Stance on {claim_id}"), Line(row(claim_id).claim), Line(change)]
        labels = {
            "choice": "Stance",
            "reason": "Reason",
            "row": "Row that weighs most",
            "flip": "What would change your mind",
        }
        lines = []
        for part, label in labels.items():
            both = [moved(parts, f"{when}.{part}") for when in ("before", "after")]
            if any(both):
                lines.append([label, *(words or "–" for words in both)])
        found.append(Grid("", ["", "Before", "After"], lines))
        ids = rows_cited(" ".join(value_of(parts, f"{when}.row") for when in ("before", "after")))
        if ids:
            found.append(
                Grid("", ["Row", "What it states", "Sources"], [_stated(one, numbers) for one in ids])
            )
    return found


def scored(given: dict[str, dict]) -> Grid:
    """Return the forecasts with their rivals, outcomes and Brier scores as one table."""
    percents = {fid: parts["percent"]["value"] for fid, parts in given.items() if "percent" in parts}
    ends = scores.scored_forecasts().set_index("row_id")
    lines, sums = [], []
    for fid, percent in percents.items():
        item = row(fid)
        line = [fid, moved(given[fid], "percent"), text(item.base_rate), text(item.trend_rate)]
        if fid in ends.index:
            rivals = [percent, item.base_rate, item.trend_rate]
            each = [scores.brier(float(one), ends.outcome[fid]) for one in rivals]
            sums.append(each)
            line += [ends.outcome[fid], *(f"{one:.2f}" for one in each)]
        else:
            line += ["open", "–", "–", "–"]
        lines.append(line)
    if len(sums) > 1:
        means = pd.DataFrame(sums).mean()
        lines.append(["mean", "", "", "", "", *(f"{one:.2f}" for one in means)])
    heads = ["", "You, %", "Nothing changes, %", "Trend goes on, %", "Outcome"]
    heads += ["Brier: you", "Brier: nothing changes", "Brier: trend"]
    return Grid("Probabilities of yes, and Brier scores: 0 is best, 1 is worst", heads, lines)


def forecasts(given: dict[str, dict]) -> list:
    """Return each forecast in words: question, rule, outcome, and the learner's reason."""
    found: list = []
    ends = scores.scored_forecasts().set_index("row_id")
    for fid, parts in given.items():
        item = row(fid)
        found += [Head(3, f"Forecast {fid}, claim {item.claim_id}"), Line(item.question)]
        found.append(Line(f"Counts as yes if: {item.resolution_rule}"))
        if fid in ends.index:
            found.append(Line(f"Outcome: {ends.outcome[fid]}. {ends.outcome_reason[fid]}"))
        if value_of(parts, "reason"):
            found.append(Said("Because", value_of(parts, "reason")))
    return found


def verdicts(kept: dict[str, dict], numbers: dict[str, str]) -> list:
    """Return both verdicts on each claim, with the cited rows, what they state and their sources."""
    found: list = []
    for claim_id, parts in kept.items():
        claim = row(claim_id)
        then, since = (moved(parts, part) or "–" for part in ("then", "since"))
        found += [Head(3, f"Verdicts on {claim_id}, paragraph {text(claim.paragraph)}"), Line(claim.claim)]
        found.append(Line(f"Reasonable on 15 November 2024: {then}. Borne out since: {since}."))
        lines = []
        for side in ("for", "against"):
            words = value_of(parts, side)
            cells = [_stated(one, numbers) for one in rows_cited(words)] or (
                [["–", words, ""]] if words else []
            )
            lines += [[side, *line] for line in cells]
        if lines:
            found.append(Grid("", ["", "Row", "What it states", "Sources"], lines))
        if value_of(parts, "reason"):
            found.append(Said("Reason", value_of(parts, "reason")))
    return found


def _stated(row_id: str, numbers: dict[str, str]) -> list[str]:
    """Return a row's id, what it states, and the numbers of its sources."""
    try:
        return [row_id, statement(row_id), numbers.get(row_id, "")]
    except DataError:
        return [row_id, "No table has this row.", ""]


def activities(kept: dict[str, dict]) -> list:
    """Return everything else that a lesson asked: advice, definitions, decisions, cards."""
    found: list = []
    activity = None
    for name, answer in kept.items():
        asked = question(name)
        title = answer.get("activity") or asked.about or asked.kind
        if (asked.about, title) != activity:
            activity = (asked.about, title)
            found += [Head(3, title), Grid("", ["Asked", "Answer"], [])]
        if told(answer):
            found[-1].rows.append([label(name, answer), told(answer)])
    return found


def label(name: str, answer: dict) -> str:
    """Return what a control asked, with the row that its key names, if that row states something."""
    words = answer.get("asked") or question(name).part or "Answer"
    ids = [part for part in name.split(".") if row_index().get(part, "activity_cards") != "activity_cards"]
    return f"{words} ({ids[-1]}: {shorten(statement(ids[-1]), 90, placeholder=' …')})" if ids else words


def lesson_title(lesson: str) -> str:
    """Return ``Lesson 02: The road to Kursk`` from the first heading of the notebook; the number alone if none."""
    for path in NOTEBOOKS.glob(f"{lesson}_*.ipynb") if lesson.isdigit() else ():
        first = "".join(json.loads(path.read_text(encoding="utf-8"))["cells"][0]["source"]).splitlines()[0]
        return f"Lesson {lesson}: {first.lstrip('# ').removeprefix(lesson).strip()}"
    return f"Lesson {lesson}"


def cited(sources: pd.DataFrame) -> list:
    """Return the sources of all rows that the learner cited, each once, with its number."""
    found: list = [Head(2, "Sources of the rows cited")]
    if sources.empty:
        return [*found, Line("None yet.")]
    items = [
        Link(f"{source.publisher}: {source.title} ({day(source.published)})", source.url)
        for source in sources.fillna({"title": "", "url": ""}).itertuples()
    ]
    return [
        *found,
        Line(f"Cite a row as: {package()['title']}, table and row id, with its own sources."),
        Numbered(items),
    ]


STYLE = """
@page{size:A4;margin:13mm 14mm}
body{font:9.5pt/1.32 sans-serif;max-width:182mm;margin:0 auto;padding:0 4mm;color:#111;overflow-wrap:anywhere}
h1{font-size:15pt;margin:2mm 0 1mm}h2{font-size:12pt;border-bottom:2px solid #0072B2;margin:6mm 0 1mm}
h3{font-size:10pt;margin:3mm 0 .5mm}h1,h2,h3,caption,.label{break-after:avoid}p{margin:.5mm 0}
blockquote{margin:0 0 1mm;padding-left:3mm;border-left:3px solid #767676;white-space:pre-wrap}
.label,caption{font-size:8.5pt;color:#444;text-align:left}.short{white-space:nowrap}
table{border-collapse:collapse;width:100%;font-size:9pt;margin:.5mm 0 1.5mm}tr{break-inside:avoid}
th,td{border-bottom:1px solid #bbb;padding:.3mm 2.5mm .3mm 0;text-align:left;vertical-align:top}td{white-space:pre-wrap}
td:first-child{max-width:70mm}ol{columns:2;column-gap:6mm;font-size:9pt;margin:1mm 0;padding-left:8mm}
li{break-inside:avoid}a{color:#00527d}
@media print{body{padding:0}table{font-size:8.2pt;line-height:1.2}ol{font-size:7.5pt}h2:nth-of-type(2){break-before:page}}
"""
SHORT = re.compile(r"\S{1,18}")  # an id, a day or a number: not broken over two lines


def as_html(parts: list) -> str:
    """Return the parts of a portfolio as one self-contained page; everything is escaped."""
    body = "\n".join(_html(part) for part in parts)
    return document(parts[0].words, body, STYLE)


def _html(part) -> str:
    match part:
        case Head(level, words):
            return f"<h{level}>{_safe(words)}</h{level}>"
        case Line(words):
            return f"<p>{_safe(words)}</p>"
        case Said(label, words):
            return f'<p class="label">{_safe(label)}</p><blockquote dir="auto">{_safe(words)}</blockquote>'
        case Numbered(items):
            return "<ol>" + "".join(f"<li>{_html_link(item)}</li>" for item in items) + "</ol>"
    heads = "".join(
        f"<th{_short(head)} scope='col'>{_safe(head)}</th>" if head else "<td></td>" for head in part.heads
    )
    lines = "".join(f"<tr>{''.join(_html_cell(cell) for cell in line)}</tr>" for line in part.rows)
    caption = f"<caption>{_safe(part.caption)}</caption>" if part.caption else ""
    return f"<table>{caption}<thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table>"


def _html_cell(cell: str) -> str:
    return f'<td{_short(cell)} dir="auto">{_safe(cell)}</td>'


def _html_link(item: Link) -> str:
    words = _safe(item.words)
    return f'<a href="{_safe(item.url)}" rel="noopener">{words}</a>' if item.url else words


def _short(cell: str) -> str:
    return ' class="short"' if SHORT.fullmatch(cell) else ""


def _safe(words: str) -> str:
    return html.escape(plain(words), quote=True)


def as_markdown(parts: list) -> str:
    """Return the parts of a portfolio as Markdown in which nothing typed can become markup."""
    return "\n\n".join(_markdown(part) for part in parts) + "\n"


def _markdown(part) -> str:
    match part:
        case Head(level, words):
            return f"{'#' * level} {_flat(words)}"
        case Line(words):
            return _flat(words)
        case Said(label, words):
            lines = plain(words).strip().split("\n")
            quoted = "\n".join(f"> {_escaped(line)}  " if line.strip() else ">" for line in lines)
            return f"{_flat(label)}:\n\n{quoted}"
        case Numbered(items):
            return "\n".join(f"{n}. {_markdown_link(item)}" for n, item in enumerate(items, 1))
    table_lines = [part.heads, ["---"] * len(part.heads), *part.rows]
    rows_said = [
        "| " + " | ".join(cell if cell == "---" else _flat(cell) for cell in line) + " |"
        for line in table_lines
    ]
    return (f"{_flat(part.caption)}:\n\n" if part.caption else "") + "\n".join(rows_said)


def _markdown_link(item: Link) -> str:
    # An address of our own table; what would end the link early is written as a code.
    address = re.sub(r"[<>|\s\\]", lambda found: f"%{ord(found[0]):02X}", item.url)
    return f"{_flat(item.words)} <{address}>" if address else _flat(item.words)


def _flat(words: str) -> str:
    return _escaped(" ".join(plain(words).split("\n")))


def _escaped(line: str) -> str:
    """Escape one line: no tag, entity, link, picture, code, formula, table or list comes of it."""
    line = html.escape(line.strip(), quote=False)
    line = re.sub(r"([\\`*_\[\]|~$@]|(?<=mailto):|(?<=xmpp):|:(?=//)|(?<=www)\.)", r"\\\1", line, flags=re.I)
    line = re.sub(r"^([-+=#:])", r"\\\1", line)
    return re.sub(r"^(\d+)([.)])(?=\s|$)", r"\1\\\2", line)


def main(arguments: list[str] | None = None) -> int:
    """Write the portfolio of a learner's file; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="course.py portfolio", description="Write a learner's portfolio as HTML and Markdown."
    )
    parser.add_argument("file", nargs="?", help="a learner's file; by default my_course/answers.json")
    chosen = parser.parse_args(arguments).file
    try:
        said = write(chosen).words
    except OSError as error:
        said = f"NOT written: {chosen} cannot be read ({error.strerror})."
    except ValueError as error:
        said = f"NOT written: {chosen} is no learner's file of this course ({error})."
    if said.startswith("NOT"):
        print(said, file=sys.stderr)
        return 1
    print(said)
    print((Path(chosen) if chosen else responses.default_path()).resolve().with_name(PAGE))
    return 0


if __name__ == "__main__":
    sys.exit(main())
