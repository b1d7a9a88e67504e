"""Progress: what is done and left, from the learner's notebooks; solutions open once a task was tried."""

import shutil

import nbformat
import pytest
from test_browser import open_lesson

from coursebook import author, progress, start
from coursebook.progress import show_progress

SET = "02_the_road_to_kursk"


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "my_course"
    start.prepare(author.ROOT, folder)
    return folder


def answer(home, file=SET, **sources):
    """Write into answer cells of the learner's copy, run it, save it."""
    path = home / "exercises" / SET / f"{SET}.ipynb"
    notebook = nbformat.read(path, 4)
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "").replace("-", "_")
        cell.source = sources.get(name, cell.source)
    target = path.with_name(f"{file}.ipynb")
    nbformat.write(notebook, target)
    nbformat.write(author.run(target), target)


def say(home, **outcomes):
    """Write outcomes into the checks of the learner's copy, without running it."""
    path = home / "exercises" / SET / f"{SET}.ipynb"
    notebook = nbformat.read(path, 4)
    for cell in notebook.cells:
        for task, words in outcomes.items():
            if cell.source.startswith(f'check("02.{task[1:]}"'):
                cell.outputs = [nbformat.v4.new_output("display_data", {"text/plain": words})]
    nbformat.write(notebook, path)


def row(home):
    page = show_progress(home)
    line = next(line for line in page.body.split("<tr>") if f">{SET[:2]} " in line)
    return [cell.partition(">")[2] for cell in line.split("<td")[1:]], page.words


def test_at_the_start_everything_is_left_and_no_solution_lies_about(home):
    cells, words = row(home)
    assert "1, 2, 3, 4, 5, 6, 7" in cells[4] and "–" in cells[2]
    assert words.startswith("0 of ")
    assert not (home / "solutions").exists()


def test_done_tried_and_left_and_the_solutions_of_what_was_tried(home):
    answer(
        home,
        answer_2="answer_2 = 5",
        answer_3="answer_3 = (events.reported_on - events.date_earliest).dt.days.max()",
        answer_7="Seoul said so (ev005).",
    )
    cells, words = row(home)
    assert ">3</a>, <a" in cells[2] and ">7</a>" in cells[2]
    assert ">2</a>" in cells[3] and "1, 4, 5, 6" in cells[4]
    assert words.startswith("2 of ")
    assert f"../solutions/{SET}.ipynb#3.-The-longest-wait" in cells[2]
    opened = nbformat.read(home / "solutions" / f"{SET}.ipynb", 4)
    nbformat.validate(opened)
    text = "\n".join(cell.source for cell in opened.cells)
    assert "## 3. The longest wait" in text and "## 1. Combat rows" not in text
    assert ".dt.days.max()" in text and "Why this earns full marks" in text
    assert not any(word in text for word in ("SOLUTION", "mistake(", "hint(", "answer_3 = ..."))


def test_an_error_is_an_attempt_and_the_outcome_of_another_task_is_none(home):
    say(home, _2="02.2: an error in your code. Read it.", _3="02.1: correct.", _4="02.4: not attempted.")
    cells, words = row(home)
    assert ">2</a>" in cells[3] and "<a" not in cells[2] and "1, 3, 4, 5, 6, 7" in cells[4]


def test_a_text_that_was_emptied_is_left_to_do(home):
    answer(home, answer_7=" ")
    assert "7" in row(home)[0][4]


def test_solutions_run_by_themselves_show_no_output_and_grow_with_the_tasks_tried(home):
    say(home, _3="02.3: correct.")
    assert row(home)[1].startswith("1 of ") and "tasks is done" in row(home)[1]
    path = home / "solutions" / f"{SET}.ipynb"
    opened = nbformat.read(path, 4)
    code = [cell for cell in opened.cells if cell.cell_type == "code"]
    assert "import" in code[0].source and all(cell.metadata == {} for cell in opened.cells)
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)
    assert "## 2. " not in path.read_text(encoding="utf-8")
    say(home, _2="02.2: not yet. Look again.")
    row(home)
    assert all(f"## {task}. " in path.read_text(encoding="utf-8") for task in (2, 3))


def test_a_newer_copy_beside_the_old_one_loses_nothing(home):
    answer(home, f"{SET}.new-2026-11-25", answer_2="answer_2 = 5")
    assert ">2</a>" in row(home)[0][3]


def test_damaged_files_are_named_and_harm_nothing(home):
    (home / "exercises" / SET / f"{SET}.ipynb").write_text("{", encoding="utf-8")
    (home / "answers.json").write_text("[1]", encoding="utf-8")
    assert "cannot be read" in row(home)[0][0]


def test_typed_answers_are_counted_by_lesson(home):
    kept = '{"answers": {"02.stance": {"value": "yes"}, "02.empty": {"value": ""}, "03.x": {"value": 1}, '
    kept += '"02.percent": {"value": 0}, "02.tick": {"value": false}}}'
    (home / "answers.json").write_text(kept, encoding="utf-8")
    assert row(home)[0][1].startswith("2<")  # a probability of 0 was typed, a box without a tick was not


def test_the_shipped_folder_itself_is_never_written_to(tmp_path, monkeypatch):
    show_progress(author.ROOT)
    assert not list((author.ROOT / "solutions").glob("*.ipynb"))
    start.prepare(author.ROOT, tmp_path)
    say(tmp_path, _3="02.3: correct.")
    shutil.copytree(author.ROOT / "solutions" / SET, tmp_path / "solutions" / SET)
    monkeypatch.setattr(progress, "ROOT", tmp_path)
    assert ">3</a>" in row(tmp_path)[0][2] and not list((tmp_path / "solutions").glob("*.ipynb"))


@pytest.mark.browser
def test_a_number_opens_the_solution_in_jupyterlab(page, lab):
    url, home = lab
    path = home / "exercises" / SET / f"{SET}.ipynb"
    notebook = nbformat.read(path, 4)
    check = next(cell for cell in notebook.cells if cell.source.startswith('check("02.2"'))
    check.outputs = [nbformat.v4.new_output("display_data", {"text/plain": "02.2: not yet. Look again."})]
    nbformat.write(notebook, path)
    open_lesson(page, url, "notebooks/progress.ipynb")
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
    page.get_by_role("link", name="2", exact=True).click(timeout=60_000)
    page.get_by_role("heading", name="2. What could the newsroom know?").wait_for(timeout=30_000)
    assert page.outside == []
