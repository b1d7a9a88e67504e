"""The portfolio: what a learner decided and why, from the file, as one HTML page and as Markdown.

The page needs no network and no script, and prints on A4. Everything typed is escaped.
"""

from __future__ import annotations

import argparse
import datetime as dt
import html
import re
import sys
from pathlib import Path
from textwrap import shorten
from typing import NamedTuple

import pandas as pd

from coursebook import responses, scores
from coursebook.data import DataError, package, row, row_index, sources_of, statement
from coursebook.questions import CITING, Question, question, rows_cited, usable
from coursebook.show import Page, day, document, note, plain, text

PAGE, PLAIN = "portfolio.html", "portfolio.md"
NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"


class Head(NamedTuple):
    """A heading of a level from 1 to 4."""

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
    """A table: caption, headings, and rows of text or :class:`Link`."""

    caption: str
    heads: list[str]
    rows: list[list]


class Link(NamedTuple):
    """A source in words, and its address."""

    words: str
    url: str


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
    return [
        Head(1, "Portfolio: From Pyongyang to Kursk"),
        Line(f"Made on {today or dt.date.today().isoformat()} from {len(answers)} answers."),
        Line("Name, if your teacher asks for one: " + "." * 40),
        *stances(dict(sorted(kept["stance"].items()))),
        *forecasts(dict(sorted(kept["forecast"].items()))),
        *verdicts(dict(sorted(kept["verdict"].items()))),
        *activities(kept["activity"]),
        *cited(answers),
    ]


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


def stances(kept: dict[str, dict]) -> list:
    """Return the stances, before and after, with reasons and how they moved."""
    found: list = [Head(2, "Stances, and how they moved")]
    for claim_id, parts in kept.items():
        claim = row(claim_id)
        before, after = value_of(parts, "before.choice"), value_of(parts, "after.choice")
        if before and after:
            change = (
                f"You stayed at: {before}." if before == after else f"You moved from {before} to {after}."
            )
        else:
            change = "You gave no second stance." if before else "You gave no stance before the evidence."
        found += [Head(3, f"{claim_id}, lesson {claim.lesson}"), Line(claim.claim), Line(change)]
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
        found.append(Grid("Before and after the evidence", ["", "Before", "After"], lines))
    return found if kept else [*found, Line("None yet.")]


def forecasts(kept: dict[str, dict]) -> list:
    """Return the forecasts with their rivals, outcomes and Brier scores."""
    found: list = [Head(2, "Forecasts")]
    given = {fid: parts["percent"]["value"] for fid, parts in kept.items() if "percent" in parts}
    ends = scores.scored_forecasts().set_index("row_id")
    lines, sums = [], []
    for fid, percent in given.items():
        item = row(fid)
        line = [fid, moved(kept[fid], "percent"), text(item.base_rate), text(item.trend_rate)]
        if fid in ends.index:
            rivals = [percent, item.base_rate, item.trend_rate]
            scored = [scores.brier(float(one), ends.outcome[fid]) for one in rivals]
            sums.append(scored)
            line += [ends.outcome[fid], *(f"{one:.2f}" for one in scored)]
        else:
            line += ["open", "–", "–", "–"]
        lines.append(line)
    if len(sums) > 1:
        means = pd.DataFrame(sums).mean()
        lines.append(["mean", "", "", "", "", *(f"{one:.2f}" for one in means)])
    if given:
        heads = ["", "You, %", "Nothing changes, %", "Trend goes on, %", "Outcome"]
        heads += ["Brier: you", "Brier: nothing changes", "Brier: trend"]
        found.append(Grid("Probabilities of yes, and Brier scores: 0 is best, 1 is worst", heads, lines))
    for fid, parts in kept.items():
        item = row(fid)
        found += [Head(3, f"Forecast {fid}, claim {item.claim_id}"), Line(item.question)]
        found.append(Line(f"Counts as yes if: {item.resolution_rule}"))
        if fid in ends.index:
            found.append(Line(f"Outcome: {ends.outcome[fid]}. {ends.outcome_reason[fid]}"))
        if value_of(parts, "reason"):
            found.append(Said("Because", value_of(parts, "reason")))
    return found if kept else [*found, Line("None yet.")]


def verdicts(kept: dict[str, dict]) -> list:
    """Return both verdicts on each claim, with the cited rows, what they state and who published it."""
    found: list = [Head(2, "Verdicts")]
    for claim_id, parts in kept.items():
        claim = row(claim_id)
        found += [Head(3, f"{claim_id}, paragraph {text(claim.paragraph)}"), Line(claim.claim)]
        pair = [moved(parts, part) or "–" for part in ("then", "since")]
        found.append(Grid("Two verdicts", ["Reasonable on 15 November 2024", "Borne out since"], [pair]))
        for side in ("for", "against"):
            words = value_of(parts, side)
            ids = rows_cited(words)
            if ids:
                found.append(Grid(f"Rows {side}", ["Row", "What it states", "Sources"], _stated(ids)))
            elif words:
                found.append(Said(f"Rows {side}", words))
        if value_of(parts, "reason"):
            found.append(Said("Reason", value_of(parts, "reason")))
    return found if kept else [*found, Line("None yet.")]


def _stated(ids: list[str]) -> list[list]:
    lines = []
    for row_id in ids:
        try:
            found = row(row_id)
            publishers = sources_of(pd.DataFrame([found])).publisher if found.get("source_ids") else []
            lines.append([row_id, statement(row_id), "; ".join(dict.fromkeys(publishers))])
        except DataError:
            lines.append([row_id, "No table has this row.", ""])
    return lines


def activities(kept: dict[str, dict]) -> list:
    """Return everything else, lesson by lesson: advice, definitions, decisions, cards."""
    found: list = [Head(2, "Texts and activities")]
    lesson = activity = None
    for name, answer in kept.items():
        asked = question(name)
        title = answer.get("activity") or asked.about or asked.kind
        if asked.lesson != lesson:
            lesson, activity = asked.lesson, None
            found.append(Head(3, lesson_title(lesson)))
        if (asked.about, title) != activity:
            activity = (asked.about, title)
            found += [Head(4, title), Grid("", ["Asked", "Answer"], [])]
        if told(answer):
            found[-1].rows.append([label(name, answer), told(answer)])
    return found if kept else [*found, Line("None yet.")]


def label(name: str, answer: dict) -> str:
    """Return what a control asked, with the row that its key names, if that row states something."""
    words = answer.get("asked") or question(name).part or "Answer"
    ids = [part for part in name.split(".") if row_index().get(part, "activity_cards") != "activity_cards"]
    return f"{words} ({ids[-1]}: {shorten(statement(ids[-1]), 160, placeholder=' …')})" if ids else words


def lesson_title(lesson: str) -> str:
    """Return ``Lesson 02: the road to kursk`` from the name of the notebook; the number alone if none."""
    names = [path.stem[3:].replace("_", " ") for path in NOTEBOOKS.glob(f"{lesson}_*.ipynb")]
    return f"Lesson {lesson}" + (f": {names[0]}" if lesson.isdigit() and names else "")


def cited(answers: dict) -> list:
    """Return every row that the learner cited, with the sources it rests on."""
    ids: dict[str, None] = {}
    for name, answer in answers.items():
        part = question(name).part.rpartition(".")[2]
        if part in CITING and isinstance(answer["value"], str):
            ids |= dict.fromkeys(one for one in rows_cited(answer["value"]) if one in row_index())
    found: list = [Head(2, "Rows cited, and their sources")]
    if not ids:
        return [*found, Line("None yet.")]
    rows_found = [row(row_id) for row_id in ids]
    frame = pd.DataFrame([{"row_id": r.iloc[0], "source_ids": r.get("source_ids")} for r in rows_found])
    lines = [
        [source.rows, day(source.published), _address(f"{source.publisher}: {source.title}", source.url)]
        for source in sources_of(frame).fillna({"title": "", "url": ""}).itertuples()
    ]
    span = package()["title"]
    return [
        *found,
        Line(f"Cite a row as: {span}, table and row id, with the row's own sources."),
        Grid(f"{len(ids)} rows, {len(lines)} sources", ["Rows", "Date", "Source"], lines),
    ]


def _address(words: str, url: str):
    """Return a link, or the words alone where a source has no address."""
    return Link(words, url) if url else words


STYLE = """
@page{size:A4;margin:16mm}
body{font:10.5pt/1.4 sans-serif;max-width:180mm;margin:0 auto;padding:0 4mm;color:#111;overflow-wrap:anywhere}
h1{font-size:17pt}h2{font-size:13.5pt;border-bottom:2px solid #0072B2;margin:8mm 0 2mm}h3,h4{margin:5mm 0 1mm}
h3{font-size:11.5pt}h4{font-size:10.5pt}h1,h2,h3,h4,caption,.label{break-after:avoid}p{margin:1mm 0}
blockquote{margin:0 0 2mm;padding-left:3mm;border-left:3px solid #767676;white-space:pre-wrap}
.label,caption{font-size:9.5pt;color:#444;text-align:left}.short{white-space:nowrap}
table{border-collapse:collapse;width:100%;font-size:9.5pt;margin:1mm 0 3mm}tr{break-inside:avoid}
th,td{border-bottom:1px solid #bbb;padding:.7mm 3mm .7mm 0;text-align:left;vertical-align:top}td{white-space:pre-wrap}
td:first-child{max-width:70mm}
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
    heads = "".join(
        f"<th{_short(head)} scope='col'>{_safe(head)}</th>" if head else "<td></td>" for head in part.heads
    )
    lines = "".join(f"<tr>{''.join(_html_cell(cell) for cell in line)}</tr>" for line in part.rows)
    caption = f"<caption>{_safe(part.caption)}</caption>" if part.caption else ""
    return f"<table>{caption}<thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table>"


def _html_cell(cell) -> str:
    if isinstance(cell, Link):
        address = _safe(cell.url)
        return f'<td>{_safe(cell.words)}<br><a href="{address}" rel="noopener">{address}</a></td>'
    return f'<td{_short(cell)} dir="auto">{_safe(cell)}</td>'


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
    table_lines = [part.heads, ["---"] * len(part.heads), *part.rows]
    rows_said = [
        "| " + " | ".join(cell if cell == "---" else _markdown_cell(cell) for cell in line) + " |"
        for line in table_lines
    ]
    return (f"{_flat(part.caption)}:\n\n" if part.caption else "") + "\n".join(rows_said)


def _markdown_cell(cell) -> str:
    if isinstance(cell, Link):
        # An address of our own table; what would end the link early is written as a code.
        address = re.sub(r"[<>|\s\\]", lambda found: f"%{ord(found[0]):02X}", cell.url)
        return f"{_flat(cell.words)} <{address}>"
    return _flat(cell)


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
