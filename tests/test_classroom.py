"""The class's results: right for those who answered, unmoved by those who attack."""

import csv
import io
import json
import os
import re
import zipfile

import pytest
from hostile import FORMULAS, SCRIPTS, WORDS, as_bytes, texts
from hostile import answers as saying
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coursebook import classroom, data, intake, responses
from coursebook.invented import invented_files

VIEWS = (
    classroom.summary,
    classroom.stances,
    classroom.splits,
    classroom.reasons,
    classroom.cited,
    classroom.verdicts,
    classroom.forecasts,
)

QUICK = (classroom.summary, classroom.splits, classroom.reasons, classroom.cited)  # without a chart


def learner(number, **kept):
    """The bytes of a learner's file."""
    entries = {
        key: {"value": value, "saved_at": "2026-11-25T09:00:00.000000Z"} for key, value in kept.items()
    }
    head = {"course": "pyongyang-to-kursk", "version": 1, "learner": f"{number:012x}"}
    return as_bytes(head | {"answers": entries})


def stance(before, after=None):
    both = {"02.stance.C04.before.choice": before}
    return both | ({"02.stance.C04.after.choice": after} if after else {})


@pytest.fixture
def folder(tmp_path):
    """A class of three, to which a test adds what should do no harm."""
    place = tmp_path / "class_files"
    place.mkdir()
    for number in range(3):
        (place / f"good{number}.json").write_bytes(learner(number, **stance("agree")))
    return place


def zipped(path, entries, **options):
    with zipfile.ZipFile(path, "w", **options) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def cells_of(page):
    return [re.sub("<[^>]*>", "", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", page)]


def everything(room, views=VIEWS):
    return "".join(view(room).body for view in views)


# What it counts


def test_stances_and_who_moved(tmp_path):
    moves = [
        ("agree", "disagree"),
        ("disagree", "agree"),
        ("agree", "agree"),
        ("undecided", "agree"),
        ("agree", None),
    ]
    for number, (before, after) in enumerate(moves):
        (tmp_path / f"{number}.json").write_bytes(learner(number, **stance(before, after)))
    room = classroom.collect(tmp_path)
    page = classroom.stances(room).body
    assert cells_of(page)[0] == "C04" and cells_of(page)[2:] == ["4", "2", "1", "1"]
    assert "C04, before the evidence: 3 agree, 1 undecided, 1 disagree" in page


def test_forecasts_are_scored_and_changes_of_mind_counted(tmp_path):
    for number, percent in enumerate((10, 30, 80)):
        (tmp_path / f"{number}.json").write_bytes(learner(number, **{"00.forecast.fc01.percent": percent}))
    changed = json.loads(learner(9, **{"00.forecast.fc01.percent": 40}))
    changed["answers"]["00.forecast.fc01.percent"]["earlier"] = [
        {"value": 90, "saved_at": "2026-11-01T09:00:00.000000Z"}
    ]
    (tmp_path / "9.json").write_bytes(as_bytes(changed))
    page = classroom.forecasts(classroom.collect(tmp_path)).body
    came = data.table("forecast_outcomes").set_index("forecast_id").outcome["fc01"] == "yes"
    mean = sum((p / 100 - came) ** 2 for p in (10, 30, 80, 40)) / 4
    cells = cells_of(page)
    assert cells[0] == "fc01" and cells[2:5] == ["4", "35", "1: 90 to 40"]
    assert cells[6:8] == ["fc01", f"{mean:.2f}"]


def test_splits_rows_and_verdicts(tmp_path):
    for number, (since, rows) in enumerate(
        [("yes", "ev041, ev026"), ("no", "ev041"), ("mostly", "ev041; nonsense99")]
    ):
        verdict = {"02.verdict.C04.since": since, "02.verdict.C04.then": "yes", "02.verdict.C04.for": rows}
        (tmp_path / f"{number}.json").write_bytes(learner(number, **verdict))
    room = classroom.collect(tmp_path)
    split = classroom.sides(room).iloc[0].tolist()
    assert split == ["C04: borne out since", data.row("C04").claim, 2, 1, 0, pytest.approx(1 / 3)]
    rows = classroom.citations(room).set_index("row")
    assert rows.learners["ev041"] == 3 and rows.cited_for["ev041"] == "for C04: 3"
    assert not rows.known["nonsense99"] and "1 id that was typed names no row" in classroom.cited(room).body
    assert "C04, borne out since: 1 yes, 1 mostly, 1 no" in classroom.verdicts(room).body


def test_the_verdict_of_the_court_replaces_an_earlier_one(tmp_path):
    file = json.loads(learner(1, **{"02.verdict.C04.since": "yes", "09.court.C04.since": "no"}))
    file["answers"]["02.verdict.C04.since"]["saved_at"] = "2026-10-01T09:00:00.000000Z"
    (tmp_path / "a.json").write_bytes(as_bytes(file))
    assert classroom.collect(tmp_path).answers("verdict", "C04", "since")[0].value == "no"


def test_reasons_come_from_both_sides_and_without_names(tmp_path):
    for name, choice, words in (
        ("Kim", "agree", "Because of ev041."),
        ("Lee", "disagree", "It says more than it shows."),
    ):
        said = stance(choice) | {"02.stance.C04.before.reason": words}
        (tmp_path / f"{name}.json").write_bytes(learner(len(name + choice), **said))
    room = classroom.collect(tmp_path)
    page = everything(room)
    assert "Because of ev041." in page and "It says more than it shows." in page
    assert "Kim" not in page and "Lee" not in page
    room.named = True
    assert "<i>Kim</i>" in classroom.reasons(room).body


def test_an_empty_class_says_so_everywhere(tmp_path):
    for view in VIEWS[1:]:
        assert "in these files" in view(classroom.collect(tmp_path)).words


def test_the_invented_class_is_the_same_each_time_and_says_that_it_is_invented(
    monkeypatch, tmp_path, answers
):
    monkeypatch.setenv("COURSEBOOK_CLASS", str(tmp_path / "nothing"))
    responses._OPEN.clear()
    first, second = classroom.read(), classroom.read()
    for view in QUICK:
        assert view(first).body == view(second).body
    for view in VIEWS:
        assert "nvented class" in view(first).body


def test_the_desk_keeps_the_place_and_the_names(answers, folder):
    responses._OPEN.clear()
    desk = classroom.desk()
    desk.fields["place"].value = f' "{folder}" '
    desk.fields["names"].value = True
    room = classroom.read()
    assert len(room.labels) == 3 and room.named
    desk.fields["place"].value = str(folder / "not there")
    assert classroom.read().refused == [
        (str(folder / "not there"), "cannot be opened: No such file or directory")
    ]


def test_hands_typed_in_the_lessons_are_shown(answers):
    responses._OPEN.clear()
    assert "No hands typed yet" in classroom.tallies().body
    kept = responses.mine()
    for place, option in enumerate(("act now", "wait")):
        kept.put(f"00.tally.before.{place}", 5 + place, asked=f"{option}, before")
        kept.put(f"00.tally.after.{place}", 9, asked=f"{option}, after")
    assert "act now: 5 before, 9 after; wait: 6 before, 9 after" in classroom.tallies().body


# Where files come from


@pytest.mark.parametrize(
    "name, who",
    [
        ("Kim Min-ji_123456_assignsubmission_file_/answers.json", "Kim Min-ji_123456"),
        ("Kim Min-ji_123456_assignsubmission_file_/week 9/answers.json", "Kim Min-ji_123456"),
        ("all/Kim Min-ji_123456_assignsubmission_file_answers.json", "Kim Min-ji_123456"),
        ("Participant_88_assignsubmission_file_/answers.json", "Participant_88"),
        ("Group Busan_12_assignsubmission_file_/answers.json", "Group Busan_12"),
        ("Default group_assignsubmission_file_/answers.json", "Default group"),
        ("_assignsubmission_file_/answers.json", ""),
    ],
)
def test_submitters_in_moodle_s_export(name, who):
    """As ``mod/assign/classes/downloader.php`` of moodle/moodle names files.

    A folder a learner by default, since 3.1; one long name a file before, and as a preference; the
    participant's number where marking is blind; the group's name and number where groups hand in,
    no number for those without a group.
    """
    assert intake.submitter(name) == who


@pytest.mark.parametrize(
    "name, who",
    [
        ("kimminji_98765_4455667_answers.json", "kimminji_98765"),
        ("kimminji_LATE_98765_4455667_answers-2.json", "kimminji_98765"),
        ("kim_minji_98765_4455667_my_answers.json", "kim_minji_98765"),
        ("김민지_98765_4455667_answers.json", "김민지_98765"),
        ("anon_x7Gq2_4455667_answers.json", "anon_x7Gq2"),
        ("LATE_anon_x7Gq2_4455667_answers-1.json", "anon_x7Gq2"),
    ],
)
def test_submitters_in_canvas_s_export(name, who):
    """As ``lib/content_zipper.rb`` of instructure/canvas-lms names files.

    Name, LATE if so, the user's number, the file's number, its name; ``anon_`` and an id where names
    are hidden. A file handed in again has ``-1`` or ``-2`` before its ending, as
    ``make_unique_filename`` of ``app/models/attachment.rb`` gives it.
    """
    assert intake.submitter(name) == who


@pytest.mark.parametrize(
    "name, who",
    [
        ("Set 9_mkim7_attempt_2026-09-14-09-30-05_answers.json", "mkim7"),
        ("Set_9_final_mkim7_attempt_2026-09-14-09-30-05_answers.json", "mkim7"),
        ("submitted/kim/09_judging_the_essay/answers.json", "kim"),
        ("course/submitted/kim/09_judging_the_essay/answers.json", "kim"),
        ("group 1/answers.json", ""),
        ("answers.json", ""),
        ("attempt_2026-09-14-09-30-05_answers.json", ""),
    ],
)
def test_submitters_in_blackboard_s_export_and_nbgrader_s_folder(name, who):
    """Blackboard's as the README of terr-steak/bb-file-cleanup tells them: task, user, time, file.

    nbgrader's as its course folder has them: ``submitted/student/set/file``.
    """
    assert intake.submitter(name) == who


# What a Mac, Windows and the learning platforms put beside the files.
CLUTTER = dict.fromkeys(
    [
        "__MACOSX/._answers.json",
        "__MACOSX/Kim_1_assignsubmission_file_/._answers.json",
        "Kim_1_assignsubmission_file_/._answers.json",
        ".DS_Store",
        "Kim_1_assignsubmission_file_/.DS_Store",
        "desktop.ini",
        "Thumbs.db",
        "Kim_1_assignsubmission_onlinetext_/onlinetext.html",
        "Set 9_mkim7_attempt_2026-09-14-09-30-05.txt",
        ".ipynb_checkpoints/answers-checkpoint.json",
        "submitted/kim/09_judging_the_essay/09_judging_the_essay.ipynb",
    ],
    b"x",
)


@pytest.mark.parametrize(
    "pattern",
    [
        "Learner {0}_10{0}_assignsubmission_file_/answers.json",
        "Learner {0}_10{0}_assignsubmission_file_answers.json",
        "learner{0}_10{0}_99{0}_answers.json",
        "학생{0}_LATE_10{0}_99{0}_answers-1.json",
        "Set 9_learner{0}_attempt_2026-09-14-09-30-05_answers.json",
        "Set 9-20260914T093000Z-001/answers({0}).json",
        "{0}/answers.json.txt",
        "submitted/learner{0}/09_judging_the_essay/answers.json",
        "deep/er/and/deeper/{0}/ANSWERS.JSON",
    ],
)
@pytest.mark.parametrize("packed", [True, False])
def test_every_layout_is_read_as_folder_and_as_zip(tmp_path, pattern, packed):
    place = tmp_path / "place"
    entries = {pattern.format(n): learner(n, **stance("agree")) for n in range(4)}
    if packed:
        place = zipped(tmp_path / "export.zip", entries | CLUTTER)
    else:
        entries |= CLUTTER
        for name, content in entries.items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_bytes(content)
    room = classroom.collect(place)
    assert len(room.labels) == 4 and room.refused == []


def test_a_zip_in_the_folder_is_read_too(folder):
    zipped(folder / "more.zip", {"x_1_2_answers.json": learner(7, **stance("agree"))})
    assert len(classroom.collect(folder).labels) == 4


def mac_zipped(path, entries, names="utf-8"):
    """A zip whose names are bytes of an encoding, without the flag that says which."""
    stand_ins = {
        name: f"{number:03d}".ljust(len(name.encode(names)), "x") for number, name in enumerate(entries)
    }
    zipped(path, {stand_ins[name]: content for name, content in entries.items()})
    content = path.read_bytes()
    for name, stand_in in stand_ins.items():
        content = content.replace(stand_in.encode(), name.encode(names))
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("pack", [zipped, mac_zipped])
@pytest.mark.parametrize("name", ["김민지", "Zoë Müller", "Олена"])
def test_names_of_any_script_are_read_from_a_zip_with_and_without_the_utf_8_flag(tmp_path, pack, name):
    entries = {f"{name}_7_assignsubmission_file_/answers.json": learner(1, **stance("agree"))}
    room = classroom.collect(pack(tmp_path / "export.zip", entries))
    assert room.labels == [f"{name}_7"] and room.refused == []


def test_a_name_in_an_older_encoding_is_odd_but_its_file_counts(tmp_path):
    entries = {"Zoë_7_assignsubmission_file_/answers.json": learner(1, **stance("agree"))}
    room = classroom.collect(mac_zipped(tmp_path / "export.zip", entries, "cp437"))
    assert room.labels == ["Zoë_7"]
    room = classroom.collect(mac_zipped(tmp_path / "export.zip", entries, "latin-1"))
    assert len(room.labels) == 1 and room.refused == []


SAVED_LATER = "2026-11-26T09:00:00.000000Z"


def later(content, **kept):
    """The same learner's file a day later, with some answers changed."""
    file = json.loads(content)
    for key, value in kept.items():
        file["answers"][key] = {"value": value, "saved_at": SAVED_LATER}
    return as_bytes(file)


@pytest.mark.parametrize(
    "names",
    [
        ("answers.json", "answers (1).json"),
        ("answers (1).json", "answers.json"),
        ("kim_5_61_answers.json", "kim_LATE_5_72_answers-1.json"),
        ("kim_5_72_answers-1.json", "kim_5_61_answers.json"),
        (
            "Set_kim_attempt_2026-09-15-09-30-05_answers.json",
            "Set_kim_attempt_2026-09-14-09-30-05_answers.json",
        ),
        ("Kim_7_assignsubmission_file_/answers.json", "Kim_7_assignsubmission_file_/copy/answers.json"),
    ],
)
def test_of_two_files_of_a_learner_the_newest_answers_count_and_the_page_says_so(tmp_path, names):
    """Whichever name comes first; an answer that was erased meanwhile stays erased."""
    first = learner(1, **stance("agree"), **{"02.stance.C04.before.reason": "The words of old."})
    second = later(first, **stance("agree", "disagree"), **{"02.stance.C04.before.reason": ""})
    others = {f"{n}.json": learner(n, **stance("agree")) for n in (8, 9)}
    room = classroom.collect(
        zipped(tmp_path / "class.zip", dict(zip(names, (first, second), strict=True)) | others)
    )
    assert len(room.labels) == 3 and len(room.answers("stance", "C04", "after.choice")) == 1
    assert room.answers("stance", "C04", "before.reason") == {}
    said = "More than one file came from learner 1 (2): of each answer the one saved last counts."
    assert said in classroom.summary(room).body
    assert (
        "More than one" not in classroom.summary(classroom.collect(zipped(tmp_path / "b.zip", others))).body
    )


def test_one_id_from_two_submitters_is_two_learners(tmp_path):
    names = ["Kim_1_assignsubmission_file_/a.json", "Lee_2_assignsubmission_file_/a.json"]
    zipped(tmp_path / "b.zip", dict.fromkeys(names, learner(1, **stance("agree"))))
    room = classroom.collect(tmp_path / "b.zip")
    assert len(room.labels) == 2 and room.repeated() == ""


def test_numbers_do_not_follow_the_order_of_names(tmp_path):
    for name, number in (("Anna", 9), ("Berta", 5), ("Carla", 1)):
        (tmp_path / f"{name}.json").write_bytes(learner(number, **stance("agree")))
    room = classroom.collect(tmp_path)
    assert dict(zip(room.labels, room.numbers, strict=True)) == {"Anna": 3, "Berta": 2, "Carla": 1}


def test_a_bar_shows_when_reading_takes_more_than_a_second(monkeypatch, tmp_path):
    shown, clock = [], iter(range(1000))
    monkeypatch.setattr("IPython.display.display", shown.append)
    monkeypatch.setattr(classroom.time, "monotonic", lambda: next(clock))
    for number in range(120):
        (tmp_path / f"{number}.json").write_bytes(learner(number, **stance("agree")))
    assert len(classroom.collect(tmp_path).labels) == 120
    assert len(shown) == 1 and shown[0].max == 120
    monkeypatch.undo()
    shown.clear()
    classroom.collect(tmp_path)
    assert shown == []


# What does no harm

REFUSED = {
    "picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    "latin": learner(9).replace(b"pyongyang", "pyongyáng".encode("latin-1")),
    "utf16": learner(9).decode().encode("utf-16"),
    "list": b"[]",
    "number": b"5",
    "empty": b"",
    "null": b"null",
    "half": learner(9, **stance("agree"))[:-9],
    "deep": b"[" * 200_000,
    "deep object": b'{"a":' * 100_000,
    "twice": b'{"course": "pyongyang-to-kursk", "version": 1, "version": 1, "learner": "0123456789ab", "answers": {}}',
    "newer": learner(9).replace(b'"version": 1', b'"version": 2'),
    "nan": learner(9, **{"00.forecast.fc01.percent": float("nan")}),
    "infinity": learner(9, **{"00.forecast.fc01.percent": float("-inf")}),
    "huge": learner(9, **{"00.forecast.fc01.percent": 10**400}),
    "endless": learner(9, **{"00.forecast.fc01.percent": 7}).replace(b": 7,", b": " + b"7" * 9999 + b","),
    "exponent": learner(9, **{"00.forecast.fc01.percent": 7}).replace(b": 7,", b": 1e999,"),
    "long": learner(9, **{"02.stance.C04.before.reason": "x" * 10_000_000}),
    "padded": learner(9) + b" " * 10_000_000,
    "code": learner(9).replace(b'"answers"', b'"__reduce__": "os.system", "answers"'),
    "pickle": b"\x80\x04\x95\x10\x00\x00\x00cos\nsystem\n",
    "nested": learner(9, **{"02.stance.C04.before.reason": {"a": {"b": {}}}}),
    "key": learner(9, **{"<script>": "x"}),
    "id": learner(9).replace(b"000000000009", b"<b>kim</b>"),
    **{f"nested {n}": b'{"a":' * n + b"1" + b"}" * n for n in (50, 900, 960, 985, 995, 1005, 3000)},
}
LEFT_OUT = {
    "percent": {"00.forecast.fc01.percent": 5000},
    "truth": {"00.forecast.fc01.percent": True},
    "fraction": {"00.forecast.fc01.percent": 0.5},
    "text for a number": {"00.forecast.fc01.percent": "=1+1"},
    "choice": {"02.stance.C04.before.choice": "<script>window.ran = 1</script>"},
    "list for a text": {"02.stance.C04.before.reason": ["a", "b"]},
    "nothing": {"02.verdict.C04.then": None},
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_file_is_refused_by_name_and_the_class_still_shows(folder, name):
    (folder / f"{name}.json").write_bytes(REFUSED[name])
    room = classroom.collect(folder)
    assert len(room.labels) == 3
    assert [file for file, _ in room.refused] == [f"{name}.json"] and room.refused[0][1]
    page = everything(room)
    assert f"{name}.json" in page and "3 agree" in page


@pytest.mark.parametrize("name", LEFT_OUT)
def test_an_answer_that_was_never_offered_is_left_out_by_name(folder, name):
    (folder / f"{name}.json").write_bytes(learner(9, **stance("agree") | LEFT_OUT[name]))
    room = classroom.collect(folder)
    assert room.skipped == [(f"{name}.json", next(iter(LEFT_OUT[name])))]
    assert len(room.labels) == 4 and room.refused == [] and f"{name}.json" in everything(room)


def test_links_pipes_and_folders_named_json_are_not_followed(folder, tmp_path):
    secret = tmp_path / "secret.json"
    secret.write_bytes(learner(9, **stance("disagree")))
    (folder / "link.json").symlink_to(secret)
    (folder / "loop").symlink_to(folder)
    (folder / "broken.json").symlink_to(tmp_path / "nothing")
    (folder / "folder.json").mkdir()
    os.mkfifo(folder / "pipe.json")
    room = classroom.collect(folder)
    assert len(room.labels) == 3
    assert sorted(name for name, _ in room.refused) == ["broken.json", "link.json", "loop", "pipe.json"]


def test_what_a_zip_can_hide_is_refused_by_name(folder, tmp_path, monkeypatch):
    good = learner(9, **stance("disagree"))
    climbing = ["../up.json", "/top.json", "C:/drive.json", "a/../../b.json", "..\\back.json"]
    zipped(folder / "climb.zip", dict.fromkeys(climbing, good))
    zipped(folder / "bomb.zip", {"bomb.json": b"0" * 50_000_000}, compression=zipfile.ZIP_DEFLATED)
    zipped(folder / "inner.zip", {"inner/inner.zip": (folder / "bomb.zip").read_bytes()})
    zipped(folder / "lzma.zip", {"lzma.json": good}, compression=zipfile.ZIP_LZMA)
    link = zipfile.ZipInfo("link.json")
    link.external_attr = 0o120777 << 16
    zipped(folder / "link.zip", {link: "/etc/passwd"})
    locked = bytearray(zipped(folder / "locked.zip", {"locked.json": good}).read_bytes())
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.find(sign) + offset] |= 1
    (folder / "locked.zip").write_bytes(locked)
    damaged = zipped(folder / "damaged.zip", {"damaged.json": good}).read_bytes()
    (folder / "damaged.zip").write_bytes(damaged.replace(b"disagree", b"DISAGREE"))
    (folder / "cut.zip").write_bytes(damaged[:-30])
    (folder / "no.zip").write_bytes(b"GIF89a")
    before = {path for path in tmp_path.rglob("*")}
    room = classroom.collect(folder)
    refused = dict(room.refused)
    assert len(room.labels) == 3
    assert {f"climb.zip/{name}" for name in climbing} <= set(refused)
    for name, reason in {
        "bomb.zip/bomb.json": "larger than 5 MB",
        "inner.zip/inner/inner.zip": "a zip inside a zip",
        "lzma.zip/lzma.json": "packed in a way",
        "link.zip/link.json": "a symbolic link",
        "locked.zip/locked.json": "locked with a password",
        "damaged.zip/damaged.json": "damaged in the zip",
        "cut.zip": "cannot be opened as a zip",
        "no.zip": "cannot be opened as a zip",
    }.items():
        assert reason in refused[name]
    assert {path for path in tmp_path.rglob("*")} == before  # nothing was unpacked


def test_a_zip_of_many_bombs_stops_at_a_limit(folder, monkeypatch):
    monkeypatch.setattr(intake, "LARGEST_ZIP", 12_000_000)
    bombs = {f"{n}.json": b" " * 6_000_000 for n in range(9)}
    zipped(folder / "bombs.zip", bombs, compression=zipfile.ZIP_DEFLATED)
    reasons = [reason for _, reason in classroom.collect(folder).refused]
    assert reasons[:3] == ["larger than 5 MB"] * 3
    assert len(reasons) == 9 and all("the zip holds more than" in reason for reason in reasons[3:])


def test_a_zip_of_many_small_files_is_read_to_its_end(folder, monkeypatch):
    monkeypatch.setattr(intake, "LARGEST_ZIP", 6_000_000)
    zipped(folder / "many.zip", {f"{n}.json": learner(n + 10, **stance("agree")) for n in range(9)})
    room = classroom.collect(folder)
    assert len(room.labels) == 12 and room.refused == []


def test_a_file_may_be_as_large_as_the_limit_and_no_larger(folder, monkeypatch):
    monkeypatch.setattr(intake, "LARGEST", 2_000_000)
    good = learner(9)
    (folder / "at.json").write_bytes(good.ljust(2_000_000))
    (folder / "over.json").write_bytes(good.ljust(2_000_001))
    assert classroom.collect(folder).refused == [("over.json", "larger than 2 MB")]


@pytest.mark.parametrize("packed", [True, False])
def test_files_come_in_the_order_of_their_names(tmp_path, packed):
    names = ["b/1.json", "c/1.json", "a/2.json", "a/1.json"]
    if packed:
        place = zipped(tmp_path / "export.zip", dict.fromkeys(names, b"{}"))
    else:
        place = tmp_path
        for name in names:
            (place / name).parent.mkdir(exist_ok=True)
            (place / name).write_bytes(b"{}")
    assert [file.name for file in intake.files_in(place)] == sorted(names)


def test_more_files_than_a_class_can_have_are_refused(folder, monkeypatch):
    monkeypatch.setattr(classroom, "MOST_FILES", 2)
    room = classroom.collect(folder)
    assert len(room.labels) == 2 and room.refused == [("good2.json", "more than 2 files")]


junk = st.one_of(
    st.binary(max_size=80),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | texts,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
        max_leaves=6,
    ).map(lambda value: json.dumps(value).encode()),
    st.builds(
        lambda words, cut, flip: _bent(as_bytes(saying(words)), cut, flip),
        texts,
        st.integers(0, 4000),
        st.tuples(st.integers(0, 4000), st.integers(0, 255)),
    ),
    st.dictionaries(
        st.sampled_from(
            ["00.forecast.fc01.percent", "02.stance.C04.before.choice", "02.verdict.C04.for", "zz", "00.a"]
        ),
        st.integers(-(10**20), 10**20)
        | st.booleans()
        | st.none()
        | st.floats()
        | texts
        | st.lists(texts, max_size=2),
    ).map(lambda kept: learner(99, **kept)),
)
names = st.text(
    st.characters(blacklist_characters="/\\\0", blacklist_categories=["Cs"]), min_size=1, max_size=20
)


def _bent(content, cut, flip):
    content = bytearray(content)
    content[flip[0] % len(content)] = flip[1]
    return bytes(content[: len(content) - cut] if cut % 3 == 0 else content)


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.dictionaries(names, junk, max_size=5))
def test_whatever_is_handed_in_the_good_files_count_and_the_page_holds_only_its_own_tags(files):
    room = classroom.Room(named=True)
    for number in range(3):
        room.add(f"good{number}.json", learner(number, **stance("agree")))
    taken = 3
    for name, content in files.items():
        try:
            room.add(name, content)
            taken += 1
        except intake.Refused as reason:
            room.refused.append((name, str(reason)))
            assert str(reason)
    room.finish()
    assert taken + len(room.refused) == 3 + len(files)
    assert sum(a.value == "agree" for a in room.answers("stance", "C04", "before.choice").values()) >= 3
    page = everything(room, QUICK)
    tags = set(re.findall(r"<\s*/?\s*([a-zA-Z!]+)", page))
    assert tags <= set(
        "p table caption thead tbody tr th td details summary b ul li i span small figure img figcaption".split()
    )
    page.encode("utf-8")


def test_no_script_of_a_learner_runs_in_a_browser(page, tmp_path):
    """The page is set into a bare document: nothing but the escaping stands between."""
    room = classroom.Room(named=True)
    for number, words in enumerate([*WORDS, *SCRIPTS]):
        file = saying(words) | {"learner": f"{number:012x}"}
        room.add(f"{plain_name(words)}{number}.json", as_bytes(file))
        room.refused.append((words, words))
        room.skipped.append((words, words))
    body = everything(room.finish()).replace("<details", "<details open")
    page.set_content(f"<main>{body}</main>")
    page.wait_for_timeout(300)
    assert page.evaluate("() => window.ran") is None
    found = "() => document.querySelectorAll('script, iframe, svg, form, base, link, meta, [onerror], [onload]').length"
    assert page.evaluate(found) == 0
    assert page.evaluate("() => [...document.images].every(one => one.src.startsWith('data:image/svg'))")
    assert page.evaluate("() => document.links.length") == 0
    assert page.outside == []


def plain_name(words):
    return words.replace("/", "")[:60]


@pytest.mark.parametrize("first", ["=1+1", ["a"], {"a": "=1"}, None, True, 5000, "x" * 20_000])
def test_an_earlier_value_that_was_never_offered_is_not_used(folder, tmp_path, first):
    file = json.loads(learner(9, **{"00.forecast.fc01.percent": 40}))
    old = [{"value": first, "saved_at": "2026-11-01T09:00:00.000000Z"}]
    file["answers"]["00.forecast.fc01.percent"]["earlier"] = old
    (folder / "earlier.json").write_bytes(as_bytes(file))
    room = classroom.collect(folder)
    assert "nobody" in classroom.forecasts(room).body
    assert '"40",""' in kept(room, tmp_path)[0].replace("40,", '"40",')


# The table to keep


def kept(room, tmp_path):
    assert "answers written" in classroom.keep(room, tmp_path).words
    text = (tmp_path / "class_results.csv").read_bytes().decode("utf-8-sig")
    return text, list(csv.reader(io.StringIO(text)))


@pytest.mark.parametrize("words", [*FORMULAS, *WORDS], ids=lambda words: ascii(words[:20]))
@pytest.mark.parametrize("split", [",", ";", "\t"])
def test_no_cell_of_the_table_is_a_formula(tmp_path, words, split):
    room = classroom.Room(named=True)
    room.add(f"{words}.json", as_bytes(saying(words)))
    text, _ = kept(room.finish(), tmp_path)
    for line in csv.reader(io.StringIO(text), delimiter=split):
        for cell in line:
            assert not re.match(r"\s*[=+\-@＝＋－＠\t\r]", cell.lstrip('\ufeff"')), cell
    assert all("\n" not in line for line in text.split("\r\n"))


def test_the_table_holds_every_answer_and_no_name_unless_asked(folder, tmp_path):
    room = classroom.collect(folder)
    text, lines = kept(room, tmp_path)
    assert lines[0][:2] == ["learner", "kind"] and len(lines) == 4 and "good" not in text
    room.named = True
    assert "good1" in kept(room, tmp_path)[0]


def test_a_class_of_three_hundred_is_counted(tmp_path):
    place = zipped(tmp_path / "class.zip", {f"{n}.json": file for n, file in enumerate(invented_files(300))})
    room = classroom.collect(place)
    assert len(room.labels) == 300 and room.refused == room.skipped == []
    assert sum(len(said) for said in room.said.values()) > 300 * 30
