"""Grade a class's hand-ins with nbgrader, inside limits that a runaway cell cannot pass.

``python3 course.py grade FOLDER 02`` reads ``FOLDER/submitted/STUDENT/02_.../*.ipynb``. nbgrader
grades, keeps the marks and shows free text to a person; this module adds what it lacks. Each
hand-in is put back into the shape that was handed out, each runs in processes of its own with a
limit on time, memory and files, a cell that stops Python or never ends is taken out and the rest
graded again, and outputs are cut. Student code can still read and change whatever its user can:
run the command in a container or under a user that has nothing else and no network.
"""

from __future__ import annotations

import argparse
import csv
import json
import logging
import multiprocessing
import os
import re
import shutil
import sys
import tempfile
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL

import nbformat
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute
from traitlets.config import Config

from coursebook import author

try:
    import resource
except ImportError:  # Windows knows no such limits: there only time is limited
    resource = None

FILE = 20 * 1024**2  # the largest file a cell may write
OUTPUT = 1_000_000  # characters kept of a cell's outputs
LARGEST = 200 * 1024**2  # a larger hand-in is not read
ANSWER = re.compile(r"\b(answer_\d+)\s*=(?!=)")
TOUCHED = re.compile(r"coursebook\.check|NBGRADER|\bjudge\b|^\s*(?:def |from .* import .*)?check\s*=", re.M)


@dataclass(frozen=True)
class Limits:
    """What the code of one hand-in may use.

    Attributes:
        cell: seconds for one cell.
        whole: seconds for the whole; when they are used up, each further cell has one.
        memory: bytes of address space, of which pandas and matplotlib alone take 1 to 2 GB; not
            limited on Windows.
    """

    cell: int = 30
    whole: int = 120
    memory: int = 4 * 1024**3


# What a cell may have changed and every check needs.
RESTORE = (
    "import os as _os\n_os.environ['NBGRADER_EXECUTION'] = 'autograde'\nfrom coursebook.check import check"
)

# The second line is how Moodle and Canvas name what they export:
# "Ann Lee_123_assignsubmission_file/set.ipynb", or "..._file_set.ipynb" without folders, and "leeann_45_678_set.ipynb".
SETTINGS = r"""c = get_config()  # noqa: F821 - nbgrader defines it
c.CourseDirectory.course_id = "pyongyang-to-kursk"
c.FileNameCollectorPlugin.named_regexp = (
    r".*[/\\](?P<student_id>[^/\\]+?_\d+)_(?:assignsubmission_file|\d+)_?[/\\_](?P<file_id>[^/\\]+)"
)
"""


def generate(folder: Path, assignment: str) -> None:
    """Put a set's source and students' version into a class's folder and into its gradebook.

    Args:
        folder: the class's folder; made if it is not there.
        assignment: the name of the set, such as ``02_the_road_to_kursk``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    settings = folder / "nbgrader_config.py"
    if not settings.exists():
        settings.write_text(SETTINGS, encoding="utf-8")
    # nbgrader starts alembic by its name, which must be found whichever way Python was started.
    own = str(Path(sys.executable).parent)
    if own not in os.environ["PATH"].split(os.pathsep):
        os.environ["PATH"] = own + os.pathsep + os.environ["PATH"]
    author.generate(author.ROOT / "solutions" / assignment, folder)


def restored(path: Path, released: nbformat.NotebookNode) -> tuple[nbformat.NotebookNode, list[str]]:
    """Put a hand-in back into the shape that was handed out, and say what had changed.

    Locked cells are those that were handed out. An answer is the last cell with its id that was
    written in; where the id is lost, the cell that assigns ``answer_3``, or the text in its place.
    Cells that a student added stay where they stood.

    Args:
        path: the notebook handed in.
        released: the students' version of the set.

    Raises:
        ValueError: it is no notebook; the message says why.
    """
    if path.stat().st_size > LARGEST:
        raise ValueError(f"it is larger than {LARGEST // 1024**2} MB")
    try:
        cells = nbformat.read(path, as_version=4).cells
    except Exception as error:  # whatever nbformat says about a file that is no notebook
        raise ValueError(f"it is not a notebook ({str(error).splitlines()[0][:120]})") from None
    known = {_id(cell): cell for cell in released.cells}
    unchanged = {cell.source: _id(cell) for cell in released.cells if cell.metadata.nbgrader.locked}
    handed: dict[str, list] = {}
    added: dict[str, list] = {}
    place = ""
    for cell in cells:
        name = _id(cell) if _id(cell) in known else unchanged.get(cell.source, "")
        if name:
            place = name
            handed.setdefault(place, []).append(cell)
        elif cell.cell_type in ("code", "markdown") and cell.source.strip():
            added.setdefault(place, []).append(cell)
    notes, made = [], []
    order = list(known)
    lost = [name for name, cell in known.items() if cell.metadata.nbgrader.solution and name not in handed]
    found = {name: _adopted(known[name], added, order[order.index(name) - 1]) for name in lost}
    for name, cell in known.items():
        cell = nbformat.from_dict(json.loads(json.dumps(cell)))
        if cell.metadata.nbgrader.solution:
            copies = handed.get(name) or found[name]
            written = [other.source for other in copies if other.source != cell.source]
            if name not in handed:
                notes.append(f"{name}: missing" + (", found by its content" if copies else ""))
            elif len(copies) > 1:
                notes.append(f"{name}: there {len(copies)} times, the last one counts")
            cell.source = written[-1] if written else cell.source
        elif any(other.source != cell.source for other in handed.get(name, [cell])) or name not in handed:
            notes.append(f"{name}: changed or deleted, put back")
        made.append(cell)
        made += [_plain_cell(other) for other in added.get(name, [])]
    made = [_plain_cell(other) for other in added.get("", [])] + made
    released = nbformat.from_dict(json.loads(json.dumps(released)))
    released.cells = made
    return released, notes


def _id(cell) -> str:
    return str((cell.metadata.get("nbgrader") or {}).get("grade_id", ""))


def _plain_cell(cell) -> nbformat.NotebookNode:
    make = nbformat.v4.new_code_cell if cell.cell_type == "code" else nbformat.v4.new_markdown_cell
    return make(cell.source)


def _adopted(cell, added: dict[str, list], before: str) -> list:
    """Take the added cell that holds a lost answer out of those added, if there is one."""
    wanted = ANSWER.search(cell.source)
    for place, others in added.items():
        for other in others:
            same = wanted and wanted[1] in ANSWER.findall(other.source)
            if same or not wanted and place == before and other.cell_type == "markdown":
                others.remove(other)
                return [other]
    return []


class LimitedKernel(AsyncKernelManager):
    """A kernel whose process may use so much memory and write so large a file, and no more."""

    limits = Limits()  # the same for all kernels of a process

    async def _async_launch_kernel(self, kernel_cmd, **options):
        if resource:
            options["preexec_fn"] = _limit
        await super()._async_launch_kernel(kernel_cmd, stdout=DEVNULL, stderr=DEVNULL, **options)

    _launch_kernel = _async_launch_kernel


def _limit() -> None:
    for kind, most in (
        (resource.RLIMIT_AS, LimitedKernel.limits.memory),
        (resource.RLIMIT_FSIZE, FILE),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, 2 * LimitedKernel.limits.whole),
    ):
        resource.setrlimit(kind, (most, most))


class Careful(Execute):
    """nbgrader's execution, with cells taken out that stop Python or never end."""

    startup_timeout = 180  # a machine at work starts a kernel slowly
    interrupt_on_timeout = False  # a cell may refuse to be interrupted; its kernel is ended instead
    notes: list[str] = []  # of the one hand-in that this process grades
    progress = staticmethod(lambda place: None)  # is told which cell would be to blame

    def __init__(self, **options):
        """Run in limited kernels."""
        super().__init__(kernel_manager_class=LimitedKernel, **options)
        self.shutdown_kernel = "immediate"
        self.until = time.monotonic() + LimitedKernel.limits.whole

    def preprocess(self, nb, resources=None, km=None):
        """Execute a notebook; take out the cell to blame and begin again until it runs through."""
        while True:
            try:
                return super().preprocess(nb, resources, km)
            except (DeadKernelError, CellTimeoutError) as error:
                late = isinstance(error, CellTimeoutError)
                culprit = self._culprit(nb.cells)
                if culprit is None:
                    raise
                why = "did not end in time" if late else "stopped Python (exit, a crash, no memory left)"
                culprit.source = _taken_out(culprit.source, why)
                self.notes.append(f"{_id(culprit) or 'an added cell'}: taken out, it {why}")

    def preprocess_cell(self, cell, resources, index):
        """Execute a cell; give a check back its tools first, unless the cell above failed."""
        self.at, self.room = index, OUTPUT
        culprit = self._culprit(self.nb.cells)
        self.progress(self.nb.cells.index(culprit) if culprit is not None else None)
        above = self.nb.cells[index - 1].get("outputs", []) if index else []
        failed = any(output.output_type == "error" for output in above)
        if cell.cell_type == "code" and _nbgrader(cell).get("grade") and not failed:
            self.kc.execute(RESTORE, store_history=False, silent=True)
        return super().preprocess_cell(cell, resources, index)

    def on_cell_executed(self, **what):
        """Take ``exit()`` for what it is at once; Python would stop a moment later, in another cell."""
        payload = what["execute_reply"]["content"].get("payload", [])
        if any(part.get("source") == "ask_exit" for part in payload):
            raise DeadKernelError("exit")
        super().on_cell_executed(**what)

    def process_message(self, msg, cell, cell_index):
        """Keep outputs up to a limit."""
        content = msg["content"]
        if msg["msg_type"] == "stream":
            size, content["text"] = len(content["text"]), content["text"][: max(self.room, 0)]
        elif msg["msg_type"] in ("display_data", "execute_result", "update_display_data", "error"):
            size = len(json.dumps(content, default=str))
            if size > self.room and msg["msg_type"] == "error":
                content["evalue"], content["traceback"] = content["evalue"][:1000], []
            elif size > self.room:
                content["data"], content["metadata"] = {"text/plain": ""}, {}
        else:
            return super().process_message(msg, cell, cell_index)
        if self.room >= 0 > self.room - size:
            self.notes.append(f"{_id(cell) or 'an added cell'}: its output was cut at 1 MB")
            cell.outputs.append(
                nbformat.v4.new_output("stream", text="The output was cut at 1 MB.\n", name="stderr")
            )
        shown = self.room > 0 or msg["msg_type"] == "error"
        self.room -= size
        return super().process_message(msg, cell, cell_index) if shown else None

    def _get_timeout(self, cell):
        return max(1, min(LimitedKernel.limits.cell, int(self.until - time.monotonic())))

    def _culprit(self, cells):
        """Return the cell at which it happened, or the student's cell before a locked one."""
        for cell in reversed(cells[: self.at + 1]):
            own = cell.cell_type == "code" and not _nbgrader(cell).get("locked")
            if own and not cell.source.startswith(OUT):
                return cell
        return None


OUT = "# Taken out before grading:"


def _nbgrader(cell) -> dict:
    return cell.metadata.get("nbgrader") or {}


def _taken_out(source: str, why: str) -> str:
    """Return a cell that says why it was taken out, keeps the code as a comment and has no answer."""
    name = ANSWER.search(source)
    lines = [f"{OUT} this cell {why}.", *(f"# {line}" for line in source.splitlines())]
    return "\n".join(lines + ([f"{name[1]} = ..."] if name else []))


def _autograde(folder: str, assignment: str, student: str, limits: Limits, answer) -> None:
    """Grade one prepared hand-in in this process; send back what happened."""
    logging.basicConfig(filename=f"{folder}/grading.log", level=logging.ERROR)
    warnings.simplefilter("ignore")
    LimitedKernel.limits = limits
    Careful.progress = staticmethod(answer.send)
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ[name] = "1"  # each thread would reserve memory
    config = Config()
    config.CourseDirectory.root = folder
    config.CourseDirectory.course_id = "pyongyang-to-kursk"
    config.CourseDirectory.submitted_directory = "prepared"
    config.CourseDirectory.assignment_id = assignment
    config.CourseDirectory.student_id = student
    config.Autograde.force = True
    with tempfile.TemporaryDirectory() as home:
        os.environ["COURSEBOOK_ANSWERS"] = f"{home}/answers.json"
        grader = Autograde(coursedir=CourseDirectory(config=config), config=config)
        grader.log = logging.getLogger(student)
        grader.autograde_preprocessors = [
            Careful if step is Execute else step for step in grader.autograde_preprocessors
        ]
        try:
            grader.start()
            answer.send(Careful.notes)
        except (NbGraderException, SystemExit):
            answer.send([*Careful.notes, "not graded: the reason stands in grading.log"])


def grade_one(folder: Path, assignment: str, student: str, limits: Limits = Limits()) -> dict:
    """Grade one student's hand-in of a set.

    Returns:
        ``{"student": ..., "seconds": ..., "notes": [...]}``; an empty list means nothing odd.
    """
    begun = time.monotonic()
    notes = _prepare(folder, assignment, student)
    path = folder / "prepared" / student / assignment / f"{assignment}.ipynb"
    while True:
        place, said = _run(folder, assignment, student, limits)
        if said is not None or place is None:
            notes += ["not graded: the grading process ended before its first cell"] if said is None else said
            break
        # The code ended even the process that grades it: out with the cell that was running.
        notebook = nbformat.read(path, as_version=4)
        cell = notebook.cells[place]
        cell.source = _taken_out(cell.source, "ended the grading process, or did not let it end")
        notes.append(f"{_id(cell) or 'an added cell'}: taken out, it ended the grading process")
        nbformat.write(notebook, path)
    return {"student": student, "seconds": round(time.monotonic() - begun, 1), "notes": notes}


def _run(folder: Path, assignment: str, student: str, limits: Limits) -> tuple[int | None, list[str] | None]:
    """Grade in a process of its own; return the last cell to blame, and notes unless it ended early."""
    context = multiprocessing.get_context("spawn" if os.name == "nt" else "forkserver")
    if os.name != "nt":
        context.set_forkserver_preload(["coursebook.author", "nbgrader.apps"])  # what takes long to import
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_autograde, args=(str(folder), assignment, student, limits, theirs))
    process.start()
    theirs.close()
    until, place, said = time.monotonic() + 2 * limits.whole, None, None
    try:
        while said is None and ours.poll(max(0, until - time.monotonic())):
            heard = ours.recv()
            if isinstance(heard, list):
                said = heard
            else:
                place = heard
    except EOFError:
        pass
    process.join(5)
    process.kill()  # its kernel ends with it: it looks for its parent, and its CPU time is limited
    return place, said


def _prepare(folder: Path, assignment: str, student: str) -> list[str]:
    released = nbformat.read(folder / "release" / assignment / f"{assignment}.ipynb", as_version=4)
    found = sorted((folder / "submitted" / student / assignment).glob("*.ipynb"))
    named = [path for path in found if path.stem == assignment] or found
    notes = []
    try:
        if not named:
            raise ValueError("there is no notebook")
        if named[0].stem != assignment:
            notes.append(f"its file is named {named[0].name}")
        notebook, changes = restored(named[0], released)
        notes += changes
        own = "\n".join(c.source for c in notebook.cells if not _nbgrader(c).get("locked"))
        if TOUCHED.search(own):
            notes.append("look at it: its code touches the checks themselves")
    except (ValueError, OSError) as error:
        notebook = released
        notes.append(f"graded as blank: {error}")
    target = folder / "prepared" / student / assignment
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    nbformat.write(notebook, target / f"{assignment}.ipynb")
    return notes


def grade(
    folder: Path, assignment: str, again: bool = False, jobs: int = 2, limits: Limits = Limits()
) -> list[dict]:
    """Grade what a class handed in for a set; what was graded before is left alone.

    Args:
        folder: the class's folder.
        assignment: the name of the set.
        again: grade everything again.
        jobs: how many hand-ins are run side by side.
        limits: what the code of one hand-in may use.

    Returns:
        One dictionary a student: ``student``, ``points``, ``of``, ``by_hand`` (free text waits for
        a person), ``seconds`` and ``notes``. The same stands in ``FOLDER/report_NN.csv``.
    """
    students = sorted(path.parent.name for path in folder.glob(f"submitted/*/{assignment}"))
    if not students:
        raise FileNotFoundError(
            f"No hand-ins: put each into {folder}/submitted/STUDENT/{assignment}/{assignment}.ipynb"
        )
    warnings.filterwarnings("ignore", module="nbgrader")
    generate(folder, assignment)
    done = {path.parent.name for path in folder.glob(f"autograded/*/{assignment}")}
    waiting = [name for name in students if again or name not in done]
    with ThreadPoolExecutor(jobs) as pool:
        report = list(pool.map(lambda name: grade_one(folder, assignment, name, limits), waiting))
    with Gradebook(f"sqlite:///{folder}/gradebook.db", "pyongyang-to-kursk") as marks:
        for row in report:
            try:
                kept = marks.find_submission(assignment, row["student"])
                row |= {"points": kept.score, "of": kept.max_score, "by_hand": kept.needs_manual_grade}
            except MissingEntry:
                row |= {"points": 0.0, "of": "", "by_hand": ""}
    with (folder / f"report_{assignment[:2]}.csv").open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, ["student", "points", "of", "by_hand", "seconds", "notes"])
        writer.writeheader()
        writer.writerows(row | {"notes": "; ".join(row["notes"])} for row in report)
    return report


def main(arguments: list[str] | None = None) -> int:
    """Grade a class's folder and print what happened; returns the exit code."""
    parser = argparse.ArgumentParser(prog="course.py grade", description="Grade a class's hand-ins.")
    parser.add_argument("folder", type=Path, help="the class's folder, with submitted/STUDENT/SET/ in it")
    parser.add_argument("set", help="a number such as 02")
    parser.add_argument("--release", action="store_true", help="only make source/ and release/")
    parser.add_argument("--again", action="store_true", help="grade everything again")
    parser.add_argument("--jobs", type=int, default=2, help="hand-ins side by side (2)")
    parser.add_argument("--seconds", type=int, default=Limits.cell, help="seconds a cell may run (30)")
    parser.add_argument(
        "--memory", type=int, default=Limits.memory >> 20, help="megabytes a hand-in may use (4096)"
    )
    chosen = parser.parse_args(arguments)
    names = [path.name for path in author.sets() if path.name.startswith(chosen.set)]
    if len(names) != 1:
        print(f"There is no set {chosen.set}.", file=sys.stderr)
        return 1
    folder = chosen.folder.resolve()
    limits = Limits(cell=chosen.seconds, whole=4 * chosen.seconds, memory=chosen.memory << 20)
    try:
        if chosen.release:
            generate(folder, names[0])
            print(f"Hand out {folder}/release/{names[0]}/{names[0]}.ipynb")
            return 0
        report = grade(folder, names[0], chosen.again, chosen.jobs, limits)
    except (OSError, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 1
    for row in report:
        print(f"{row['student']:20} {row['points']:5} of {row['of']:5} {row['seconds']:6} s", *row["notes"])
    print(
        f"{len(report)} graded. Free text waits in formgrader; the list is {folder}/report_{chosen.set}.csv"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
