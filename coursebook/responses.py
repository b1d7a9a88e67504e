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
import re
import threading
import uuid
from functools import cache, lru_cache
from pathlib import Path

from filelock import FileLock, Timeout

from coursebook.show import Page, how_many, note

VERSION = 1
HOME = Path(__file__).resolve().parents[1] / "my_course"
SCHEMA = Path(__file__).with_name("answers.schema.json")
COPY = "answers.json"  # its name where it is handed in
LONGEST = 20_000  # characters kept of one answer
LONGEST_LABEL = 1_000
MOST_ANSWERS = 2_000
MOST_EARLIER = 20
SHORT = 60  # characters: a choice or a number, whose earlier values are kept
STOOD = dt.timedelta(minutes=10)  # how long a short answer must have stood to be kept
WAIT = 0.8  # seconds for another notebook that is writing
RETRY = 1.0  # seconds until a write that failed is tried again
LONGEST_KEY = 80
KEY = re.compile(rf"[A-Za-z0-9_.-]{{1,{LONGEST_KEY}}}")


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
        self.file = empty()
        self._unsaved: set[str] = set()
        self._one_at_a_time = threading.RLock()
        self._next_try: threading.Timer | None = None
        try:
            found, said = self._from_disk()
        except OSError as error:
            found = None
            said = f"Your answers cannot be read ({error.strerror}). New ones are kept in memory only."
        self.file = found or self.file
        read_from = f"Read from {self.path.name}." if found else "Not saved yet: nothing typed."
        self.message = said or read_from

    def _from_disk(self) -> tuple[dict | None, str]:
        """Return what the file holds, if anything, and a sentence if it could not be used."""
        try:
            return read(self.path), ""
        except FileNotFoundError:
            return None, ""
        except NewerVersion:
            self.path = self.path.with_name(f"{self.path.stem}.version-{VERSION}.json")
            said = (
                "Your answers come from a newer version of the course. They stay untouched; "
                f"new ones go to {self.path.name}. Update the course to see all of them."
            )
            return self._from_disk()[0], said
        except ValueError as error:
            return None, self._set_aside(error)

    def _set_aside(self, error: Exception) -> str:
        stamp = dt.datetime.now().strftime("%Y%m%d-%H%M%S-%f")
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

    def put(self, name: str, value, **about: str) -> str:
        """Keep a value under a key, on disk if possible; return the message for the learner.

        Args:
            name: the key, such as ``"02.stance.C04.before.choice"``.
            value: text, number, yes or no; text is cut after 20,000 characters.
            about: ``activity``, ``asked``, ``shown``: the words that the learner saw, so that
                the file can be read without the notebook.

        Raises:
            ValueError: a key or value that the form of the file does not allow.
        """
        if not KEY.fullmatch(name):
            raise ValueError(f"{name!r} is no key: letters, digits, _ . - and 80 characters at most.")
        if isinstance(value, str):
            value = value[:LONGEST]
        answer = {"value": value, "saved_at": now()}
        answer |= {word: said[:LONGEST_LABEL] for word, said in about.items() if said}
        problem = first_problem(empty() | {"answers": {name: answer}})
        if problem or value != value:
            raise ValueError(problem or f"{value} is not a number")
        with self._one_at_a_time:
            known = self.file["answers"]
            if name not in known and len(known) >= MOST_ANSWERS:
                return f"NOT saved: the file holds {MOST_ANSWERS} answers already."
            if name in known:
                answer |= _earlier(known[name], answer)
            known[name] = answer
            self._unsaved.add(name)
            return self.save()

    def refresh(self) -> None:
        """Take over what other notebooks have written since this one read the file."""
        with self._one_at_a_time:
            try:
                self._join_with_disk()
            except OSError:
                pass  # what is in memory is still there, and the next change says what is wrong

    def save(self) -> str:
        """Write the file, joined with what another notebook may have written meanwhile.

        What could not be written is tried again every second as long as the notebook runs.
        """
        with self._one_at_a_time:
            if self._next_try:
                self._next_try.cancel()
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                with FileLock(str(self.path) + ".lock", timeout=WAIT, poll_interval=0.01):
                    said = self._join_with_disk()
                    write(self.path, self.file)
                self._unsaved.clear()
                self.message = f"Saved at {dt.datetime.now():%H:%M:%S}. {said}".strip()
            except Timeout:
                self.message = "NOT saved yet: another program holds the file. It is tried again each second."
                self._try_again()
            except OSError as error:
                self.message = (
                    f"NOT saved ({error.strerror}). Your text stays in this notebook and is tried again each "
                    "second; copy it elsewhere before you close."
                )
                self._try_again()
            return self.message

    def _try_again(self) -> None:
        self._next_try = threading.Timer(RETRY, self.save)
        self._next_try.daemon = True
        self._next_try.start()

    def _join_with_disk(self) -> str:
        found, said = self._from_disk()
        if found:
            # What was typed here just now stays, even if the clock of another machine ran ahead.
            for name in self._unsaved & found["answers"].keys():
                ours, theirs = self.file["answers"][name], found["answers"][name]
                ours["saved_at"] = max(ours["saved_at"], theirs["saved_at"])
            self.file["answers"] = merge(found["answers"], self.file["answers"])
            self.file["learner"] = found["learner"]
        return said


def _earlier(old: dict, new: dict) -> dict:
    """Return the ``earlier`` values of an answer that is about to be changed."""
    earlier = list(old.get("earlier", []))
    short = not isinstance(old["value"], str) or 0 < len(old["value"]) <= SHORT
    if short and old["value"] != new["value"]:
        try:
            stood = dt.datetime.fromisoformat(new["saved_at"]) - dt.datetime.fromisoformat(old["saved_at"])
        except ValueError:  # the form allows a day that no calendar has
            stood = dt.timedelta(0)
        if stood >= STOOD:
            earlier = [*earlier[: MOST_EARLIER - 1], {"value": old["value"], "saved_at": old["saved_at"]}]
    return {"earlier": earlier} if earlier else {}


class NewerVersion(ValueError):
    """The file was written by a newer version of the course."""


def read(path: Path) -> dict:
    """Return a learner's file after checking its form.

    Raises:
        NewerVersion: its version is higher than this course knows.
        ValueError: it is not JSON, or not of the published form; the message says where.
        OSError: it cannot be opened.
    """
    return parse(Path(path).read_bytes())


def parse(content: bytes) -> dict:
    """Return a learner's file from its bytes, after checking its form; raises as :func:`read`."""
    try:
        words = content.decode("utf-8-sig")
        file = json.loads(words, parse_constant=_no_number)
        # A name that stands twice was read once, but its quotation marks are in the text.
        strings = strings_in(file)
        if strings and _marks(words) == 2 * strings:
            return file
        file = json.loads(words, object_pairs_hook=_no_name_twice, parse_constant=_no_number)
        version = file.get("version") if isinstance(file, dict) else None
        if isinstance(version, int) and version > VERSION:
            raise NewerVersion(f"version {str(version)[:20]}, this course knows {VERSION}")
        problem = first_problem(file)
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8 text at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"line {error.lineno}, column {error.colno}: {error.msg}") from None
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if problem:
        raise ValueError(problem)
    return file


def _no_name_twice(pairs: list[tuple]) -> dict:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the name {twice[:80]!r} stands twice")
    return found


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is not a number")


def first_problem(file) -> str:
    """Say what is wrong with the form of a learner's file; an empty text means nothing."""
    if strings_in(file):
        return ""
    error = next(_validator().iter_errors(file), None)
    if error is None:
        return ""
    place = "/".join(str(step) for step in error.absolute_path) or "the file"
    return f"{place[:120]}: {error.message[:200]}"


@cache
def _validator():
    import jsonschema

    return jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


WORDS = {"activity", "asked", "earlier", "saved_at", "shown", "value"}
NEEDED = {"saved_at", "value"}
ALL_ZEROS = str.maketrans("123456789", "0" * 9)
is_key = lru_cache(maxsize=4096)(KEY.fullmatch)


def strings_in(file) -> int:
    """Count quickly the strings of a file that is of the published form; 0 only means: ask the schema.

    The schema decides. This spares it for a file as the course writes it, a hundred times faster,
    which matters for a class of thousands: it looks at all names, times, values together. A test
    holds that it counts nothing in what the schema refuses.

    Args:
        file: what was read from JSON.

    Returns:
        How many names and texts the file holds, the same one counted each time.
    """
    try:
        head = {name: value for name, value in file.items() if name != "answers"}
        answers = file["answers"]
        if (
            head != {"course": "pyongyang-to-kursk", "version": VERSION, "learner": file["learner"]}
            or type(file["version"]) is not int
            or not re.fullmatch("[0-9a-f]{12}", file["learner"])
            or type(answers) is not dict
            or len(answers) > MOST_ANSWERS
            or max(map(len, answers), default=0) > LONGEST_KEY
            or not all(map(is_key, answers))
        ):
            return 0
        entries = list(answers.values())
        lists = [entry["earlier"] for entry in entries if "earlier" in entry]
        older = [old for one in lists for old in one]
        if (
            any(type(one) is not list or len(one) > MOST_EARLIER for one in lists)
            or any(old.keys() != NEEDED for old in older)
            or not WORDS.issuperset(set().union(*entries))
        ):
            return 0
        entries += older
        times = [entry["saved_at"] for entry in entries]
        zeros = "".join(times).translate(ALL_ZEROS)
        values = [entry["value"] for entry in entries]
        numbers = [value for value in values if type(value) is not str]
        long = [value for value in values if type(value) is str and len(value) > LONGEST_LABEL]
        other = [
            kept
            for entry in entries
            for kept in entry.values()
            if type(kept) is not str or len(kept) > LONGEST_LABEL
        ]
        if (
            zeros != "0000-00-00T00:00:00.000000Z" * len(times)
            or set(map(len, times)) - {27}
            or any(type(one) not in (int, bool) or not -1e15 <= one <= 1e15 for one in numbers)
            or any(len(one) > LONGEST for one in long)
            or len(other) != len(lists) + len(numbers) + len(long)  # nothing else is long or no text
        ):
            return 0
        names = len(file) + len(answers) + sum(map(len, entries))
        return names + len(head) - 1 + sum(map(len, entries)) - len(numbers) - len(lists)
    except (TypeError, AttributeError, KeyError):
        return 0


def _marks(words: str) -> int:
    """Count the quotation marks of a JSON text that begin or end a string."""
    if "\\" in words:
        words = words.replace("\\\\", "").replace('\\"', "")
    return words.count('"')


def as_text(file: dict) -> str:
    """Return a learner's file as it is written: readable, with its keys in order."""
    return json.dumps(file, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def write(path: Path, file: dict) -> None:
    """Write a learner's file whole or not at all.

    Raises:
        OSError: the disk is full or the folder cannot be written to.
    """
    path = Path(os.path.realpath(path))  # a link to a synchronised folder stays a link
    if path.exists() and not os.access(path, os.W_OK):
        raise PermissionError(13, "the file is read-only")
    # One name for the new file: what a killed notebook left behind is written over.
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as target:
            target.write(as_text(file).encode("utf-8", "replace"))  # half a character pair becomes ?
            target.flush()
            os.fsync(target.fileno())
        os.replace(part, path)
    except OSError:
        part.unlink(missing_ok=True)
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
    kept = mine()
    if not kept.file["answers"]:
        return note("Nothing to hand in yet: you have typed no answer in the lessons' activities.")
    try:
        write(target, kept.file)
    except OSError as error:
        return note(
            f"NOT copied ({error.strerror}). Hand in {kept.path.name} from your course folder by hand."
        )
    count = how_many(len(kept.file["answers"]), "answer")
    return note(f"{count} copied to {COPY} beside this notebook; hand in both.")


_OPEN: dict[Path, Answers] = {}


def mine() -> Answers:
    """Return this learner's answers, one object for each file in a kernel."""
    path = default_path()
    if path in _OPEN:
        _OPEN[path].refresh()
    else:
        _OPEN[path] = Answers(path)
    return _OPEN[path]
