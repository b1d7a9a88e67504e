"""What a learner has done and what is left, read from the learner's own notebooks.

A check leaves its outcome in the saved notebook; a free text is done when it is no longer the
stub. Nothing else is kept, so the view and the notebooks cannot disagree. Once a task was tried,
its solution opens: ``solutions/02_....ipynb`` in the learner's folder holds those, and only those.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import nbformat

from coursebook.show import CELL, STYLE, Page

ROOT = Path(__file__).resolve().parents[1]
CHECK = re.compile(r"check\(\s*\"(\d\d\.\d+)\"")
OUTCOME = re.compile(r"(\d\d\.\d+): (correct|not yet|an error in your code|not attempted)\.")
HEADING = re.compile(r"## ((\d+)\. .+)")
SOLUTION_LINES = re.compile(r"(?:^answer_\d+ = \.\.\.\n)?^### (?:BEGIN|END) SOLUTION\n?", re.M)
STUB = "*Write your answer here.*"
RANK = ["left", "tried", "done"]


def show_progress(home: Path | None = None) -> Page:
    """Show for each lesson which tasks are done, tried and left, with links into the solutions.

    Args:
        home: the learner's folder; by default the one above the notebook that asks.
    """
    home = Path(home or Path.cwd().parent)
    lines, done, every = [], 0, 0
    for lesson in sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb")):
        titles = _tasks(lesson.stem)
        states, problem = _states(home, lesson.stem, titles)
        _open_solutions(home, lesson.stem, [task for task, state in states.items() if state != "left"])
        done += sum(state == "done" for state in states.values())
        every += len(titles)
        heading = nbformat.read(lesson, as_version=4).cells[0].source.splitlines()[0].lstrip("# ")
        lines.append(_line(home, lesson.stem, heading, titles, states, problem))
    heads = ["lesson", "answers typed in it", "tasks done", "tried, not yet right", "left"]
    head = "".join(f'<th scope="col" style="{CELL}">{name}</th>' for name in heads)
    words = f"{done} of {every} tasks {'is' if done == 1 else 'are'} done, as the notebooks were last saved."
    body = (
        f'<table style="{STYLE}"><caption style="text-align:left;padding:4px 0">{words} A number that is a '
        f"link opens the solution.</caption><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
    )
    return Page(body, words)


def _tasks(name: str) -> dict[int, str]:
    """Return the tasks of a set by number: ``{3: "3. The longest wait"}``; empty without a set."""
    path = ROOT / "exercises" / name / f"{name}.ipynb"
    if not path.exists():
        return {}
    found = [HEADING.match(cell.source) for cell in nbformat.read(path, as_version=4).cells]
    return {int(heading[2]): heading[1] for heading in found if heading}


def _states(home: Path, name: str, titles: dict[int, str]) -> tuple[dict[int, str], str]:
    """Return for each task left, tried or done, the best of the learner's copies; and what was unreadable."""
    states, problem = dict.fromkeys(titles, "left"), ""
    for path in sorted((home / "exercises" / name).glob("*.ipynb")):
        try:
            found = list(_outcomes(json.loads(path.read_text(encoding="utf-8"))["cells"]))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            problem = f"{path.name} cannot be read"
            continue
        for task, state in found:
            if task in states:
                states[task] = max(states[task], state, key=RANK.index)
    return states, problem


def _outcomes(cells: list[dict]) -> Iterator[tuple[int, str]]:
    for cell in cells:
        source = "".join(cell["source"])
        asked = CHECK.search(source)
        for output in cell.get("outputs", []) if asked else []:
            said = OUTCOME.match("".join(output.get("data", {}).get("text/plain", "")))
            if said and said[1] == asked[1] and said[2] != "not attempted":
                yield int(said[1][3:]), "done" if said[2] == "correct" else "tried"
        grade_id = str((cell["metadata"].get("nbgrader") or {}).get("grade_id", ""))
        if cell["cell_type"] == "markdown" and grade_id.startswith("answer-"):
            yield int(grade_id[7:]), "left" if source.strip() in ("", STUB) else "done"


def _line(home: Path, name: str, heading: str, titles: dict, states: dict, problem: str) -> str:
    title = html.escape(heading)
    link = f'<a href="../exercises/{name}/{name}.ipynb">{title}</a>' if titles else title
    cells = [link + (f"<br>{html.escape(problem)}" if problem else ""), str(_typed(home, name[:2]))]
    for wanted in ("done", "tried", "left"):
        shown = [
            _task(name, title, state) for task, title in titles.items() if (state := states[task]) == wanted
        ]
        cells.append(", ".join(shown) or "–")
    return "<tr>" + "".join(f'<td style="{CELL}">{cell}</td>' for cell in cells) + "</tr>"


def _task(name: str, title: str, state: str) -> str:
    number = title.partition(".")[0]
    if state == "left":
        return number
    anchor = quote(title.replace(" ", "-"))
    hint = html.escape(f"Solution of task {title}", quote=True)
    return f'<a href="../solutions/{name}.ipynb#{anchor}" title="{hint}">{number}</a>'


def _typed(home: Path, lesson: str) -> int:
    """Count what a learner typed in a lesson; a file that cannot be read counts as empty."""
    try:
        answers = json.loads((home / "answers.json").read_text(encoding="utf-8"))["answers"]
        typed = [kept["value"] for key, kept in answers.items() if key.startswith(f"{lesson}.")]
        return sum(value != "" and value is not False for value in typed)  # a 0 was typed
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return 0


def _open_solutions(home: Path, name: str, tried: list[int]) -> None:
    """Write the solutions of the tasks that were tried into the learner's folder."""
    source = ROOT / "solutions" / name / f"{name}.ipynb"
    if not tried or home.resolve() == ROOT or not source.exists():
        return
    notebook = nbformat.read(source, as_version=4)
    notebook.cells = list(_opened(notebook.cells, tried))
    target = home / "solutions" / f"{name}.ipynb"
    text = nbformat.writes(notebook)
    if not target.exists() or target.read_text(encoding="utf-8") != text:
        target.parent.mkdir(exist_ok=True)
        target.write_text(text, encoding="utf-8")


def _opened(cells: list, tried: list[int]) -> Iterator:
    words = "# Solutions of the tasks that you have tried\n\nThe view of your progress adds the others as you try them."
    yield nbformat.v4.new_markdown_cell(words, id="solutions")
    task = 0
    for cell in cells:
        heading = HEADING.match(cell.source)
        task = int(heading[2]) if heading else task
        if "mistakes" in cell.metadata.get("tags", []):  # the check knows them; a reader need not
            continue
        if task in tried or not task and cell.cell_type == "code":
            cell.source = SOLUTION_LINES.sub("", cell.source).strip()
            cell.metadata = nbformat.from_dict({})
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
            yield cell
