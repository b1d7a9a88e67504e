"""The learner's file: nothing typed is lost, nothing there is overwritten."""

import errno
import json
import os
import re
import signal
import subprocess
import sys
import time

import jsonschema
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


def entry(value="agree", saved_at="2024-11-15T09:30:00.000000Z", **more):
    return {"value": value, "saved_at": saved_at, **more}


def whole(**answers):
    return {"course": "pyongyang-to-kursk", "version": 1, "learner": "0123456789ab", "answers": answers}


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe\x00",
        b"[]",
        b"{}",
        b"[" * 100_000,
        b'{"course": "other", "version": 1, "learner": "x", "answers": {}}',
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
        json.dumps(whole(a=entry())).encode("utf-16"),
        b'{"course": "pyongyang-to-kursk", "course": "pyongyang-to-kursk", "version": 1, "answers": {}}',
        *(json.dumps(whole(a=entry(v))).encode() for v in (float("nan"), float("inf"), 10**300, {"a": {}})),
        json.dumps(whole(a=entry())).replace('"agree"', "1e999").encode(),
        json.dumps(whole(a=entry())).replace('"agree"', "9" * 5000).encode(),
        json.dumps(whole(a=entry("x" * 20_001))).encode(),
        *(json.dumps(whole(**{key: entry()})).encode() for key in ("", "a b", "a\n", "<b>", "x" * 81)),
        json.dumps(whole(a=entry(saved_at="2024-11-15T09:30:00.000000Z\n"))).encode(),
        json.dumps(whole(a=entry(run="print(1)"))).encode(),
        json.dumps(whole() | {"learner": "0123456789ab\n"}).encode(),
        json.dumps(whole(**{f"k{n}": entry() for n in range(2001)})).encode(),
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
    assert "1 answer copied" in responses.copy_to(handed_in.parent).words
    assert responses.read(handed_in) == responses.read(answers)
    Answers().put("00.advice.text", "The teacher's own.")
    monkeypatch.setenv("NBGRADER_EXECUTION", "1")
    assert "left as it is" in responses.copy_to(handed_in.parent).words
    assert responses.read(handed_in)["answers"]["00.advice.text"]["value"] == "Wait for one fact."


def test_a_byte_order_mark_is_no_damage(answers):
    answers.write_bytes(b"\xef\xbb\xbf" + json.dumps(whole(a=entry())).encode())
    assert Answers().get("a") == "agree"


near = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**16), 10**16) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
times = st.sampled_from(["2024-11-15T09:30:00.000000Z", "2024-11-15T09:30:00Z", "yesterday", "\n", 5])
older = st.lists(
    st.fixed_dictionaries({"value": near, "saved_at": times}, optional={"earlier": near}), max_size=21
)
entries = near | st.fixed_dictionaries(
    {"value": near, "saved_at": times},
    optional={
        "activity": near,
        "asked": st.text(max_size=3),
        "shown": near,
        "earlier": near | older,
        "code": near,
    },
)
keys = st.text("aB0._- \n<", max_size=4)
files = near | st.fixed_dictionaries(
    {
        "course": st.sampled_from(["pyongyang-to-kursk", "", 1]),
        "version": st.sampled_from([1, True, 1.0, 2, "1"]),
        "learner": st.sampled_from(["0123456789ab", "0123456789AB", "0123456789ab\n", None]),
        "answers": st.dictionaries(keys, entries, max_size=3) | near,
    },
    optional={"more": near},
)


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(files)
def test_the_quick_check_lets_through_nothing_that_the_schema_refuses(file):
    schema = json.loads(responses.SCHEMA.read_text(encoding="utf-8"))
    if responses.strings_in(file):
        assert jsonschema.Draft202012Validator(schema).is_valid(file)


def with_earlier(earlier):
    return whole(a=entry(earlier=earlier))


NEARLY = {
    "a number where words stand": whole(a=entry(asked=5)),
    "a list where words stand": whole(a=entry(shown=["x"])),
    "words too long": whole(a=entry(activity="x" * 1001)),
    "an answer too long": whole(a=entry("x" * 20_001), b=entry("x" * 20_000)),
    "a key too long": whole(**{"k" * 81: entry()}),
    "a key with a space": whole(**{"a b": entry()}),
    "no key": whole(**{"": entry()}),
    "a name of its own": whole(a=entry(code="print(1)")),
    "times that end in each other": whole(
        a=entry(saved_at="2024-11-15T09:30:00.000000Z2"), b=entry(saved_at="024-11-15T09:30:00.000000Z")
    ),
    "a time that is a number": whole(a=entry(saved_at=5)),
    "a list of lists": whole(a=entry([[]])),
    "a number too large": whole(a=entry(10**16)),
    "earlier that is an object": with_earlier({}),
    "earlier that is a text": with_earlier(""),
    "earlier, too often": with_earlier([entry()] * 21),
    "earlier of earlier": with_earlier([entry(earlier=[])]),
    "earlier with more": with_earlier([entry(asked="x")]),
    "an entry that is a list": whole(a=["value", "saved_at"]),
    "an entry that is a text": whole(a="value saved_at"),
    "a version that is true": whole() | {"version": True},
    "a name with capitals": whole() | {"learner": "0123456789AB"},
}


@pytest.mark.parametrize("name", NEARLY)
def test_what_is_nearly_of_the_form_never_passes_the_quick_check(name):
    schema = json.loads(responses.SCHEMA.read_text(encoding="utf-8"))
    assert not jsonschema.Draft202012Validator(schema).is_valid(NEARLY[name])
    assert responses.strings_in(NEARLY[name]) == 0


TYPED = [
    "plain",
    'He said "no".',
    "a\\b\\",
    '\\"',
    'ends with "',
    "two\nlines\t",
    "북한 «слово» \u2028",
    '": "',
    '"value": "x", "value": "y"',
]


def as_typed(words):
    """A file that holds the same words wherever text is welcome, as the course writes it."""
    old = [{"value": words, "saved_at": "2024-11-01T09:30:00.000000Z"}]
    kept = {"a": entry(words, asked=words, shown=words), "b": entry(7, earlier=old), "c": entry(True)}
    return responses.as_text(whole(**kept)).encode()


@pytest.mark.parametrize("words", TYPED)
def test_a_file_as_the_course_writes_it_is_read_without_a_second_look(monkeypatch, words):
    looked = []
    monkeypatch.setattr(responses, "_no_name_twice", looked.append)
    assert responses.parse(as_typed(words))["answers"]["a"]["value"] == words
    assert looked == []


@pytest.mark.parametrize("words", TYPED)
@pytest.mark.parametrize("colon", ['": ', '" : ', '"\n:', '":'])
def test_a_name_that_stands_twice_is_refused_wherever_it_stands(words, colon):
    """Each name of a file in turn stands a second time, in front of the first."""
    content = as_typed(words).decode()
    names = [found for found in re.finditer(r'(?<=[{\n ])"(\w+)": ', content) if found[1] != "x"]
    for found in names:
        again = f'"{found[1]}{colon}"twice", '
        with pytest.raises(ValueError, match="stands twice"):
            responses.parse((content[: found.start()] + again + content[found.start() :]).encode())
    assert {found[1] for found in names} >= {"answers", "a", "value", "earlier", "saved_at", "version"}


def test_the_quick_check_knows_a_file_as_the_course_writes_it(answers):
    opened = Answers()
    opened.put("02.a", "text", activity="Newsroom", asked="Sentence", shown="")
    opened.put("00.forecast.fc01.percent", 70)
    opened.put("06.counts.aid", True)
    opened.file["answers"]["00.forecast.fc01.percent"]["saved_at"] = "2024-11-15T09:30:00.000000Z"
    opened.put("00.forecast.fc01.percent", 80)
    assert "earlier" in answers.read_text(encoding="utf-8")
    assert responses.strings_in(json.loads(answers.read_text(encoding="utf-8")))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text() | st.integers(-(10**15), 10**15) | st.booleans(), st.text())
def test_whatever_is_typed_is_read_back(tmp_path, value, asked):
    """Half character pairs, which no file can hold, become question marks; the rest is kept as typed."""
    path = tmp_path / "answers.json"
    assert Answers(path).put("02.a", value, asked=asked).startswith("Saved")
    kept = value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
    assert Answers(path).get("02.a") == kept


@pytest.mark.parametrize("key, value", [("a b", "x"), ("02.a", float("nan")), ("02.a", object())])
def test_what_the_form_does_not_allow_never_reaches_the_file(answers, key, value):
    with pytest.raises(ValueError):
        Answers().put(key, value)
    assert not answers.exists()


def test_what_was_typed_last_stays_though_another_clock_ran_ahead(answers):
    answers.write_text(json.dumps(whole(a=entry("old", "2099-01-01T00:00:00.000000Z"))), encoding="utf-8")
    opened = Answers()
    opened.put("a", "new")
    assert Answers().get("a") == "new"
    opened.put("a", "newer")
    assert Answers().get("a") == "newer"


def test_a_choice_that_stood_is_kept_when_it_is_changed(answers, monkeypatch):
    hours = iter(["09:30:00", "09:31:00", "10:30:00", "10:50:00"])
    monkeypatch.setattr(responses, "now", lambda: f"2024-11-15T{next(hours)}.000000Z")
    opened = Answers()
    for percent in (5, 55, 70, 80):
        opened.put("00.forecast.fc01.percent", percent)
    kept = responses.read(answers)["answers"]["00.forecast.fc01.percent"]
    assert [old["value"] for old in kept["earlier"]] == [55, 70]


def test_an_open_notebook_sees_what_another_has_written(answers):
    here = responses.mine()
    Answers().put("02.a", "from another notebook")
    assert responses.mine() is here and here.get("02.a") == "from another notebook"


def test_a_newer_file_that_arrives_meanwhile_is_left_alone(answers):
    opened = Answers()
    opened.put("02.a", "mine")
    newer = json.dumps({"version": 2})
    answers.write_text(newer, encoding="utf-8")
    assert "newer version" in opened.put("02.b", "also mine")
    assert answers.read_text(encoding="utf-8") == newer
    assert Answers().get("02.a") == "mine"


def test_two_files_damaged_in_the_same_second_are_both_kept(answers):
    opened = Answers()
    for text in ("one", "two"):
        answers.write_text(text, encoding="utf-8")
        assert "damaged" in opened.put("02.a", text)
    aside = [path.read_text(encoding="utf-8") for path in answers.parent.glob("*.damaged-*")]
    assert sorted(aside) == ["one", "two"]


def test_what_could_not_be_written_is_written_a_second_later(answers, monkeypatch):
    opened = Answers()
    monkeypatch.setattr(responses, "write", lambda *_: (_ for _ in ()).throw(OSError(errno.ENOSPC, "full")))
    assert opened.put("02.a", "while the disk is full").startswith("NOT saved")
    monkeypatch.undo()
    until = time.monotonic() + 5
    while not answers.exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert Answers(answers).get("02.a") == "while the disk is full"
    assert opened.message.startswith("Saved")


TYPIST = """
import sys, time
from coursebook.responses import Answers
kept, name, count, fresh = Answers(), sys.argv[1], int(sys.argv[2]), "fresh" in sys.argv
for n in range(1, count + 1):
    kept = Answers() if fresh else kept  # nothing in memory that could heal a loss
    said = kept.put(f"{name}.{n % 200}", f"{n} " + "x" * 2000)
    while not said.startswith("Saved"):  # the machine is busy: again, as the notebook does
        said = kept.save()
    print(n, time.time(), flush=True)
"""


def typist(*arguments):
    command = [sys.executable, "-c", TYPIST, *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ.copy())


def test_two_notebooks_that_write_at_once_lose_nothing(answers):
    both = [typist(name, "80", "fresh") for name in ("01.a", "02.b")]
    for one in both:
        assert one.communicate(timeout=60)[0].split()[-2] == "80" and one.returncode == 0
    assert len(responses.read(answers)["answers"]) == 160


def test_a_notebook_killed_while_it_writes_loses_one_second_at_most(answers):
    for round_ in range(4):
        one = typist(f"0{round_}.a", "100000")
        told = [one.stdout.readline()]
        time.sleep(0.15 + 0.07 * round_)
        one.send_signal(signal.SIGKILL)
        killed = time.time()
        told += one.stdout.read().splitlines()
        one.wait(10)
        said = [line.split() for line in told if line.count(" ") == 1 and line.split()[1:]]
        number, moment = int(said[-1][0]), float(said[-1][1])
        kept = responses.read(answers)["answers"]
        newest = max(int(kept[key]["value"].split()[0]) for key in kept if key.startswith(f"0{round_}"))
        assert newest >= number and killed - moment < 1
        assert Answers().message == "Read from answers.json."
    names = sorted(path.name for path in answers.parent.iterdir())
    assert set(names) <= {"answers.json", "answers.json.lock", ".answers.json.part"}


def test_a_link_to_another_folder_stays_a_link(answers, tmp_path):
    elsewhere = tmp_path / "synchronised.json"
    elsewhere.write_text(json.dumps(whole(a=entry())), encoding="utf-8")
    answers.symlink_to(elsewhere)
    Answers().put("b", "new")
    assert answers.is_symlink() and responses.read(elsewhere)["answers"]["b"]["value"] == "new"
