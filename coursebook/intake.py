"""A class's files as they are handed in: found in a folder or a zip, read as untrusted.

Nothing is unpacked to the disk, no link is followed, and nothing is read beyond a limit. What
cannot be used is refused by its name with a reason.
"""

from __future__ import annotations

import os
import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

LARGEST = 5_000_000  # bytes of one learner's file; a filled one has about 80,000
LARGEST_ZIP = 2_000_000_000  # bytes of all that is read from one zip
UTF8 = 0x800  # the flag of a zip's entry whose name is UTF-8


class Refused(Exception):
    """A file that cannot be used; the message is the reason."""


class Found(NamedTuple):
    """A file of a class: its name for the teacher, and what reads its bytes or raises Refused."""

    name: str
    load: Callable[[], bytes]


def files_in(place: Path) -> Iterator[Found]:
    """Find the learners' files in a folder or a zip, in the order of their names.

    What does not end in ``.json`` is passed over, except zips, which are looked into once.

    Args:
        place: a folder, or a zip file.

    Raises:
        OSError: the place is not there or cannot be opened.
    """
    if not place.is_dir():
        place.stat()
        yield from _in_zip(place, "")
        return
    start = len(os.path.join(place, ""))
    for folder, inner, names in os.walk(place):
        inner[:] = sorted(name for name in inner if not _hidden(name))
        for name in [*inner, *sorted(names)]:
            path, kind = os.path.join(folder, name), _kind(name)
            label = path[start:].replace(os.sep, "/")
            if kind in (".json", ".zip", "") and os.path.islink(path):
                yield Found(label, _refuse("a symbolic link; links are not followed"))
            elif kind == ".zip" and os.path.isfile(path):
                yield from _in_zip(Path(path), f"{label}/")
            elif kind == ".json" and name not in inner and not _hidden(name):
                yield Found(label, lambda path=path: _from_disk(path))


def _hidden(name: str) -> bool:
    return name.startswith((".", "__MACOSX"))


def _kind(name: str) -> str:
    """Return the ending of a name; a browser that saves ``answers.json.txt`` means ``.json``."""
    name = name.lower()
    return ".json" if name.endswith(".json.txt") else os.path.splitext(name)[1]


def _refuse(reason: str):
    def load() -> bytes:
        raise Refused(reason)

    return load


def _from_disk(path: str) -> bytes:
    try:
        found = os.lstat(path)
        if not stat.S_ISREG(found.st_mode):
            raise Refused("not a regular file")
        with open(path, "rb") as file:
            return _at_most(file, found.st_size)
    except OSError as error:
        raise Refused(f"cannot be read: {error.strerror}") from None


def _at_most(file, size: int) -> bytes:
    """Read what a file says is its size, and no more than the limit whatever it says."""
    content = file.read(min(size, LARGEST) + 1)
    if len(content) > LARGEST:
        raise Refused(f"larger than {LARGEST // 1_000_000} MB")
    return content


def _in_zip(path: Path, prefix: str) -> Iterator[Found]:
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        yield Found(prefix.rstrip("/") or path.name, _refuse(f"cannot be opened as a zip: {error}"))
        return
    budget = [LARGEST_ZIP]
    for info in sorted(archive.infolist(), key=_named):
        inside = _named(info)
        parts = inside.replace("\\", "/").split("/")
        if info.is_dir() or any(_hidden(part) for part in parts if part not in (".", "..")):
            continue
        name, kind = prefix + inside, _kind(parts[-1])
        if kind == ".zip":
            yield Found(name, _refuse("a zip inside a zip is not opened"))
        elif kind == ".json" and ("" in parts or ".." in parts or ":" in parts[0]):
            yield Found(name, _refuse("its path leads out of the zip"))
        elif kind == ".json":
            yield Found(name, lambda info=info: _from_zip(archive, info, budget))


def _named(info: zipfile.ZipInfo) -> str:
    """Return the name of a file in a zip: that of a Mac is UTF-8, often without saying so."""
    if not info.flag_bits & UTF8:
        try:
            return info.filename.encode("cp437").decode("utf-8")
        except UnicodeError:
            pass
    return info.filename


def _from_zip(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: list[int]) -> bytes:
    if stat.S_ISLNK(info.external_attr >> 16):
        raise Refused("a symbolic link; links are not followed")
    if info.flag_bits & 1:
        raise Refused("locked with a password")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Refused("packed in a way that Moodle and Canvas do not use")
    if budget[0] <= 0:
        raise Refused(f"the zip holds more than {LARGEST_ZIP // 1_000_000_000} GB")
    try:
        with archive.open(info) as file:
            budget[0] -= LARGEST  # what a refused file may have cost
            content = _at_most(file, LARGEST)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError) as error:
        raise Refused(f"damaged in the zip: {error}") from None
    budget[0] += LARGEST - len(content)
    return content


MOODLE = re.compile(r"(.+?)_assignsubmission_file_?.*")
BLACKBOARD = re.compile(r".+_([^_]+)_attempt_\d{4}(?:-\d\d){5}_.+")
CANVAS = re.compile(r"(?:(?!LATE_)(.+?)_)?(?:LATE_)?(\d+|anon_[0-9A-Za-z]+)_\d+_.+")


def submitter(name: str) -> str:
    """Return who handed a file in, as far as its path tells; an empty text if it does not.

    Knows Moodle's ``Name_123_assignsubmission_file_``, Canvas's ``name_123_456_answers.json``,
    Blackboard's ``Task_name_attempt_2026-09-14-09-30-00_answers.json`` and nbgrader's
    ``submitted/student/set/``.
    """
    *folders, file = name.split("/")
    if "_assignsubmission_file" in name:
        return next((found[1] for part in (*folders, file) if (found := MOODLE.fullmatch(part))), "")
    if "submitted" in folders[:-1]:
        return folders[folders.index("submitted") + 1]
    if found := BLACKBOARD.fullmatch(file):
        return found[1]
    found = CANVAS.fullmatch(file)
    return "_".join(filter(None, found.groups())) if found else ""
