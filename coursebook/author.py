"""What authors run: store a notebook's outputs with stable bytes, generate exercises/."""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

ROOT = Path(__file__).resolve().parents[1]
WIDGET = "application/vnd.jupyter.widget-view+json"
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
SAVE_CHECKS = "from coursebook.check import save_record\nsave_record({path!r})"


def run(path: Path, record: Path | None = None) -> nbformat.NotebookNode:
    """Execute a notebook from top to bottom, with an empty learner's file, and return it.

    Args:
        path: the notebook; it runs in its own folder.
        record: where to write what its checks record; None to check as learners do.

    Raises:
        CellExecutionError: a cell raised.
    """
    notebook = nbformat.read(path, as_version=4)
    if record:
        notebook.cells.append(nbformat.v4.new_code_cell(SAVE_CHECKS.format(path=str(record))))
    with tempfile.TemporaryDirectory() as folder:
        wanted = {"COURSEBOOK_ANSWERS": f"{folder}/answers.json", "COURSEBOOK_CLASS": folder}
        wanted["COURSEBOOK_RECORD"] = "1" if record else ""
        old = {name: os.environ.get(name) for name in wanted}
        os.environ.update(wanted)
        try:
            NotebookClient(
                notebook,
                timeout=300,
                startup_timeout=180,
                kernel_name="python3",
                resources={"metadata": {"path": str(path.parent)}},
            ).execute()
        finally:
            for name, value in old.items():
                os.environ.pop(name) if value is None else os.environ.update({name: value})
    if record:
        notebook.cells.pop()
    return notebook


def clean(notebook: nbformat.NotebookNode) -> None:
    """Take out what differs from run to run: widget views and state, times, versions."""
    notebook.metadata = nbformat.from_dict(
        {k: v for k, v in notebook.metadata.items() if k not in ("widgets", "language_info", "signature")}
    )
    notebook.metadata["kernelspec"] = KERNEL
    notebook.metadata["language_info"] = {"name": "python"}
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET, None)


def slides(notebook: nbformat.NotebookNode) -> None:
    """Mark a lesson's cells for nbconvert's slides: a slide for each heading, one below for each text.

    A text and the output after it share a slide; what is marked *at home*, and cells that show
    nothing, are skipped. A notebook without a core stays as it is.
    """
    if not any("core" in cell.metadata.get("tags", []) for cell in notebook.cells):
        return
    for cell in notebook.cells:
        if "core" not in cell.metadata.get("tags", []):
            kind = "skip"
        elif cell.cell_type == "markdown":
            kind = "slide" if re.match("##? ", cell.source) else "subslide"
        else:
            kind = "-" if cell.outputs else "skip"
        cell.metadata["slideshow"] = {"slide_type": kind}


def store(path: Path) -> None:
    """Execute a notebook and write it back with its outputs."""
    notebook = run(path)
    clean(notebook)
    slides(notebook)
    nbformat.write(notebook, path)


def sets() -> list[Path]:
    """Return the folders of the exercise sets in solutions/."""
    return sorted(folder for folder in (ROOT / "solutions").glob("[0-9][0-9]_*") if folder.is_dir())


def record(folder: Path) -> None:
    """Run a set's solution, store its outputs and keep the digests of its answers."""
    path = folder / f"{folder.name}.ipynb"
    target = ROOT / "coursebook" / "checks" / f"{folder.name[:2]}.json"
    target.parent.mkdir(exist_ok=True)
    notebook = run(path, record=target)
    clean(notebook)
    nbformat.write(notebook, path)


def generate(folder: Path, root: Path, database: bool = True) -> None:
    """Write a set's authors' version to ``root/source`` and, by nbgrader, the students' to ``root/release``.

    Args:
        folder: the set in solutions/.
        root: an nbgrader course folder.
        database: keep the set in the gradebook of that folder, which grading needs.

    Raises:
        RuntimeError: nbgrader refused; its message says which cell.
    """
    from nbgrader.converters import GenerateAssignment
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import Config

    notebook = nbformat.read(folder / f"{folder.name}.ipynb", as_version=4)
    # Cells tagged "solution" explain the answer, or name the mistakes and hints that are kept in
    # coursebook/checks/; nbgrader has no word for them.
    notebook.cells = [c for c in notebook.cells if "solution" not in c.metadata.get("tags", [])]
    source = root / "source" / folder.name
    source.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, source / f"{folder.name}.ipynb")
    config = Config()
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.course_id = "pyongyang-to-kursk"
    config.CourseDirectory.assignment_id = folder.name
    config.ClearSolutions.code_stub = {"python": "# write your answer here"}
    config.ClearSolutions.text_stub = "*Write your answer here.*"
    config.SaveCells.enabled = database
    config.GenerateAssignment.no_database = not database
    config.GenerateAssignment.force = True
    GenerateAssignment(coursedir=CourseDirectory(config=config), config=config).start()
    made = list((root / "release" / folder.name).glob("*.ipynb"))
    if not made:
        raise RuntimeError(f"nbgrader made nothing of {folder.name}.")
    for path in made:
        notebook = nbformat.read(path, as_version=4)
        clean(notebook)
        nbformat.write(notebook, path)


def release(folder: Path, target: Path) -> None:
    """Write the students' version of a set below ``target``, without a gradebook."""
    with tempfile.TemporaryDirectory() as work:
        generate(folder, Path(work), database=False)
        shutil.rmtree(target / folder.name, ignore_errors=True)
        shutil.copytree(Path(work) / "release" / folder.name, target / folder.name)


def exercises(chosen: list[str]) -> None:
    """Record the checks of the sets and generate exercises/ from solutions/."""
    for folder in sets():
        if chosen and not any(re.match(name, folder.name) for name in chosen):
            continue
        record(folder)
        release(folder, ROOT / "exercises")
        print(f"exercises/{folder.name}")


def main(arguments: list[str] | None = None) -> int:
    """Run one of the authors' commands; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m coursebook.author", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("store", help="execute notebooks and store their outputs")
    one.add_argument("notebooks", nargs="+", type=Path)
    two = commands.add_parser("exercises", help="generate exercises/ from solutions/")
    two.add_argument("sets", nargs="*", help="numbers such as 02; all by default")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.command == "store":
            for path in chosen.notebooks:
                store(path.resolve())
                print(path)
        else:
            exercises(chosen.sets)
    except (CellExecutionError, RuntimeError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
