"""Hand-ins of an invented class: right, half, blank and hostile ones, with the marks they should get.

``python tests/handins.py FOLDER 02 03`` hands in every kind for some sets, grades them and prints
the marks expected beside those given.
"""

import json
import re
import sys
from pathlib import Path

import nbformat

from coursebook import author

SOLUTION = re.compile(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", re.S)


class Handin:
    """One student's notebook of a set, filled from the solutions as far as wanted."""

    def __init__(self, assignment: str):
        """Begin with the exercise as it is handed out."""
        self.assignment = assignment
        self.cells = self._read("exercises").cells
        solved = {self.id(cell): cell.source for cell in self._read("solutions").cells}
        self.answers = {
            name: SOLUTION.search(solved[name])[1]
            for name in map(self.id, self.cells)
            if name.startswith("answer-") and SOLUTION.search(solved[name])
        }
        self.tasks = [name for name in self.answers if self.cell(name).cell_type == "code"]
        self.written = ""

    def _read(self, folder: str):
        return nbformat.read(author.ROOT / folder / self.assignment / f"{self.assignment}.ipynb", 4)

    @staticmethod
    def id(cell) -> str:
        return cell.metadata.get("nbgrader", {}).get("grade_id", "")

    def cell(self, name: str):
        return next(cell for cell in self.cells if self.id(cell) == name)

    def solve(self, *names: str):
        for name in names or self.answers:
            self.cell(name).source = self.answers[name]
        return self

    def put(self, name: str, source: str):
        """Write something of one's own into an answer cell."""
        self.cell(name).source = source
        return self

    def hand_in(self, folder: Path, student: str, file: str = "") -> None:
        target = folder / "submitted" / student / self.assignment / (file or f"{self.assignment}.ipynb")
        target.parent.mkdir(parents=True, exist_ok=True)
        if self.written:
            return target.write_text(self.written, encoding="utf-8") and None
        notebook = self._read("exercises")
        notebook.cells = self.cells
        nbformat.write(notebook, target)


def _instead(source: str, loses: int = 1):
    """Return a kind of hand-in: all right, but the second answer is replaced by a source."""

    def make(handin: Handin) -> int:
        handin.solve().put(handin.tasks[1], source)
        return len(handin.tasks) - loses

    return make


def right(handin):
    handin.solve()
    return len(handin.tasks)


def half(handin):
    kept = handin.tasks[::2]
    handin.solve(*kept)
    return len(kept)


def blank(handin):
    return 0


def deleted(handin):
    handin.solve()
    gone = (handin.tasks[1], handin.tasks[2].replace("answer", "check"))
    handin.cells = [cell for cell in handin.cells if handin.id(cell) not in gone]
    return len(handin.tasks) - 1  # the check comes back, the answer does not


def renamed(handin):
    handin.solve()
    handin.cell(handin.tasks[1]).metadata["nbgrader"]["grade_id"] = "my answer"
    handin.cell(handin.tasks[2]).metadata.pop("nbgrader")
    return len(handin.tasks)


def twice(handin):
    handin.solve()
    copied = json.loads(json.dumps(handin.cell(handin.tasks[0])))
    copied["id"] = "copied"
    copied["source"] = copied["source"].replace("answer_1 =", "answer_1 = 0 #", 1)
    handin.cells.insert(1, nbformat.from_dict(copied))
    return len(handin.tasks)  # the last one counts


def retyped(handin):
    handin.solve()
    cell = handin.cell(handin.tasks[1])
    cell.cell_type = "markdown"
    for part in ("outputs", "execution_count"):
        cell.pop(part, None)
    handin.cell(handin.tasks[2].replace("answer", "check")).source = "pass"
    return len(handin.tasks)


def own_names(handin):
    """All right, but below the last answer the names of the tables stand for nothing."""
    last = handin.solve().tasks[-1]
    tables = "[name for name, kept in globals().items() if type(kept).__name__ == 'DataFrame']"
    task = last.replace("answer-", "answer_")
    emptied = f"globals().update({{name: None for name in {tables} if name != '{task}'}})"
    handin.put(last, f"{handin.answers[last]}\n{emptied}")
    return len(handin.tasks)


def damaged(handin):
    handin.written = '{"cells": [ cut off'
    return 0


def stripped(handin):
    """All metadata lost, as some editors do."""
    handin.solve()
    for cell in handin.cells:
        cell.metadata = nbformat.from_dict({})
    return len(handin.tasks)


KINDS = {
    "right": right,
    "half": half,
    "blank": blank,
    "wrong_type": _instead('answer_2 = "about thirty, {1: [2]}"'),
    "error": _instead("answer_2 = 1 / 0"),
    "endless": _instead("while True:\n    pass"),
    "stubborn": _instead(
        "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass"
    ),
    "exit": _instead("exit()"),
    "os_exit": _instead("import os\nos._exit(1)"),
    "memory": _instead("answer_2 = [0] * 10**10"),
    "flood": _instead('print("x" * 100_000_000)\nanswer_2 = 0'),
    "many_lines": _instead('for i in range(200_000):\n    print("line", i)\nanswer_2 = 0'),
    "disk": _instead('open("big", "wb").write(b"x" * 10**9)\nanswer_2 = 0'),
    "cheat": _instead(
        "import os\nos.environ.pop('NBGRADER_EXECUTION')\ncheck = lambda *_: None\nanswer_2 = 0"
    ),
    "kill": _instead("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"),
    "strange": _instead(
        "class Strange:\n    def __len__(self):\n        while True:\n            pass\n    __iter__ = __contains__ = __len__\nanswer_2 = Strange()"
    ),
    "patricide": _instead(
        "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\nimport time\ntime.sleep(9)"
    ),
    "deleted": deleted,
    "renamed": renamed,
    "twice": twice,
    "own_names": own_names,
    "retyped": retyped,
    "damaged": damaged,
    "stripped": stripped,
}


def hand_in(folder: Path, assignment: str, kinds=KINDS) -> dict[str, int]:
    """Hand in one notebook a kind, the student named after it; return the points each should get."""
    expected = {}
    for kind in kinds:
        handin = Handin(assignment)
        expected[kind] = KINDS[kind](handin)
        handin.hand_in(folder, kind, "my homework.ipynb" if kind == "half" else "")
    return expected


def main(folder: Path, sets: list[str]) -> int:
    """Hand in, grade, compare; returns the number of wrong marks."""
    from coursebook import grading

    off = 0
    for path in author.sets():
        if path.name[:2] in sets:
            expected = hand_in(folder, path.name)
            for row in grading.grade(folder, path.name, again=True):
                wanted = expected[row["student"]]
                off += row["points"] != wanted
                print(
                    path.name[:2],
                    f"{row['student']:12}{wanted:4} {row['points']:5} {row['seconds']:6} s",
                    row["notes"],
                )
    return off


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), sys.argv[2:]))
