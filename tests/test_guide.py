"""The teaching guide: every lesson with its parts, plans that add up, rows and commands that exist."""

import re
import sys
from pathlib import Path

import nbformat
import pytest

from coursebook import data

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
import course  # noqa: E402

GUIDE = ROOT / "notebooks" / "teaching_guide.md"
TEXT = GUIDE.read_text(encoding="utf-8")
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
PARTS = [
    "Objectives",
    "Minutes",
    "What students get wrong",
    "Prompts",
    "Groups",
    "What can go, what later lessons need",
    "Rubric in short",
    "Slides and paper",
]
each = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
BEGINNINGS = {re.match(r"\D*", row_id)[0] for row_id in data.row_index()}


def markdown(path):
    return [cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "markdown"]


def title(path):
    return markdown(path)[0].splitlines()[0].removeprefix("# ")


def section(path):
    """The parts of a lesson's section, by name and in order."""
    found = re.search(rf"^## {re.escape(title(path))}\n(.+?)(?=^## )", TEXT, re.M | re.S)
    assert found, f"no section {title(path)}"
    pieces = re.split(r"^### (.+)\n", found[1], flags=re.M)[1:]
    return dict(zip(pieces[::2], pieces[1::2], strict=True))


def plan(path):
    lines = [line.strip("| ").split(" | ") for line in section(path)["Minutes"].splitlines() if "|" in line]
    assert lines[0] == ["step", "50", "75", "on the screen"]
    return lines[2:]


def row_ids(text):
    """Words outside code that begin as the id of a row or a claim does."""
    words = re.findall(r"[A-Za-z][\w-]*\d\w*(?:-[\w-]+)?", re.sub(r"`[^`]*`|\([^)]*#[^)]*\)", "", text))
    return {word for word in words if re.match(r"\D*", word)[0] in BEGINNINGS}


@each
def test_a_lesson_has_every_part_in_one_order(path):
    assert list(section(path)) == PARTS
    assert 300 < len(" ".join(section(path).values()).split()) < 900


@each
def test_the_plans_add_up(path):
    for column, minutes in ((1, 50), (2, 75)):
        assert sum(int(step[column]) for step in plan(path)) == minutes


@each
def test_what_is_on_the_screen_is_in_the_lesson_in_that_order(path):
    heads = re.findall(r"^#+ (.+?)(?: \(.*\))?$", "\n".join(markdown(path)), re.M)
    named = [name for step in plan(path) for name in re.findall(r"\*(.+?)\*", step[3])]
    assert [name for name in named if name not in heads] == []
    assert [heads.index(name) for name in named] == sorted(heads.index(name) for name in named)
    assert all("*" in step[3] for step in plan(path))


@each
def test_three_prompts_have_two_sides_with_rows(path):
    prompts = re.findall(r"^\d\. (.+)$", section(path)["Prompts"], re.M)
    assert len(prompts) == 3
    for prompt in prompts:
        question, one, other = re.split(r"\*(?:One side|The other):\*", prompt)
        assert question.strip().startswith("**") and "?" in question
        assert row_ids(one) and row_ids(other), prompt
    assert len(row_ids(section(path)["What students get wrong"])) >= 2


@each
def test_slides_sheets_and_set_are_named(path):
    named, number = section(path)["Slides and paper"], path.stem[:2]
    assert f"`python3 course.py slides {number}`" in named and f"`python3 course.py print {number}`" in named
    assert number == "00" or f"`exercises/{path.stem}`" in named


def test_every_row_and_claim_of_the_guide_exists():
    known = set(data.row_index()) | set(data.table("claims").row_id)
    assert row_ids(TEXT) - known == set()
    assert len(row_ids(TEXT)) > 150


def test_commands_and_files_of_the_guide_exist():
    usage = set(re.findall(r"^python3 course\.py (\S+)", course.__doc__, re.M))
    usage = {"start"} | {name for names in usage for name in names.split("|")}
    named = set(re.findall(r"`python3 course\.py ([a-z]+)", TEXT))
    assert named and named - usage == set()
    for name in re.findall(r"`((?:notebooks|exercises|solutions|data|coursebook)/[\w./-]*)`", TEXT):
        assert (ROOT / name).exists(), name


def anchor(head):
    return re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-")


def test_the_contents_and_every_link_lead_somewhere():
    links = set(re.findall(r"\]\(#([^)]+)\)", TEXT))
    assert links - {anchor(head) for head in re.findall(r"^#+ (.+)$", TEXT, re.M)} == set()
    contents = TEXT.split("\n## ")[0]
    for head in re.findall(r"^## (.+)$", TEXT, re.M):
        assert f"(#{anchor(head)})" in contents, head


def test_the_two_readings_of_each_lesson_are_those_of_the_table():
    pairs = data.table("readings").query("use == 'core_pair'")
    listed = TEXT.split("## Concept cards and readings")[1].split("\n## ")[0]
    for reading in pairs.itertuples():
        line = next(line for line in listed.splitlines() if line.startswith(f"| {reading.lesson} |"))
        assert reading.title in line and f"({reading.row_id}, {reading.minutes} minutes)" in line


def test_the_readme_leads_teachers_to_the_guide():
    assert "notebooks/teaching_guide.md" in (ROOT / "README.md").read_text(encoding="utf-8")
