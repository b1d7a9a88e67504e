"""The printed edition: every activity of a lesson as a sheet, its cards and the teacher's key."""

import re

import pytest
from conftest import ROOT

from coursebook import printing
from coursebook.data import table

LESSONS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))


@pytest.fixture
def paper(answers, tmp_path):
    """A function that prints one lesson and returns the page as text."""

    def made(number):
        path = next(path for path in LESSONS if path.name.startswith(number))
        return printing.write(path, tmp_path).read_text(encoding="utf-8")

    return made


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_every_activity_of_a_lesson_is_on_paper_and_nothing_is_fetched(path, answers, tmp_path):
    text = printing.write(path, tmp_path).read_text(encoding="utf-8")
    called = re.findall(r"discuss\.\w+\(", path.read_text(encoding="utf-8"))
    assert text.count("minutes)</h2>") == len(called)
    assert "<iframe" not in text and "<script" not in text
    assert not re.search(r'(?:src|href)="(?!data:)', text)


def test_roles_are_cards_with_the_rows_of_their_brief(paper):
    text = paper("04")
    roles = table("activity_cards").query("lesson == '04'")
    assert text.count('<div class="card">') == len(roles)
    for row_id in ";".join(roles.cited_rows).split(";"):
        assert f"<b>{row_id}</b>" in text


def test_the_key_stands_apart_from_the_cards(paper):
    cards, key = paper("06").split("The teacher's key</h2>")
    assert "officially documented" in key
    assert cards.count('<div class="card">') == 12


def test_nothing_that_a_learner_chose_is_printed(answers, tmp_path, monkeypatch):
    from coursebook.responses import mine

    mine().put("02.stance.C04.before.choice", "rather disagree")
    monkeypatch.setenv("COURSEBOOK_ANSWERS", str(answers))  # main changes it; put it back after the test
    assert printing.main(["02", "--folder", str(tmp_path / "paper")]) == 0
    text = (tmp_path / "paper" / "02_the_road_to_kursk.html").read_text(encoding="utf-8")
    assert "you said: <b>none given</b>" in text


def test_an_unknown_lesson_gets_one_sentence(capsys):
    assert printing.main(["77"]) == 2
    assert "There is no lesson 77. Lessons: 00, 01" in capsys.readouterr().err
