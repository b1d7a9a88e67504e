"""The learner's file: everything typed in the course, in one readable JSON file.

``my_course/answers.json`` is read when a notebook starts and written at every change, by writing
a new file beside it and putting that in its place. A file that is damaged is set aside, one from
a newer course is left alone; what is typed is kept either way. It holds no code. Its form is
``answers.schema.json`` beside this module.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import tempfile
import uuid
from pathlib import Path

from filelock import FileLock, Timeout

from coursebook.show import Page, note

VERSION = 1
HOME = Path(__file__).resolve().parents[1] / "my_course"
SCHEMA = Path(__file__).with_name("answers.schema.json")
COPY = "answers.json"  # its name where it is handed in
LONGEST = 20_000  # characters kept of one answer


def default_path() -> Path:
    """Return where this learner's answers are kept; ``COURSEBOOK_ANSWERS`` overrides it."""
    return Path(os.environ.get("COURSEBOOK_ANSWERS") or HOME / "answers.json")


def now() -> str:
    """Return the time in UTC, such as ``2024-11-15T09:30:00.123456Z``."""
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def empty() -> dict:
    """Return a learner's file without answers and with a random id: no name is needed."""
    return {
        "course": "pyongyang-to-kursk",
        "version": VERSION,
        "learner": uuid.uuid4().hex[:12],
        "answers": {},
    }


def merge(older: dict, newer: dict) -> dict:
    """Join two versions of one learner's answers: for each key the one saved last stays.

    Args:
        older: ``{key: {"value": ..., "saved_at": ...}}``.
        newer: the same; it wins where both were saved at the same time.
    """
    joined = dict(older)
    for name, answer in newer.items():
        if name not in joined or answer["saved_at"] >= joined[name]["saved_at"]:
            joined[name] = answer
    return joined


class Answers:
    """One learner's answers, kept in memory and on disk.

    ``message`` is a sentence for the learner: when it was saved, or why it was not.

    Args:
        path: the file; by default :func:`default_path`.
    """

    def __init__(self, path: Path | str | None = None):
        """Read the file if there is one; never raise because of what it holds."""
        self.path = Path(path) if path else default_path()
        self.message = "Not saved yet: nothing typed."
        self.file = empty()
        self._read_first()

    def _read_first(self) -> None:
        try:
            self.file = read(self.path)
            self.message = f"Read from {self.path.name}."
        except FileNotFoundError:
            pass
        except NewerVersion:
            self.path = self.path.with_name(f"{self.path.stem}.version-{VERSION}.json")
            self.message = (
                "Your answers come from a newer version of the course. They stay untouched; "
                f"new ones go to {self.path.name}. Update the course to see all of them."
            )
            try:
                self.file = read(self.path)
            except (OSError, ValueError):
                pass
        except ValueError as error:
            self.message = self._set_aside(error)
        except OSError as error:
            self.message = (
                f"Your answers cannot be read ({error.strerror}). New ones are kept in memory only."
            )

    def _set_aside(self, error: Exception) -> str:
        stamp = dt.datetime.now().strftime("%Y%m%d-%H%M%S")
        aside = self.path.with_name(f"{self.path.stem}.damaged-{stamp}.json")
        try:
            os.replace(self.path, aside)
        except OSError as problem:
            self.path = self.path.with_name(f"{self.path.stem}.new-{stamp}.json")
            return (
                f"Your answers file is damaged ({error}) and cannot be moved ({problem.strerror}). "
                f"It stays where it is; new answers go to {self.path.name}."
            )
        return f"Your answers file was damaged ({error}). It is kept as {aside.name}; a new one was begun."

    def get(self, name: str, default=None):
        """Return the value kept under a key, or the default."""
        answer = self.file["answers"].get(name)
        return default if answer is None else answer["value"]

    def put(self, name: str, value) -> str:
        """Keep a value under a key, on disk if possible; return the message for the learner."""
        if isinstance(value, str) and len(value) > LONGEST:
            value = value[:LONGEST]
        self.file["answers"][name] = {"value": value, "saved_at": now()}
        return self.save()

    def save(self) -> str:
        """Write the file, joined with what another notebook may have written meanwhile."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(str(self.path) + ".lock", timeout=3):
                self._join_with_disk()
                write(self.path, self.file)
            self.message = f"Saved at {dt.datetime.now():%H:%M:%S}."
        except Timeout:
            self.message = "NOT saved: another program holds the file. It is tried again at your next change."
        except OSError as error:
            self.message = (
                f"NOT saved ({error.strerror}). Your text stays in this notebook and is tried again at "
                "your next change; copy it elsewhere before you close."
            )
        return self.message

    def _join_with_disk(self) -> None:
        try:
            disk = read(self.path)
        except FileNotFoundError:
            return
        except ValueError as error:
            self._set_aside(error)
            return
        self.file["answers"] = merge(disk["answers"], self.file["answers"])
        self.file["learner"] = disk["learner"]


class NewerVersion(ValueError):
    """The file was written by a newer version of the course."""


def read(path: Path) -> dict:
    """Return a learner's file after checking its form.

    Raises:
        NewerVersion: its version is higher than this course knows.
        ValueError: it is not JSON, or not of the published form; the message says where.
        OSError: it cannot be opened.
    """
    try:
        file = json.loads(Path(path).read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8 text at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"line {error.lineno}, column {error.colno}: {error.msg}") from None
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if isinstance(file, dict) and isinstance(file.get("version"), int) and file["version"] > VERSION:
        raise NewerVersion(f"version {file['version']}, this course knows {VERSION}")
    problem = first_problem(file)
    if problem:
        raise ValueError(problem)
    return file


def first_problem(file) -> str:
    """Say what is wrong with the form of a learner's file; an empty text means nothing."""
    import jsonschema

    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    error = next(iter(jsonschema.Draft202012Validator(schema).iter_errors(file)), None)
    if error is None:
        return ""
    place = "/".join(str(step) for step in error.absolute_path) or "the file"
    return f"{place}: {error.message[:200]}"


def write(path: Path, file: dict) -> None:
    """Write a learner's file whole or not at all.

    Raises:
        OSError: the disk is full or the folder cannot be written to.
    """
    text = json.dumps(file, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    if path.exists() and not os.access(path, os.W_OK):
        raise PermissionError(13, "the file is read-only")
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as target:
            target.write(text)
            target.flush()
            os.fsync(target.fileno())
        os.replace(name, path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def copy_to(folder: Path | str = ".") -> Page:
    """Copy the learner's file into a folder, so that it is handed in with what lies there.

    While nbgrader grades, nothing is copied: the file that was handed in stays as it is.

    Args:
        folder: by default the one in which the notebook runs.

    Returns:
        A sentence that says what was copied, or why nothing was.
    """
    target = Path(folder) / COPY
    if os.environ.get("NBGRADER_EXECUTION"):
        return note(f"Graded as handed in: {COPY} is left as it is.")
    try:
        file = read(default_path())
        write(target, file)
    except FileNotFoundError:
        return note("Nothing to hand in yet: you have typed no answer in the lessons' activities.")
    except (OSError, ValueError) as error:
        return note(f"NOT copied: {error}. Hand in {default_path().name} by hand.")
    return note(f"{len(file['answers'])} answers copied to {COPY} beside this notebook; hand in both.")


_OPEN: dict[Path, Answers] = {}


def mine() -> Answers:
    """Return this learner's answers, one object for each file in a kernel."""
    path = default_path()
    if path not in _OPEN:
        _OPEN[path] = Answers(path)
    return _OPEN[path]
