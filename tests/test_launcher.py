"""The launcher: copies once, never overwrites, asks for nothing twice, speaks to people."""

import json
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


def test_sets_are_copied_too_and_what_jupyter_keeps_aside_is_not(shop):
    for name in ("exercises/01_set/01_set.ipynb", "notebooks/.ipynb_checkpoints/00-checkpoint.ipynb"):
        (shop / name).parent.mkdir(parents=True)
        (shop / name).write_text("x", encoding="utf-8")
    assert [p.name for p in start.prepare(shop)] == ["00_start_here.ipynb", "01_set.ipynb"]
    assert (shop / "my_course" / "exercises" / "01_set" / "01_set.ipynb").exists()


def test_lessons_are_trusted_and_other_files_left_alone(tmp_path, monkeypatch):
    import nbformat
    from nbformat.sign import NotebookNotary

    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    lesson = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")])
    nbformat.write(lesson, tmp_path / "00.ipynb")
    assert not NotebookNotary().check_signature(lesson)
    start.trust([tmp_path / "00.ipynb", tmp_path / "guide.md"])
    assert NotebookNotary().check_signature(nbformat.read(tmp_path / "00.ipynb", 4))


def test_jupyterlab_asks_for_no_news_and_leaves_the_keys_to_what_stands_in_an_output(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    schema = tmp_path / "share/jupyter/lab/schemas/@jupyterlab/notebook-extension/tracker.json"
    schema.parent.mkdir(parents=True)
    selector = ".jp-Notebook.jp-mod-commandMode:not(.jp-mod-readWrite) :focus"
    keys = [
        {"command": "insert", "keys": ["A"], "selector": selector},
        {"command": "save", "keys": ["Accel S"], "selector": "body"},
        {"command": "none", "keys": [""], "selector": selector},
    ]
    schema.write_text(json.dumps({"jupyter.lab.shortcuts": keys}), encoding="utf-8")
    start.quiet_lab()
    kept = json.loads((tmp_path / "share/jupyter/lab/settings/overrides.json").read_text(encoding="utf-8"))
    assert kept["@jupyterlab/shortcuts-extension:shortcuts"]["shortcuts"] == [
        keys[0] | {"disabled": True},
        keys[0] | {"selector": f"{selector}:not(.jp-OutputArea-output *)"},
    ]
    quiet = {"fetchNews": "false", "checkForUpdates": False}
    assert kept["@jupyterlab/apputils-extension:notification"] == quiet
    page = json.loads((tmp_path / "etc/jupyter/labconfig/page_config.json").read_text(encoding="utf-8"))
    assert page["disabledExtensions"] == {"@jupyterlab/apputils-extension:announcements": True}


@pytest.fixture
def started(monkeypatch):
    """The commands that a start runs; nothing is copied, trusted or set up."""
    commands = []
    monkeypatch.setattr(start, "prepare", lambda: [Path("a.ipynb"), Path("b.new-2026-12-01.ipynb")])
    monkeypatch.setattr(start, "trust", lambda paths: None)
    monkeypatch.setattr(start, "quiet_lab", lambda: None)
    done = subprocess.CompletedProcess([], 0)
    monkeypatch.setattr(start.subprocess, "run", lambda command: commands.append(command) or done)
    return commands


def test_a_start_opens_the_first_lesson_and_names_what_is_newer(started, capsys):
    assert start.main(["--no-browser", "--port", "9999"]) == 0
    said = capsys.readouterr().out
    assert "A newer version lies beside what you have changed: b.new-2026-12-01.ipynb." in said
    assert "answers.json" in said and " a.ipynb" not in said
    (command,) = started
    assert {"--no-browser", "--port=9999", f"--ServerApp.root_dir={ROOT / 'my_course'}"} <= set(command)
    first = next(word for word in command if "default_url" in word).partition("/lab/tree/")[2]
    assert (ROOT / first).exists()


def test_a_folder_that_is_only_prepared_opens_nothing(started):
    assert start.main(["--prepare-only"]) == 0 and started == []
    assert start.main([]) == 0 and "--no-browser" not in started[0]


def test_a_folder_that_cannot_be_written_gets_one_sentence(started, monkeypatch, capsys):
    def full():
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(start, "prepare", full)
    assert start.main([]) == 1 and started == []
    assert "cannot be written: [Errno 28] No space left on device" in capsys.readouterr().err


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
