"""The class's results: learners' files, counted, and shown for the projector.

A place is a folder, a zip as Moodle or Canvas export it, or nbgrader's folder of submissions. A
file that cannot be used is refused by its name with a reason; the rest of the class still shows.
"""

from __future__ import annotations

import csv
import gc
import html
import io
import os
import re
import time
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import ipywidgets as widgets
import pandas as pd

from coursebook import charts, responses, scores, show
from coursebook.data import row, row_index, statement, table
from coursebook.discuss.base import LABELLED, WIDE, Activity
from coursebook.discuss.positions import STANCES, VERDICTS
from coursebook.intake import Refused, files_in, submitter
from coursebook.invented import invented_files
from coursebook.questions import CITING, question, rows_cited, usable
from coursebook.show import Page, how_many, note, plain

ROOT = Path(__file__).resolve().parents[1]
MOST_FILES = 20_000
SHOWN = 40  # lines of a long list
INVENTED = 24  # learners of the invented class
TABLE = "class_results.csv"


class Answer(NamedTuple):
    """One learner's answer; ``first`` is the value it had before it was changed, if that was kept."""

    value: object
    saved_at: str
    first: object


def default_place() -> Path:
    """Return ``class_files/`` beside ``my_course/``; ``COURSEBOOK_CLASS`` overrides it."""
    return Path(os.environ.get("COURSEBOOK_CLASS") or ROOT / "class_files")


# Reading a class ---------------------------------------------------------------------------


class Room:
    """The answers of a class.

    Attributes:
        said: for each ``(kind, about, part)`` of a question the answers by learner, 0 to n - 1.
        labels: for each learner the name under which the file was handed in.
        files: for each learner how many files were handed in.
        numbers: for each learner a number that says nothing of the name.
        refused: names of files that were not used, with the reason.
        skipped: answers that were not used, as ``(file, key)``.
        invented: whether nobody of this class exists.
        named: whether the teacher wants names shown.
    """

    def __init__(self, invented: bool = False, named: bool = False):
        """Begin with nobody."""
        self.said: dict[tuple, dict[int, Answer]] = {}
        self.labels: list[str] = []
        self.files: list[int] = []
        self.numbers: list[int] = []
        self.refused: list[tuple[str, str]] = []
        self.skipped: list[tuple[str, str]] = []
        self.invented, self.named = invented, named
        self._known: dict[tuple, int] = {}
        self._slot = lru_cache(maxsize=4096)(self._slot_of)

    def _slot_of(self, key: str) -> tuple[str, dict | None]:
        """Return the part that a key names and where its answers are kept, None if nowhere."""
        asked = question(key)
        wanted = asked.kind == "text" or asked.kind != "activity" and asked.about in row_index()
        place = (asked.kind, asked.about, asked.part)
        return asked.part, self.said.setdefault(place, {}) if wanted else None

    def add(self, name: str, content: bytes) -> None:
        """Take in one learner's file; of two files of one learner the answer saved last counts.

        Args:
            name: the path under which it was found.
            content: its bytes.

        Raises:
            Refused: it cannot be used.
        """
        try:
            file = responses.parse(content)
        except responses.NewerVersion as error:
            raise Refused(f"from a newer course: {error}. Update the course to read it") from None
        except ValueError as error:
            raise Refused(str(error)) from None
        who = (submitter(name), file["learner"])
        learner = self._known.setdefault(who, len(self.labels))
        if learner == len(self.labels):
            self.labels.append(who[0] or name.removesuffix(".txt").removesuffix(".json"))
            self.files.append(0)
        self.files[learner] += 1
        for key, entry in file["answers"].items():
            part, slot = self._slot(key)
            if slot is None:
                continue
            value, saved_at = entry["value"], entry["saved_at"]
            if value != "" and not usable(part, value):
                self.skipped.append((name, key))
            elif learner not in slot or saved_at >= slot[learner].saved_at:
                first = entry["earlier"][0]["value"] if entry.get("earlier") else None
                if first is not None and not usable(part, first):
                    first = None
                slot[learner] = Answer(value, saved_at, first)

    def finish(self) -> Room:
        """Drop answers that were erased; number learners by their random ids, so that no order of names shows."""
        for said in self.said.values():
            for learner in [learner for learner, answer in said.items() if answer.value == ""]:
                del said[learner]
        order = sorted(self._known, key=lambda who: (who[1], who[0]))
        self.numbers = [0] * len(order)
        for number, who in enumerate(order, 1):
            self.numbers[self._known[who]] = number
        return self

    def repeated(self) -> str:
        """Say who handed in more than one file and what counts; an empty text if nobody did."""
        many = [learner for learner, files in enumerate(self.files) if files > 1]
        if not many:
            return ""
        told = ", ".join(f"{plain(self.who(learner))} ({self.files[learner]})" for learner in many[:SHOWN])
        more = f" and {how_many(len(many) - SHOWN, 'other')}" if len(many) > SHOWN else ""
        return f"More than one file came from {told}{more}: of each answer the one saved last counts."

    def who(self, learner: int) -> str:
        """Return how a learner is called on the page: a number, or the file's name if names are on."""
        return self.labels[learner] if self.named else f"learner {self.numbers[learner]}"

    def answers(self, kind: str, about: str, part: str) -> dict[int, Answer]:
        """Return the answers to one question by learner; empty if nobody answered."""
        return self.said.get((kind, about, part), {})

    def abouts(self, kind: str) -> list[str]:
        """Return the claims or forecasts that somebody answered, in order."""
        return sorted({key[1] for key, said in self.said.items() if key[0] == kind and said})

    def caption(self, words: str) -> str:
        """Return a caption that says first, where it is so, that the class is invented."""
        return f"Invented class. {words}" if self.invented else words


def collect(place: Path, named: bool = False) -> Room:
    """Read a class; shows a progress bar when that takes more than a second.

    Args:
        place: a folder or a zip.
        named: whether names may be shown.
    """
    room = Room(named=named)
    try:
        found = list(files_in(place))
    except OSError as error:
        room.refused.append((str(place), f"cannot be opened: {error.strerror}"))
        return room
    for name, _ in found[MOST_FILES:]:
        room.refused.append((name, f"more than {MOST_FILES} files"))
    bar = Progress(min(len(found), MOST_FILES))
    gc.disable()  # a parsed file holds no cycles; looking for some takes a third of the time
    try:
        for done, (name, load) in enumerate(found[:MOST_FILES]):
            try:
                room.add(name, load())
            except Refused as reason:
                room.refused.append((name, str(reason)))
            bar.at(done)
    finally:
        gc.enable()
        bar.close()
    return room.finish()


class Progress:
    """A bar that appears after a second and goes away at the end.

    Args:
        total: how many steps there are.
    """

    def __init__(self, total: int):
        """Start the clock; show nothing yet."""
        self.total, self.start, self.bar = total, time.monotonic(), None

    def at(self, done: int) -> None:
        """Say how many steps are done."""
        if done % 50 or time.monotonic() - self.start < 1:
            return
        if self.bar is None:
            from IPython.display import display

            self.bar = widgets.IntProgress(max=self.total, description="Files read", style=LABELLED)
            display(self.bar)
        self.bar.value = done

    def close(self) -> None:
        """Take the bar away."""
        if self.bar is not None:
            self.bar.close()


# What the teacher sees ---------------------------------------------------------------------


def desk() -> Activity:
    """Ask the teacher where the class's files lie and whether names may be shown."""
    task = (
        "Leave the field empty to read the folder class_files beside my_course, or name another folder or the "
        "zip that your learning platform exported. Then run the cells below: Run, Run Selected Cell and All Below."
    )
    asked = Activity("Which class", task, 2, "class")
    asked.add(asked.saved(widgets.Text(description="Folder or zip", style=LABELLED, layout=WIDE), "place"))
    names = widgets.Checkbox(
        description="Show the names under which files were handed in", indent=False, layout=WIDE
    )
    asked.add(asked.saved(names, "names"))
    return asked


def read() -> Room:
    """Read the class that the desk names; an invented one where ``class_files/`` is empty."""
    kept = responses.mine()
    typed, named = str(kept.get("class.place", "")).strip().strip("\"'"), bool(kept.get("class.names"))
    if typed:
        return collect(ROOT / Path(typed).expanduser(), named)
    place = default_place()
    if place.is_dir() and any(files_in(place)):
        return collect(place, named)
    room = Room(invented=True)
    for number, content in enumerate(invented_files(INVENTED), 1):
        room.add(f"invented-{number:02d}.json", content)
    return room.finish()


def summary(room: Room) -> Page:
    """Say how many files were read, and list by name what was refused or left out, with reasons."""
    if room.invented:
        return note(
            f"This is an invented class of {len(room.labels)}, drawn by lot: class_files/ is empty. Put your "
            "learners' files or the zip there, then run this cell and those below again."
        )
    words = f"{how_many(len(room.labels), 'learner')}; files refused: {len(room.refused)}. {room.repeated()}"
    parts = [note(words).body]
    if room.refused:
        frame = pd.DataFrame(room.refused, columns=["file", "reason"])
        parts.append(_listed(frame, f"Files refused: {len(frame)}; the others count."))
    if room.skipped:
        frame = pd.DataFrame(room.skipped, columns=["file", "reason"])
        frame["reason"] = "answer " + frame.reason + ": not one that the course offers"
        left_out = how_many(len(frame), "answer was", "answers were")
        parts.append(_listed(frame, f"{left_out} left out; the rest of each file counts."))
    return Page("".join(parts), words)


def _listed(frame: pd.DataFrame, caption: str) -> str:
    more = f" The first {SHOWN} are listed." if len(frame) > SHOWN else ""
    cut = frame.head(SHOWN).map(lambda words: plain(words)[:200].replace("://", ": //"))
    return show.rows(cut, caption + more).body


def counted(room: Room, kind: str, parts: dict[str, str], scale: list[str]) -> dict[str, pd.DataFrame]:
    """Count answers on a scale, one table for each part of a question, one row for each claim.

    Args:
        room: the class.
        kind: ``"stance"`` or ``"verdict"``.
        parts: the parts of a question, each with the title of its panel.
        scale: the answers in order.

    Returns:
        For each title a frame with claims as index and answers as columns.
    """
    claims = room.abouts(kind)
    return {
        title: pd.DataFrame(
            [
                Counter(answer.value for answer in room.answers(kind, claim, part).values())
                for claim in claims
            ],
            index=claims,
            columns=scale,
        )
        .fillna(0)
        .astype(int)
        for part, title in parts.items()
    }


def _picture(room: Room, panels: dict[str, pd.DataFrame], what: str, caption: str) -> Page:
    told = [
        f"{claim}, {title.lower()}: "
        + (", ".join(f"{n} {answer}" for answer, n in counts.loc[claim].items() if n) or "nobody")
        for claim in next(iter(panels.values())).index
        for title, counts in panels.items()
    ]
    return charts.stacked(panels, f"{what}. {'; '.join(told)}.", room.caption(caption), "learners")


def stances(room: Room) -> Page:
    """Show how the class stood on each claim before and after the evidence, and who moved."""
    parts = {"before.choice": "Before the evidence", "after.choice": "After the evidence"}
    panels = counted(room, "stance", parts, STANCES)
    lines = []
    for claim in room.abouts("stance"):
        before, after = (room.answers("stance", claim, part) for part in parts)
        both = [
            STANCES.index(after[one].value) - STANCES.index(before[one].value)
            for one in before
            if one in after
        ]
        towards, away = sum(step < 0 for step in both), sum(step > 0 for step in both)
        lines.append([claim, row(claim).claim, len(both), towards, away, len(both) - towards - away])
    if not lines:
        return note("No stance in these files.")
    picture = _picture(room, panels, "Stances by claim", "Stances before and after the evidence.")
    heads = (
        "claim what_it_says answered_twice moved_towards_agreeing moved_towards_disagreeing stayed".split()
    )
    words = room.caption("Who answered twice, and where they moved. Moving is not better than staying.")
    return _together(picture, show.rows(pd.DataFrame(lines, columns=heads), words))


def _together(*pages: Page) -> Page:
    return Page("".join(page.body for page in pages), " ".join(page.words for page in pages))


def verdicts(room: Room) -> Page:
    """Show both verdicts of the class on each claim, beside those of the tables' authors."""
    parts = {"then": "Reasonable on 15 November 2024", "since": "Borne out since"}
    panels = counted(room, "verdict", parts, VERDICTS)
    claims = room.abouts("verdict")
    if not claims:
        return note("No verdict in these files.")
    picture = _picture(room, panels, "Verdicts by claim", "Both verdicts by claim.")
    ours = table("claim_verdicts").drop_duplicates("claim_id").set_index("claim_id")
    lines = [
        [claim, row(claim).claim]
        + [panel.loc[claim].idxmax() if panel.loc[claim].any() else "–" for panel in panels.values()]
        + ([ours.reasonable_2024[claim], ours.borne_out[claim]] if claim in ours.index else ["–", "–"])
        for claim in claims
    ]
    heads = "claim what_it_says most_said_then most_said_since the_authors_then the_authors_since".split()
    words = room.caption("The verdict given most often, and that of the tables' authors.")
    return _together(picture, show.rows(pd.DataFrame(lines, columns=heads), words))


def forecasts(room: Room) -> Page:
    """Show the class's probabilities, how they moved, what came, and the Brier scores."""
    ends = scores.scored_forecasts().set_index("row_id")
    lines, scored, given = [], [], {}
    for fid in room.abouts("forecast"):
        said = room.answers("forecast", fid, "percent")
        if not said:
            continue
        item, came = row(fid), ends.outcome.get(fid, "open")
        given[fid] = values = pd.Series([answer.value for answer in said.values()], dtype="float64")
        lines.append([fid, item.question, len(values), values.median(), _shifted(said), came])
        if came != "open":
            each = scores.brier(values, pd.Series(came, index=values.index)).mean()
            rivals = [
                scores.brier(float(p), came) for p in (values.median(), item.base_rate, item.trend_rate)
            ]
            scored.append([fid, *(f"{score:.2f}" for score in (each, *rivals))])
    if not lines:
        return note("No forecast in these files.")
    heads = "forecast question learners median,_% changed_it:_median_from_and_to what_came"
    words = room.caption("The class's probabilities of yes, in percent.")
    first = show.rows(pd.DataFrame(lines, columns=heads.split()), words)
    heads = "forecast the_class,_mean_of_its_scores the_median_of_the_class nothing_changes the_trend_goes_on"
    words = room.caption("Brier scores: 0 is best, always saying 50 gives 0.25.")
    second = show.rows(pd.DataFrame(scored, columns=heads.split()), words)
    return _together(_dots(room, given, ends), first, second)


def _shifted(said: dict[int, Answer]) -> str:
    changed = [(a.first, a.value) for a in said.values() if a.first is not None]
    if not changed:
        return "nobody"
    start, end = (pd.Series(values).median() for values in zip(*changed, strict=True))
    return f"{len(changed)}: {start:.0f} to {end:.0f}"


def _dots(room: Room, given: dict[str, pd.Series], ends: pd.DataFrame) -> Page:
    drawn, axes = charts.figure(height=1.2 + 0.55 * len(given))
    told = []
    for place, (fid, values) in enumerate(given.items()):
        item = row(fid)
        bins = (values / 5).round().mul(5).value_counts()
        area = 30 + 700 * bins / len(values)
        axes.scatter(bins.index, [place] * len(bins), s=area, color=charts.CYCLE[0], alpha=0.45, lw=0)
        axes.plot([values.median()], [place], "|", color="black", ms=22, mew=2.5)
        axes.plot([item.base_rate], [place + 0.36], "^", color=charts.CYCLE[1], ms=7)
        came = ends.outcome.get(fid, "open")
        axes.annotate(f"came: {came}", (103, place), va="center", annotation_clip=False)
        told.append(
            f"{fid}: median {values.median():.0f} %, from {values.min():.0f} to {values.max():.0f}, came: {came}"
        )
    axes.set(xlim=(-3, 102), ylim=(len(given) - 0.4, -0.6), xlabel="probability of yes, %")
    axes.set_yticks(range(len(given)), list(given))
    axes.grid(axis="x", color="#ddd")
    caption = (
        "A disc is larger where more learners said so; the bar is the median, the triangle “nothing changes”."
    )
    return charts.page(drawn, f"The class's probabilities. {'; '.join(told)}.", room.caption(caption))


SIDES = {
    "stance": (set(STANCES[:2]), set(STANCES[3:])),
    "verdict": (set(VERDICTS[:2]), set(VERDICTS[3:5])),
}


def sides(room: Room) -> pd.DataFrame:
    """Return how evenly the class splits on each question, most evenly first.

    Columns: question, what_it_says (the claim, or what the forecast asks), yes, no, beside (in the
    middle, or cannot be told), and smaller_side: the share of the smaller side among all who
    answered, from 0 to 0.5.
    """
    lines = []
    for (kind, about, part), said in room.said.items():
        values = [answer.value for answer in said.values()]
        if part == "percent":
            yes, no = sum(value > 50 for value in values), sum(value < 50 for value in values)
            words, says = f"Forecast {about}: above or below 50 %", row(about).question
        elif part in ("then", "since", "after.choice"):
            yes, no = (sum(value in side for value in values) for side in SIDES[kind])
            asked = {"then": "reasonable then", "since": "borne out since", "after.choice": "agree, after"}[
                part
            ]
            words, says = f"{about}: {asked}", row(about).claim
        else:
            continue
        if values:
            lines.append([words, says, yes, no, len(values) - yes - no, min(yes, no) / len(values)])
    frame = pd.DataFrame(lines, columns=["question", "what_it_says", "yes", "no", "beside", "smaller_side"])
    return frame.sort_values(["smaller_side", "question"], ascending=[False, True], ignore_index=True)


def splits(room: Room, most: int = 6) -> Page:
    """Show the questions on which the class splits most evenly: those worth the next ten minutes."""
    found = sides(room).head(most)
    if found.empty:
        return note("No answer in these files on which a class could split.")
    found = found.assign(smaller_side=[f"{100 * share:.0f} %" for share in found.smaller_side])
    words = "Where the class splits most evenly. Ask one from each side to speak."
    heads = "question what_it_says yes no beside=in_between_or_cannot_tell smaller_side"
    return show.rows(found, room.caption(words), heads)


def citations(room: Room) -> pd.DataFrame:
    """Return how many learners cite each row, most cited first.

    Columns: row, learners, cited_for (claims with their sides) and known (whether a table has it).
    """
    who: dict[str, set] = {}
    where: dict[str, Counter] = {}
    for (kind, about, part), said in room.said.items():
        place = part.rpartition(".")[2]
        if kind in ("stance", "verdict") and place in CITING:
            side = about if place == "row" else f"{place} {about}"
            for learner, answer in said.items():
                for row_id in rows_cited(answer.value):
                    who.setdefault(row_id, set()).add(learner)
                    where.setdefault(row_id, Counter())[side] += 1
    lines = [
        [
            row_id,
            len(learners),
            "; ".join(f"{side}: {n}" for side, n in where[row_id].most_common(3)),
            row_id in row_index(),
        ]
        for row_id, learners in who.items()
    ]
    frame = pd.DataFrame(lines, columns=["row", "learners", "cited_for", "known"])
    return frame.sort_values(["learners", "row"], ascending=[False, True], ignore_index=True)


def cited(room: Room, most: int = 10) -> Page:
    """Show the rows that most learners cite, what they state, and for which side."""
    found = citations(room)
    if found.empty:
        return note("No row is cited in these files.")
    known = found[found.known].head(most)
    known = known.assign(states=[statement(row_id) for row_id in known.row])
    unknown = int((~found.known).sum())
    more = (
        f" {how_many(unknown, 'id that was typed names', 'ids that were typed name')} no row."
        if unknown
        else ""
    )
    words = room.caption(
        f"The rows that most learners cite.{more} A row cited on both sides is worth a look."
    )
    return show.rows(known, words, "row states=what_it_states learners cited_for")


def _reasons_of(room: Room, claim: str) -> list[tuple[str, int, str, str]]:
    """Return side, learner, words and cited rows of everybody who gave a reason on a claim."""
    found = []
    for kind, reason, choice, rows in (
        ("stance", "before.reason", "before.choice", ""),
        ("stance", "after.reason", "after.choice", "after.row"),
        ("verdict", "reason", "since", "for"),
    ):
        for learner, answer in room.answers(kind, claim, reason).items():
            chosen = room.answers(kind, claim, choice).get(learner)
            cited_rows = room.answers(kind, claim, rows).get(learner)
            for side, values in zip(("yes", "no"), SIDES[kind], strict=True):
                if chosen and chosen.value in values and answer.value.strip():
                    found.append((side, learner, answer.value, cited_rows.value if cited_rows else ""))
    return found


def reasons(room: Room, each: int = 3) -> Page:
    """Show reasons to read out, folded by claim, on both sides; names only if the desk says so.

    Those that cite a row come first, then those of a length that can be read aloud.

    Args:
        room: the class.
        each: reasons for each side.
    """
    blocks = []
    for claim in sorted(set(room.abouts("stance")) | set(room.abouts("verdict"))):
        found = _reasons_of(room, claim)
        if not found:
            continue
        lists = ""
        for side, title in (("yes", "For the claim"), ("no", "Against it")):
            given = [one for one in found if one[0] == side]
            given.sort(
                key=lambda one: (not rows_cited(one[2] + " " + one[3]), abs(len(one[2]) - 150), one[2])
            )
            items = "".join(_item(room, *one[1:]) for one in given[:each])
            lists += f"<p><b>{title}</b> ({how_many(len(given), 'reason')})</p>" + (
                f"<ul>{items}</ul>" if items else ""
            )
        blocks.append(
            f"<details><summary>{claim}: {html.escape(row(claim).claim)}</summary>{lists}</details>"
        )
    if not blocks:
        return note("No reason in these files.")
    words = room.caption("Reasons to read out, up to three for each side. Open one claim at a time.")
    return Page(f"<p>{html.escape(words)}</p>" + "".join(blocks), words)


def _item(room: Room, learner: int, words: str, rows: str) -> str:
    shown = plain(words).strip()
    shown = shown if len(shown) <= 400 else shown[:400] + " …"
    name = f"<i>{html.escape(plain(room.who(learner)))}</i>: " if room.named else ""
    beside = f" <small>[{html.escape(', '.join(rows_cited(rows)[:5]))}]</small>" if rows_cited(rows) else ""
    return (
        f'<li style="overflow-wrap:anywhere">{name}<span dir="auto">{html.escape(shown)}</span>{beside}</li>'
    )


def tallies() -> Page:
    """Show the hands that the teacher typed in the lessons, before and after, one picture a vote."""
    hands: dict[str, dict[str, dict[str, int]]] = {}
    for key, entry in responses.mine().file["answers"].items():
        found = re.fullmatch(r"(\d\d)\.tally\.(before|after)\.(\d+)", key)
        if found and isinstance(entry["value"], int):
            option = str(entry.get("asked", "")).rpartition(",")[0] or f"option {int(found[3]) + 1}"
            moments = hands.setdefault(found[1], {"before": {}, "after": {}})
            moments[found[2]][option] = entry["value"]
    if not hands:
        return note(
            "No hands typed yet: the class's tally stands in each lesson, and what you type there shows here."
        )
    pictures = []
    for lesson, moments in sorted(hands.items()):
        options = sorted(moments["before"] | moments["after"])
        pair = [{option: moments[when].get(option, 0) for option in options} for when in ("before", "after")]
        pictures.append(charts.shift(*pair, f"Lesson {lesson}: hands before and after the evidence."))
    return _together(*pictures)


# A table to keep ---------------------------------------------------------------------------

FORMULA = re.compile(r"(^|[;,\t|\n\"'])(?=\s*[=+\-@＝＋－＠])")


@lru_cache(maxsize=4096)
def harmless(value) -> object:
    """Return a value that no spreadsheet takes for a formula; numbers stay numbers."""
    if not isinstance(value, str):
        return value
    return FORMULA.sub(r"\1'", plain(value).replace("\n", " / ").strip())


def keep(room: Room, folder: Path | None = None) -> Page:
    """Write every answer that was counted to ``class_results.csv``, one row an answer.

    Learners are numbers, or names if the desk says so.

    Args:
        room: the class.
        folder: where to; by default the teacher's own course folder.
    """
    target = (folder or responses.default_path().parent) / TABLE
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerow(["learner", "kind", "about", "part", "answer", "first_answer", "saved_on"])
    names = [harmless(room.who(learner)) for learner in range(len(room.labels))]
    count = 0
    for (kind, about, part), said in sorted(room.said.items()):
        for learner, (value, saved_at, first) in sorted(said.items(), key=lambda one: room.numbers[one[0]]):
            first = "" if first is None else harmless(first)
            writer.writerow([names[learner], kind, about, part, harmless(value), first, saved_at[:10]])
            count += 1
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text.getvalue(), encoding="utf-8-sig", newline="")
    except OSError as error:
        return note(
            f"NOT written: {target.name} ({error.strerror}). Close it in other programs, or make room."
        )
    what = "names" if room.named else "numbers, not names"
    return note(
        room.caption(f"{how_many(count, 'answer')} written to {TABLE} in your course folder, with {what}.")
    )
