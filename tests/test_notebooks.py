"""Notebooks as readers meet them: stored whole, short cells, words with figures that have a row."""

import filecmp
import os
import re
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from coursebook import author, data

ROOT = Path(__file__).resolve().parents[1]
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SETS = author.sets()
EXEMPT = 0  # cells that nbval is told to skip, in all notebooks together

lessons = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
exercise_sets = pytest.mark.parametrize("folder", SETS, ids=lambda path: path.name)


def cells(path, kind=None):
    return [c for c in nbformat.read(path, 4).cells if kind in (None, c.cell_type)]


def solutions():
    return [folder / f"{folder.name}.ipynb" for folder in SETS]


def test_there_are_lessons_and_sets():
    assert len(LESSONS) >= 3 and len(SETS) >= 2


@pytest.mark.parametrize("path", LESSONS + solutions(), ids=lambda path: path.stem)
def test_outputs_are_stored_whole_and_clean(path):
    notebook = nbformat.read(path, 4)
    assert "widgets" not in notebook.metadata
    for cell in cells(path, "code"):
        assert cell.execution_count, cell.source[:60]
        for output in cell.outputs:
            assert output.output_type != "error", cell.source[:60]
            assert author.WIDGET not in output.get("data", {})
            assert "image/png" not in output.get("data", {})  # nbval does not compare it
    assert any(cell.outputs for cell in cells(path, "code"))


def test_no_cell_is_exempt_from_nbval_unless_counted():
    words = ("NBVAL_IGNORE_OUTPUT", "NBVAL_SKIP", "nbval-ignore-output", "nbval-skip")
    found = [
        cell.source[:60]
        for path in LESSONS + solutions()
        for cell in cells(path, "code")
        if any(word in cell.source or word in cell.metadata.get("tags", []) for word in words)
    ]
    assert len(found) == EXEMPT, found


@pytest.mark.parametrize("path", LESSONS + solutions(), ids=lambda path: path.stem)
def test_cells_are_short(path):
    for cell in cells(path):
        if cell.cell_type == "markdown":
            assert len(cell.source.split()) <= 170, cell.source[:60]
        else:
            assert len([line for line in cell.source.splitlines() if line.strip()]) <= 14, cell.source[:60]


@lessons
def test_the_discussion_track_never_meets_open_code(path):
    """In the core: code is folded, opens with a comment, and one cell at most stands between texts."""
    before = None
    for cell in cells(path):
        if "core" not in cell.metadata.get("tags", []):
            break
        if cell.cell_type == "code":
            assert cell.metadata.get("jupyter", {}).get("source_hidden"), cell.source[:60]
            assert cell.source.startswith("# "), cell.source[:60]
            assert before != "code", f"two code cells in a row: {cell.source[:60]}"
        before = cell.cell_type


@lessons
def test_headings_come_in_order(path):
    levels = [len(m) for c in cells(path, "markdown") for m in re.findall(r"^(#+) ", c.source, re.M)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(b <= a + 1 for a, b in zip(levels, levels[1:], strict=False))


@pytest.mark.parametrize("path", [path for path in LESSONS if path.stem[0].isdigit()], ids=lambda p: p.stem)
def test_every_lesson_has_its_parts(path):
    text = "\n".join(c.source for c in cells(path))
    assert "What the author saw early" in text
    assert "tables cannot tell" in text
    assert "A question that stays open" in text
    assert "Covered: " in str([c.get("outputs") for c in cells(path, "code")])


@pytest.mark.parametrize("path", [path for path in LESSONS if path.stem[0].isdigit()], ids=lambda p: p.stem)
def test_an_hour_has_sixty_minutes_in_its_plan_and_in_its_sections(path):
    plan = re.findall(r"^\|.*\| (\d+) \|$", cells(path)[0].source, re.M)
    core = [c.source for c in cells(path, "markdown") if "core" in c.metadata.tags]
    sections = re.findall(r"^## .*\((\d+) minutes\)$", "\n".join(core), re.M)
    assert sum(map(int, plan)) == sum(map(int, sections)) == 60


@pytest.mark.parametrize("path", [path for path in LESSONS if path.stem[0].isdigit()], ids=lambda p: p.stem)
def test_the_minutes_of_the_hour_add_up(path):
    """The plan at the top and the minutes in the headings of the core are the same sixty."""
    core = [c.source for c in cells(path, "markdown") if "core" in c.metadata.get("tags", [])]
    assert sum(int(n) for n in re.findall(r"\| (\d+) \|", core[0])) == 60
    assert sum(int(n) for text in core for n in re.findall(r"^## .*\((\d+) minutes\)", text, re.M)) == 60


MONTHS = "January February March April May June July August September October November December".split()
DAY = re.compile(rf"(\d{{1,2}}) ({'|'.join(MONTHS)}) (\d{{4}})")
ROW = re.compile(r"(?<![\w-])[A-Za-z][\w-]*\d\w*")  # what may be the id of a row
NUMBER = re.compile(r"(?<![\w-])(\d{1,3}(?:,\d{3})+|\d{3,})(?![\w-])")
# The day on which the essay could be read, by which everything is judged, and the newsroom's stops.
KNOWN_DAYS = {"2024-11-15", "2024-10-18", "2024-10-24", "2024-11-12"}


def facts(row_ids):
    days, numbers = set(KNOWN_DAYS), set()
    for row_id in row_ids:
        row = data.row(row_id)
        for value in row:
            if isinstance(value, pd.Timestamp):
                days.add(f"{value:%Y-%m-%d}")
            elif pd.api.types.is_number(value) and not pd.isna(value):
                numbers.add(int(value))
        said = " ".join(str(value) for value in row if isinstance(value, str))
        numbers |= {int(n.replace(",", "")) for n in NUMBER.findall(said)}
    return days, numbers


def without_a_row(paragraph):
    """Return the full dates and the figures of three digits that no row cited in a paragraph holds."""
    days, numbers = facts(set(ROW.findall(paragraph)) & set(data.row_index()))
    dates = [
        f"{year}-{MONTHS.index(month) + 1:02d}-{int(day):02d}" for day, month, year in DAY.findall(paragraph)
    ]
    plain = DAY.sub("", re.sub(rf"(?:{'|'.join(MONTHS)}) \d{{4}}|`[^`]*`|\b(?:19|20)\d\d\b", "", paragraph))
    figures = [number for number in NUMBER.findall(plain) if int(number.replace(",", "")) not in numbers]
    return [date for date in dates if date not in days] + figures


@lessons
def test_days_and_figures_in_prose_come_from_cited_rows(path):
    """A full date or a figure of three digits in a paragraph belongs to a row cited in that paragraph."""
    for cell in cells(path, "markdown"):
        for paragraph in cell.source.split("\n\n"):
            assert not without_a_row(paragraph), f"{without_a_row(paragraph)} without a row: {paragraph[:80]}"


def test_days_and_figures_of_the_guide_come_from_rows_cited_in_the_same_line():
    """A paragraph, an item and a row of a table are one line each in the guide."""
    for line in (ROOT / "notebooks" / "teaching_guide.md").read_text(encoding="utf-8").splitlines():
        assert not without_a_row(line), f"{without_a_row(line)} without a row: {line[:80]}"


@lessons
def test_no_sentence_of_the_essay_stands_in_the_course(path):
    """At most a few decisive words are quoted; the longest are those in the table of claims."""
    assert data.table("claims").decisive_words.str.split().str.len().max() <= 7


@exercise_sets
def test_exercises_are_what_solutions_generate(folder, tmp_path):
    author.release(folder, tmp_path)
    kept = ROOT / "exercises" / folder.name
    compared = filecmp.dircmp(tmp_path / folder.name, kept)
    assert compared.left_only == compared.right_only == []
    for name in compared.common_files:
        assert (tmp_path / folder.name / name).read_bytes() == (kept / name).read_bytes(), name


@exercise_sets
def test_an_untouched_set_runs_and_says_not_attempted(folder):
    path = ROOT / "exercises" / folder.name / f"{folder.name}.ipynb"
    notebook = author.run(path)
    said = [
        output["data"]["text/plain"]
        for cell in notebook.cells
        if cell.cell_type == "code" and cell.source.startswith("check(")
        for output in cell.outputs
        if "data" in output
    ]
    by_hand = [cell for cell in notebook.cells if cell.source.strip() == "*Write your answer here.*"]
    assert by_hand and len(said) + len(by_hand) >= 6
    assert all("not attempted" in words for words in said)


@exercise_sets
def test_nothing_of_a_solution_is_left_in_the_exercise(folder):
    text = (ROOT / "exercises" / folder.name / f"{folder.name}.ipynb").read_text(encoding="utf-8")
    for word in ("BEGIN SOLUTION", "mistake(", "hint(", "full marks"):
        assert word not in text


@exercise_sets
def test_the_kept_answers_are_those_of_the_solutions(folder, tmp_path, monkeypatch):
    author.run(folder / f"{folder.name}.ipynb", record=tmp_path / "checks.json")
    kept = ROOT / "coursebook" / "checks" / f"{folder.name[:2]}.json"
    assert (tmp_path / "checks.json").read_bytes() == kept.read_bytes()
    assert "COURSEBOOK_RECORD" not in os.environ


def test_every_claim_that_a_finished_lesson_walks_is_in_it():
    claims = data.table("claims")
    done = {path.stem[:2]: path for path in LESSONS}
    for claim in claims[claims.testable != "no"].itertuples():
        if claim.lesson in done:
            assert claim.row_id in done[claim.lesson].read_text(encoding="utf-8"), claim.row_id


def test_the_readme_lists_every_lesson_with_its_opening_question():
    listed = (ROOT / "README.md").read_text(encoding="utf-8")
    for path in LESSONS:
        if path.stem[:2].isdigit():
            bold = next(line for line in cells(path)[0].source.splitlines() if line.startswith("**"))
            question = bold.strip("*").removeprefix("It is 15 November 2024 and you advise Seoul: ")
            row = next(line for line in listed.splitlines() if f"`{path.stem}`" in line)
            assert question in row, path.stem
