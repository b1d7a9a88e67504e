"""Grading a class end to end: hand-ins of every sort, limits, marks by hand, feedback, export."""

import csv
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
import zipfile

import handins
import pytest
from conftest import free_port

grading = pytest.importorskip("coursebook.grading")
SET = "02_the_road_to_kursk"
KINDS = ["right", "half", "own_names", "damaged", "os_exit", "endless", "flood"]
LIMITS = grading.Limits(cell=6, whole=60)
ENVIRONMENT = os.environ | {
    "PATH": os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"],
    "PYTHONPATH": str(handins.author.ROOT),
}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A class's folder after grading: the folder, the points expected, the report by student."""
    folder = tmp_path_factory.mktemp("class")
    expected = handins.hand_in(folder, SET, KINDS)
    report = grading.grade(folder, SET, limits=LIMITS)
    return folder, expected, {row["student"]: row for row in report}


def test_every_hand_in_gets_the_marks_it_should(graded):
    _, expected, report = graded
    assert {name: row["points"] for name, row in report.items()} == expected


def test_the_report_says_what_was_odd(graded):
    folder, _, report = graded
    words = {name: "; ".join(row["notes"]) for name, row in report.items()}
    assert words["right"] == ""
    assert "my homework.ipynb" in words["half"]
    assert "not a notebook" in words["damaged"]
    assert "answer-2: taken out, it stopped Python" in words["os_exit"]
    assert "answer-2: taken out, it did not end" in words["endless"]
    assert "answer-2: its output was cut" in words["flood"]
    with (folder / "report_02.csv").open(encoding="utf-8") as file:
        assert {row["student"] for row in csv.DictReader(file)} == set(KINDS)


def test_outputs_are_cut_and_the_student_reads_why(graded):
    folder, _, _ = graded
    flood = (folder / "autograded" / "flood" / SET / f"{SET}.ipynb").read_text(encoding="utf-8")
    assert len(flood) < 1_500_000 and "output was cut at 1 MB" in flood
    gone = json.loads((folder / "autograded" / "endless" / SET / f"{SET}.ipynb").read_text(encoding="utf-8"))
    source = "".join("".join(cell["source"]) for cell in gone["cells"])
    assert "# Taken out before grading: this cell did not end in time." in source
    assert "# while True:" in source


def test_what_was_graded_is_left_alone_until_asked(graded):
    folder, _, _ = graded
    assert grading.grade(folder, SET) == []


def test_a_person_marks_free_text_in_formgrader_and_nbgrader_gives_feedback_and_marks(graded):
    folder, expected, _ = graded
    port = free_port()
    command = [sys.executable, "-m", "jupyter_server", f"--port={port}", "--no-browser", "--allow-root"]
    command += ["--IdentityProvider.token=", "--ServerApp.disable_check_xsrf=True"]
    with (folder / "server.log").open("w") as log:
        server = subprocess.Popen(command, cwd=folder, env=ENVIRONMENT, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}/formgrader"

    def ask(path, **data):
        body = json.dumps(data).encode() if data else None
        request = urllib.request.Request(address + path, body, method="PUT" if data else "GET")
        return urllib.request.urlopen(request, timeout=30).read().decode()

    try:
        for _ in range(120):
            try:
                ask("/api/status")
                break
            except OSError:
                time.sleep(0.5)
        handed = json.loads(ask(f"/api/student_notebook_submissions/right/{SET}"))[0]
        page = ask(f"/submissions/{handed['id']}")
        assert "what earns them" in page  # the rubric stands above the answer
        assert "South Korea" in page
        grades = json.loads(ask(f"/api/grades?submission_id={handed['id']}"))
        by_hand = [grade for grade in grades if grade["needs_manual_grade"]]
        assert [grade["max_score"] for grade in by_hand] == [8]
        ask(f"/api/grade/{by_hand[0]['id']}", manual_score=7, extra_credit=0)
        comments = json.loads(ask(f"/api/comments?submission_id={handed['id']}"))
        ask(f"/api/comment/{comments[0]['id']}", manual_comment="Fair to the denial.")
    finally:
        server.terminate()
        server.wait(20)

    def nbgrader(*words):
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", *words],
            cwd=folder,
            env=ENVIRONMENT,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr[-1500:]

    nbgrader("generate_feedback", SET)
    feedback = (folder / "feedback" / "right" / SET / f"{SET}.html").read_text(encoding="utf-8")
    assert "Fair to the denial." in feedback
    assert "02.2: not yet" not in feedback
    nbgrader("export", "--to", "marks.csv")
    with (folder / "marks.csv").open(encoding="utf-8") as file:
        marks = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert marks == expected | {"right": expected["right"] + 7}

    (folder / "autograded" / "right" / SET / f"{SET}.ipynb").chmod(0o644)
    shutil.rmtree(folder / "autograded" / "right")
    again = grading.grade(folder, SET, limits=LIMITS)
    assert [(row["student"], row["points"]) for row in again] == [("right", expected["right"] + 7)]


def test_a_folder_without_hand_ins_says_where_to_put_them(tmp_path):
    with pytest.raises(FileNotFoundError, match="submitted/STUDENT"):
        grading.grade(tmp_path, SET)


EXPORTED = {
    f"Ann Lee_123_assignsubmission_file/{SET}.ipynb": "Ann Lee_123",  # Moodle, with folders
    "Bo Ahn_124_assignsubmission_file_/my work.ipynb": "Bo Ahn_124",
    f"Cho Ra_125_assignsubmission_file_{SET}.ipynb": "Cho Ra_125",  # without folders
    f"danolena_45_678_{SET}.ipynb": "danolena_45",  # Canvas
    f"eliseeva_LATE_46_679_{SET}-1.ipynb": "eliseeva_LATE_46",  # late, and a second time
}


def test_the_zip_of_a_learning_platform_is_sorted_by_student(tmp_path):
    grading.generate(tmp_path, SET)
    archive = tmp_path / "downloaded" / SET / "archive"
    archive.mkdir(parents=True)
    with zipfile.ZipFile(archive / "class.zip", "w") as file:
        for name in EXPORTED:
            file.write(tmp_path / "release" / SET / f"{SET}.ipynb", name)
    command = [sys.executable, "-m", "nbgrader", "zip_collect", SET]
    subprocess.run(command, cwd=tmp_path, env=ENVIRONMENT, check=True, capture_output=True, timeout=120)
    collected = tmp_path.glob(f"submitted/*/{SET}/*.ipynb")
    assert sorted(path.parent.parent.name for path in collected) == sorted(EXPORTED.values())


@pytest.mark.parametrize("kind", ["deleted", "renamed", "twice", "retyped", "stripped"])
def test_a_hand_in_is_put_back_into_shape(tmp_path, kind):
    import nbformat

    whole = handins.Handin(SET).solve()
    handins.hand_in(tmp_path, SET, [kind])
    released = whole._read("exercises")
    path = tmp_path / "submitted" / kind / SET / f"{SET}.ipynb"
    notebook, notes = grading.restored(path, released)
    names = [whole.id(cell) for cell in released.cells]
    assert [whole.id(cell) for cell in notebook.cells if whole.id(cell)] == names
    assert [cell.cell_type for cell in notebook.cells if whole.id(cell)] == [
        cell.cell_type for cell in released.cells
    ]
    kept = {whole.id(cell): cell.source for cell in notebook.cells}
    lost = {"answer-2"} if kind == "deleted" else set()
    assert {name for name in whole.answers if kept[name] != whole.answers[name]} == lost
    assert notes
    nbformat.validate(notebook)
