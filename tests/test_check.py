"""Checks: four outcomes, other routes to a right answer, named mistakes, and no answer given away."""

import importlib
from pathlib import Path

import pandas as pd
import pytest
from answers.set_02 import combat, events, sites, training_map
from answers.set_03 import five, floors, metric_chart

from coursebook import check as checks

# For every task: right answers by another route, and wrong ones.
RIGHT, WRONG = {}, {}
for path in sorted((Path(__file__).parent / "answers").glob("set_*.py")):
    module = importlib.import_module(f"answers.{path.stem}")
    RIGHT |= module.RIGHT
    WRONG |= module.WRONG


def outcome(task, answer):
    return checks.judge(task, answer)[0]


@pytest.mark.parametrize(
    ("task", "place"), [(t, i) for t, answers in RIGHT.items() for i in range(len(answers))]
)
def test_a_right_answer_by_another_route_passes(task, place):
    assert checks.judge(task, RIGHT[task][place]) == ("correct", "")


@pytest.mark.parametrize(
    ("task", "place"), [(t, i) for t, answers in WRONG.items() for i in range(len(answers))]
)
def test_a_wrong_answer_fails_with_a_message(task, place):
    found, message = checks.judge(task, WRONG[task][place])
    assert found == "not yet" and message


def test_every_task_is_covered_here():
    kept = {task for lesson in checks.KEPT.glob("*.json") for task in checks.kept(lesson.stem)}
    assert kept == set(RIGHT) == set(WRONG)
    assert all(len(RIGHT[task]) >= 2 and len(WRONG[task]) >= 3 for task in kept)


def test_not_attempted_is_not_wrong(capsys):
    assert outcome("02.2", ...) == "not attempted"


def test_a_named_mistake_is_answered_with_its_idea():
    _, message = checks.judge("02.2", int((events.date_earliest <= "2024-11-15").sum()))
    assert "other clock" in message


def test_a_strange_answer_never_ends_in_a_traceback(capsys):
    class Strange:
        def __len__(self):
            raise RuntimeError("no")

    for answer in (Strange(), lambda: 1, {1, "a"}, object(), [[1], [2]], float("nan"), pd.NA, None):
        checks.check("02.2", answer)
        checks.check("02.4", answer)


def test_a_check_raises_only_for_the_grader(monkeypatch, capsys):
    checks.check("02.2", -1)
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    with pytest.raises(AssertionError, match="02.2: not yet"):
        checks.check("02.2", -1)


def test_messages_say_which_part_is_off():
    chart = metric_chart(five.metric.value_counts(), start=3)
    assert "start at zero" in checks.judge("03.6", chart)[1]
    assert "Name both axes" in checks.judge("03.6", metric_chart(five.metric.value_counts(), labels=False))[1]
    assert "column is missing: note" in checks.judge("03.1", floors.drop(columns="note"))[1]
    assert "3 entries, fewer" in checks.judge("02.1", combat.head(3))[1]
    assert "Latitude comes first" in checks.judge("02.6", training_map(sites.assign(lat=0)))[1]
    assert "layer is missing" in checks.judge("02.6", training_map(sites, name="training"))[1]
    assert "a number is asked for" in checks.judge("02.2", "36")[1]


def test_an_unknown_task_says_so():
    assert checks.judge("02.99", 1) == (
        "an error in your code",
        "There is no task 02.99. Has its name been changed?",
    )


def test_hints_open_one_inside_the_other(monkeypatch):
    shown = []
    monkeypatch.setattr(checks, "display", lambda page: shown.append(page.body))
    checks.check("02.2", -1)
    assert shown[0].index("Hint 1 of 2") < shown[0].index("Hint 2 of 2")
    assert shown[0].count("</details></details>") == 1


def test_no_answer_stands_in_clear():
    for lesson in checks.KEPT.glob("*.json"):
        for task, record in checks.kept(lesson.stem).items():
            form = record["expected"]
            allowed = {
                "decimals",
                "ordered",
                "type",
                "length",
                "columns",
                "rows",
                "index",
                "values",
                "layers",
                "labels",
                "zero",
            }
            assert set(form) <= allowed, task
            values = form.get("values", [])
            assert all(
                len(v) == 20 and int(v, 16) >= 0 for v in ([values] if isinstance(values, str) else values)
            )


def test_a_mistake_that_is_right_is_refused(monkeypatch):
    monkeypatch.setenv("COURSEBOOK_RECORD", "1")
    monkeypatch.setattr(checks, "_recorded", {})
    monkeypatch.setattr(checks, "display", lambda page: None)
    checks.check("99.1", 5)
    with pytest.raises(ValueError, match="gives the right answer"):
        checks.mistake("99.1", "five", lambda: 5.0)
