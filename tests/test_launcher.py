"""The launcher: copies once, never overwrites, asks for nothing twice, speaks to people."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from coursebook import start

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
import course  # noqa: E402


@pytest.fixture
def shop(tmp_path):
    """A small repository with one lesson."""
    lesson = tmp_path / "notebooks" / "00_start_here.ipynb"
    lesson.parent.mkdir()
    lesson.write_text("first", encoding="utf-8")
    return tmp_path


def test_a_lesson_is_copied_once_and_never_overwritten(shop):
    assert [p.name for p in start.prepare(shop)] == ["00_start_here.ipynb"]
    mine = shop / "my_course" / "notebooks" / "00_start_here.ipynb"
    mine.write_text("my own work", encoding="utf-8")
    assert start.prepare(shop) == []
    assert mine.read_text(encoding="utf-8") == "my own work"


def newer(shop, text, today):
    """The course changes its lesson and is started; returns what the learner's folder then holds."""
    (shop / "notebooks" / "00_start_here.ipynb").write_text(text, encoding="utf-8")
    start.prepare(shop, today=today)
    folder = shop / "my_course" / "notebooks"
    return {path.name.removeprefix("00_start_here"): path.read_text() for path in folder.iterdir()}


def test_a_newer_lesson_arrives_beside_the_one_that_i_changed(shop):
    start.prepare(shop)
    (shop / "my_course" / "notebooks" / "00_start_here.ipynb").write_text("my own work", encoding="utf-8")
    both = {".ipynb": "my own work", ".new-2026-12-01.ipynb": "second"}
    assert newer(shop, "second", "2026-12-01") == both
    assert newer(shop, "second", "2026-12-02") == both
    assert start.prepare(shop) == []


def test_a_newer_lesson_takes_the_place_of_one_that_i_never_changed(shop):
    start.prepare(shop)
    assert newer(shop, "second", "2026-12-01") == {".ipynb": "second"}
    assert newer(shop, "third", "2026-12-02") == {".ipynb": "third"}
    (shop / "my_course" / "notebooks" / "00_start_here.ipynb").write_text("my own work", encoding="utf-8")
    assert newer(shop, "fourth", "2026-12-03") == {".ipynb": "my own work", ".new-2026-12-03.ipynb": "fourth"}


def test_a_new_version_that_i_never_changed_gives_way_to_the_next_one_that_i_changed_stays(shop):
    start.prepare(shop)
    folder = shop / "my_course" / "notebooks"
    (folder / "00_start_here.ipynb").write_text("my own work", encoding="utf-8")
    newer(shop, "second", "2026-12-01")
    both = {".ipynb": "my own work", ".new-2026-12-08.ipynb": "third"}
    assert newer(shop, "third", "2026-12-08") == both
    (folder / "00_start_here.new-2026-12-08.ipynb").write_text("more of mine", encoding="utf-8")
    both[".new-2026-12-08.ipynb"] = "more of mine"
    assert newer(shop, "fourth", "2026-12-08") == both | {".new-2026-12-08-2.ipynb": "fourth"}


def test_my_copy_that_is_already_the_newer_one_gets_none_beside_it(shop):
    start.prepare(shop)
    (shop / "my_course" / "notebooks" / "00_start_here.ipynb").write_text("second", encoding="utf-8")
    assert newer(shop, "second", "2026-12-01") == {".ipynb": "second"}


def test_an_update_that_breaks_off_leaves_the_old_lesson_and_comes_next_time(shop, monkeypatch):
    start.prepare(shop)

    def full(source, target):
        target.write_text("hal", encoding="utf-8")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(start.shutil, "copyfile", full)
    with pytest.raises(OSError):
        newer(shop, "second", "2026-12-01")
    mine = shop / "my_course" / "notebooks" / "00_start_here.ipynb"
    assert mine.read_text(encoding="utf-8") == "first"
    monkeypatch.undo()
    assert newer(shop, "second", "2026-12-02") == {".ipynb": "second"}


@pytest.mark.parametrize("record", [None, "{", "5"])
def test_without_a_record_nothing_of_mine_is_replaced(shop, record):
    start.prepare(shop)
    mine = shop / "my_course" / "notebooks" / "00_start_here.ipynb"
    mine.write_text("my own work", encoding="utf-8")
    kept = shop / "my_course" / start.RECORD
    kept.unlink()
    if record:
        kept.write_text(record, encoding="utf-8")
    assert newer(shop, "first", "2026-12-01") == {".ipynb": "my own work"}
    for day, text in (("2026-12-02", "second"), ("2026-12-03", "third")):
        assert newer(shop, text, day) == {".ipynb": "my own work", f".new-{day}.ipynb": text}


def test_a_lesson_that_i_threw_away_stays_away(shop):
    start.prepare(shop)
    (shop / "my_course" / "notebooks" / "00_start_here.ipynb").unlink()
    assert start.prepare(shop) == []


def test_a_second_start_touches_neither_pip_nor_the_network(tmp_path, monkeypatch):
    for name in ("requirements.txt", "pyproject.toml"):
        (tmp_path / name).write_text("", encoding="utf-8")
    monkeypatch.setattr(course, "ROOT", tmp_path)
    calls = []
    monkeypatch.setattr(course, "run", lambda *command, **_: calls.append(command) or 0)
    python = course.python_of(tmp_path / ".venv")
    python.parent.mkdir(parents=True)
    course.environment(".venv", "requirements.txt")
    python.touch()
    assert calls
    calls.clear()
    assert course.environment(".venv", "requirements.txt") == python
    assert calls == []
    (tmp_path / "requirements.txt").write_text("changed", encoding="utf-8")
    course.environment(".venv", "requirements.txt")
    assert calls


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_an_environment_behind_a_link_is_not_emptied(tmp_path, monkeypatch):
    for name in ("requirements.txt", "pyproject.toml"):
        (tmp_path / name).write_text("", encoding="utf-8")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / ".venv").symlink_to(tmp_path / "elsewhere")
    monkeypatch.setattr(course, "ROOT", tmp_path)
    monkeypatch.setattr(course, "run", lambda *command, **_: pytest.fail("a command ran"))
    with pytest.raises(SystemExit, match="is a link to another folder"):
        course.environment(".venv", "requirements.txt")


def test_a_failure_is_one_sentence(tmp_path, monkeypatch, capsys):
    with pytest.raises(SystemExit) as ended:
        course.run(sys.executable, "-c", "raise OSError('no route to host')", why="no network", quiet=True)
    assert str(ended.value) == "course.py: no network (OSError: no route to host)"


def test_help_reads_well():
    done = subprocess.run([sys.executable, "course.py", "--help"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0 and "python3 course.py test" in done.stdout


@pytest.mark.parametrize(
    "words, said",
    [
        ("foo", "course.py: there is no command foo. python3 course.py help lists them.\n"),
        (
            "portfolo x",
            "course.py: there is no command portfolo. Did you mean portfolio? python3 course.py help lists them.\n",
        ),
        (
            "pages 02",
            "course.py: there is no command pages. Did you mean page? python3 course.py help lists them.\n",
        ),
        ("nbgrader", "course.py: nbgrader needs the folder of a class: python3 course.py nbgrader FOLDER\n"),
    ],
)
def test_a_command_that_is_not_there_is_named_with_the_nearest(words, said):
    done = subprocess.run(
        [sys.executable, "course.py", *words.split()], cwd=ROOT, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (2, "", said)


def test_help_and_suggestions_know_the_same_commands():
    listed = re.findall(r"^python3 course\.py ([a-z|]+)", course.__doc__, re.M)
    assert {word for line in listed for word in line.split("|")} | {"start", "help"} == set(course.COMMANDS)


@pytest.mark.parametrize("kind", ["page", "slides", "print"])
def test_pages_slides_and_sheets_are_written_by_their_command(kind, tmp_path, monkeypatch):
    monkeypatch.setattr(course, "environment", lambda *_: Path(sys.executable))
    monkeypatch.setattr(sys, "argv", ["course.py", kind, "01", "--folder", str(tmp_path)])
    with pytest.raises(SystemExit) as ended:
        course.main()
    assert ended.value.code == 0
    assert (tmp_path / "01_first_since_1945.html").stat().st_size > 1000


def test_course_py_needs_the_standard_library_only():
    imported = re.findall(r"^(?:import|from) (\w+)", (ROOT / "course.py").read_text(encoding="utf-8"), re.M)
    assert set(imported) <= sys.stdlib_module_names


def pinned(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", text.strip())
    return {re.split(r"[=\s]", entry)[0].lower().replace("_", "-"): entry for entry in entries}


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-test.txt"])
def test_pins_have_hashes_and_name_no_host(name):
    assert "://" not in (ROOT / name).read_text(encoding="utf-8")
    assert all("--hash=sha256:" in entry for entry in pinned(name).values())


def wanted(specs):
    return {re.split(r"[><=\s]", spec)[0].lower().replace("_", "-") for spec in specs}


def test_pins_and_environment_hold_what_pyproject_asks_for():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    course_needs = wanted(project["dependencies"])
    assert course_needs <= set(pinned("requirements.txt"))
    assert course_needs | wanted(project["optional-dependencies"]["test"]) <= set(
        pinned("requirements-test.txt")
    )
    conda = re.findall(
        r"^ +- ([A-Za-z][\w.-]*)", (ROOT / "environment.yml").read_text(encoding="utf-8"), re.M
    )
    conda = {name.lower().replace("_", "-").replace("matplotlib-base", "matplotlib") for name in conda}
    assert conda - {"python", "pip"} == course_needs


def test_conda_asks_for_the_same_versions():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    text = (ROOT / "environment.yml").read_text(encoding="utf-8").lower().replace("_", "-")
    for spec in project["dependencies"]:
        name, version = spec.lower().replace("_", "-").split(">=")
        assert re.search(rf"- {name}(-base)?>={re.escape(version)}\n", text), spec
