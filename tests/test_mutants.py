"""Checks tell wrong answers from right ones: mutants of every solution, judged by its check."""

import os

import mutants
import pytest

from coursebook import author

# Survivors that may stay, by task: the change, and why it is no fault of the check.
EXPLAINED: dict[str, dict[str, str]] = {}

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the time limit of a mutant needs POSIX")


@pytest.mark.parametrize("folder", author.sets(), ids=lambda path: path.name)
def test_the_checks_of_a_set_kill_its_mutants(folder):
    results = mutants.judge_set(folder)
    assert mutants.rate(results) >= 0.95
    survived = {(result.task, change) for result in results for change in result.survived}
    assert survived <= {(task, change) for task, changes in EXPLAINED.items() for change in changes}
    assert all(result.killed for result in results), "of some task no wrong answer was made"


def test_a_check_that_accepts_too_much_is_found_out(monkeypatch):
    from coursebook import check

    folder = author.sets()[0]
    monkeypatch.setattr(check, "_same", lambda found, expected: found["type"] == expected["type"])
    assert mutants.rate(mutants.judge_set(folder)) < 0.5


def test_reading_a_set_leaves_no_file_behind(answers, tmp_path, monkeypatch):
    from coursebook.responses import mine

    mine().put("09.advice.text", "Wait for one fact.")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    mutants.read(author.sets()[-1])
    assert list((tmp_path / "here").iterdir()) == []
