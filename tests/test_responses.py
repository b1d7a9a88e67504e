"""The learner's file: nothing typed is lost, nothing there is overwritten."""

import errno
import json
import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coursebook import responses
from coursebook.responses import Answers


def test_what_is_put_is_read_back_by_another_kernel(answers):
    Answers().put("02.stance.C04.before.reason", "Überzeugt? 아니오. Ні.")
    assert Answers().get("02.stance.C04.before.reason") == "Überzeugt? 아니오. Ні."


def test_two_notebooks_open_at_once_keep_both(answers):
    one, two = Answers(), Answers()
    one.put("02.a", "first")
    two.put("03.b", "second")
    one.put("02.a", "first, changed")
    found = Answers()
    assert (found.get("02.a"), found.get("03.b")) == ("first, changed", "second")


def test_a_damaged_file_is_set_aside_and_never_overwritten(answers):
    answers.write_text('{"answers": {"02.a": "half a sen', encoding="utf-8")
    opened = Answers()
    assert "damaged" in opened.message and "line 1" in opened.message
    opened.put("02.b", "new")
    aside = [path for path in answers.parent.iterdir() if "damaged" in path.name]
    assert aside[0].read_text(encoding="utf-8").endswith("half a sen")
    assert Answers().get("02.b") == "new"


def test_a_file_of_a_newer_course_stays_untouched(answers):
    newer = json.dumps({"course": "pyongyang-to-kursk", "version": 99, "answers": {}, "future": True})
    answers.write_text(newer, encoding="utf-8")
    opened = Answers()
    assert "newer version" in opened.message
    opened.put("02.a", "kept beside")
    assert answers.read_text(encoding="utf-8") == newer
    assert Answers().get("02.a") == "kept beside"


@pytest.mark.parametrize("problem", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_full_or_read_only_disk_keeps_answers_in_memory(answers, monkeypatch, problem):
    opened = Answers()
    opened.put("02.a", "before")

    def refuse(*_):
        raise OSError(problem, os.strerror(problem))

    monkeypatch.setattr(responses, "write", refuse)
    message = opened.put("02.a", "while the disk is full")
    assert message.startswith("NOT saved") and os.strerror(problem) in message
    assert opened.get("02.a") == "while the disk is full"
    monkeypatch.undo()
    opened.path = answers
    assert opened.put("02.b", "space again").startswith("Saved")
    assert Answers(answers).get("02.a") == "while the disk is full"


def test_a_write_that_breaks_off_leaves_the_old_file_whole(answers, monkeypatch):
    opened = Answers()
    opened.put("02.a", "old")

    def cut(*_):
        raise OSError(errno.EIO, "cut off")

    monkeypatch.setattr(os, "replace", cut)
    assert opened.put("02.a", "new").startswith("NOT saved")
    monkeypatch.undo()
    assert responses.read(answers)["answers"]["02.a"]["value"] == "old"
    assert [path for path in answers.parent.iterdir() if path.suffix == ".part"] == []


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe\x00",
        b"[]",
        b"{}",
        b"[" * 100_000,
        b'{"course": "other", "version": 1, "learner": "x", "answers": {}}',
    ],
)
def test_files_of_another_form_are_refused_with_a_reason(tmp_path, content):
    path = tmp_path / "answers.json"
    path.write_bytes(content)
    with pytest.raises(ValueError) as refused:
        responses.read(path)
    assert str(refused.value)


saved = st.fixed_dictionaries(
    {
        "value": st.text(max_size=20),
        "saved_at": st.datetimes().map(lambda d: d.strftime("%Y-%m-%dT%H:%M:%S.%fZ")),
    }
)
some = st.dictionaries(st.text("abc", min_size=1, max_size=2), saved, max_size=4)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(some, some)
def test_merging_loses_no_key_and_keeps_the_later_answer(left, right):
    joined = responses.merge(left, right)
    assert set(joined) == set(left) | set(right)
    for key, answer in joined.items():
        times = [side[key]["saved_at"] for side in (left, right) if key in side]
        assert answer["saved_at"] == max(times)


def test_a_very_long_answer_is_cut_and_still_readable(answers):
    Answers().put("02.a", "x" * 1_000_000)
    assert len(Answers().get("02.a")) == responses.LONGEST


def test_the_file_is_copied_beside_a_set_and_left_alone_while_it_is_graded(answers, tmp_path, monkeypatch):
    handed_in = tmp_path / "09_set" / "answers.json"
    handed_in.parent.mkdir()
    assert "Nothing to hand in yet" in responses.copy_to(handed_in.parent).words
    Answers().put("00.advice.text", "Wait for one fact.")
    assert "1 answers copied" in responses.copy_to(handed_in.parent).words
    assert responses.read(handed_in) == responses.read(answers)
    Answers().put("00.advice.text", "The teacher's own.")
    monkeypatch.setenv("NBGRADER_EXECUTION", "1")
    assert "left as it is" in responses.copy_to(handed_in.parent).words
    assert responses.read(handed_in)["answers"]["00.advice.text"]["value"] == "Wait for one fact."
