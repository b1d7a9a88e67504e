"""Checks: four outcomes, other routes to a right answer, named mistakes, and no answer given away."""

import datetime as dt
import importlib
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import folium
import nbformat
import numpy as np
import pandas as pd
import pytest
from answers.set_02 import combat, events, sites, training_map
from answers.set_03 import five, floors, metric_chart

from coursebook import charts, maps
from coursebook import check as checks

SOLUTIONS = Path(__file__).resolve().parents[1] / "solutions"
# For every task: right answers by another route, and wrong ones; what a solution says of the tables.
RIGHT, WRONG, SAID = {}, {}, {}
for path in sorted((Path(__file__).parent / "answers").glob("set_*.py")):
    module = importlib.import_module(f"answers.{path.stem}")
    RIGHT |= module.RIGHT
    WRONG |= module.WRONG
    SAID |= {(path.stem[-2:], words): holds for words, holds in getattr(module, "SAID", {}).items()}


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


@pytest.mark.parametrize(("lesson", "words"), list(SAID), ids=lambda part: part[:40])
def test_what_a_solution_says_of_the_tables_holds(lesson, words):
    (path,) = SOLUTIONS.glob(f"{lesson}_*/*.ipynb")
    assert words in path.read_text(encoding="utf-8"), "The solution says it no more: take it out here."
    assert SAID[lesson, words], "The tables have changed: change the sentence."


def test_every_task_is_covered_here():
    kept = {task for lesson in checks.KEPT.glob("*.json") for task in checks.kept(lesson.stem)}
    assert kept == set(RIGHT) == set(WRONG)
    assert all(len(RIGHT[task]) >= 2 and len(WRONG[task]) >= 3 for task in kept)


def test_not_attempted_is_not_wrong(capsys):
    assert outcome("02.2", ...) == "not attempted"


def test_a_named_mistake_is_answered_with_its_idea():
    _, message = checks.judge("02.2", int((events.date_earliest <= "2024-10-24").sum()))
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
                "each",
                "layers",
                "labels",
                "zero",
                "lines",
                "pairs",
                "any order",
            }
            assert set(form) <= allowed, task
            values = form.get("values", [])
            values = [values] if isinstance(values, str) else sum(form.get("each", []), values)
            assert all(len(v) == 20 and int(v, 16) >= 0 for v in values)


def test_a_mistake_that_is_right_or_named_already_is_refused(monkeypatch):
    monkeypatch.setenv("COURSEBOOK_RECORD", "1")
    monkeypatch.setattr(checks, "_recorded", {})
    monkeypatch.setattr(checks, "display", lambda page: None)
    checks.check("99.1", 5)
    with pytest.raises(ValueError, match="gives the right answer"):
        checks.mistake("five", lambda: 5.0)
    checks.mistake("six", lambda: 6)
    with pytest.raises(ValueError, match="same answer as 'six'"):
        checks.mistake("half a dozen", lambda: 6.0)


def judged(monkeypatch, expected, answer, **options):
    """Judge an answer against an expected one, without a set."""
    form = checks.describe("99.1", expected, options.get("decimals", 2), options.get("ordered", False))
    record = {"99.1": {"expected": form, "mistakes": [], "hints": []}}
    monkeypatch.setattr(checks, "kept", lambda lesson: record)
    return checks.judge("99.1", answer)


frame = pd.DataFrame({"issuer": ["a", "b", "c"], "n": [3, 1, 2], "share": [0.125, 0.5, 0.375]})
by_name = frame.set_index("issuer").n
days = pd.Series(pd.to_datetime(["2024-10-18", "2024-10-24"]), index=["a", "b"])

SAME = {
    "numpy integer": (3, np.int64(3)),
    "float": (3, 3.0),
    "fraction": (0.125, Fraction(1, 8)),
    "decimal": (12.8, Decimal("12.8")),
    "array without dimension": (3, np.array(3)),
    "sum of floats": (0.3, 0.1 + 0.2),
    "a half rounded up": (0.125, 0.13),
    "numpy truth value": (True, np.True_),
    "day as text": (pd.Timestamp("2024-10-18"), "2024-10-18"),
    "day and midnight": (pd.Timestamp("2024-10-18"), "2024-10-18 00:00:00"),
    "python's day": (pd.Timestamp("2024-10-18"), dt.date(2024, 10, 18)),
    "numpy's day": (pd.Timestamp("2024-10-18"), np.datetime64("2024-10-18", "ns")),
    "text with a blank": ("NIS", "NIS "),
    "list, tuple": ([1, 2], (2, 1)),
    "list, set": (["a", "b"], {"a", "b"}),
    "list, array": ([1, 2], np.array([1, 2])),
    "list, column": ([3, 1, 2], frame.n),
    "list, column with names": ([3, 1, 2], by_name),
    "list, index": (["a", "b", "c"], by_name.index),
    "list, keys": (["a"], {"a": 1}.keys()),
    "list, range": ([0, 1, 2], range(3)),
    "list, nullable": ([1, 2], pd.array([1, 2], dtype="Int64")),
    "list, categories": (["a", "b"], pd.Categorical(["b", "a"])),
    "days, texts": (list(days), ["2024-10-18", "2024-10-24"]),
    "missing values": ([1, None], pd.array([1, pd.NA], dtype="Int64")),
    "pairs": ([("a", 1)], [["a", np.int64(1)]]),
    "series, dictionary": (by_name, by_name.to_dict()),
    "series in another order": (by_name, by_name.sort_values()),
    "series, nullable": (by_name, by_name.astype("Int64")),
    "series, names as categories": (by_name, by_name.set_axis(pd.CategoricalIndex(by_name.index))),
    "series, years": (pd.Series({2023: 1, 2024: 2}).rename_axis("year"), pd.Series({2024: 2, 2023: 1})),
    "series, years in a dictionary": (pd.Series({2023: 1, 2024: 2}).rename_axis("year"), {2023: 1, 2024: 2}),
    "series of days, of texts": (days, days.dt.strftime("%Y-%m-%d")),
    "table, other order of columns": (frame, frame[["share", "n", "issuer"]]),
    "table, other order of rows": (frame, frame.iloc[::-1]),
    "table, index reset": (frame.iloc[1:], frame.iloc[1:].reset_index(drop=True)),
    "table, names in the index": (frame, frame.set_index("issuer")),
    "table, two names in the index": (frame, frame.set_index(["issuer", "n"])),
    "table, a name both in the index and as a column": (frame, frame.set_index("issuer", drop=False)),
    "table, nullable": (frame, frame.convert_dtypes()),
    "table, category": (frame, frame.astype({"issuer": "category"})),
}


@pytest.mark.parametrize("name", SAME)
def test_the_same_answer_in_another_form_passes(monkeypatch, name):
    expected, answer = SAME[name]
    assert judged(monkeypatch, expected, answer) == ("correct", "")


OFF = {
    "one more": (36, 37, "but not this one"),
    "one more without decimals": (36, 37, "but not this one"),
    "sign": (250, -250, "the other way round"),
    "percentage": (0.128, 12.8, "hundred times too large"),
    "share": (12.8, 0.128, "a percentage is asked for"),
    "shares of a series": (by_name / 8, by_name / 8 * 100, "hundred times too large"),
    "number as text": (3, "3", "quotation marks"),
    "span of time": (3, pd.Timedelta("3D"), ".days turns"),
    "list for number": (3, [3], "len(...) counts entries"),
    "number for list": (["a"], 1, "Name them instead"),
    "number for table": (frame, 3, "Keep the rows"),
    "number for series": (by_name, 3, "One value for each name"),
    "method without brackets": (3, frame.n.sum, "Round brackets"),
    "groups without a question": (by_name, frame.groupby("issuer"), "wait for a question"),
    "generator": ([1], (x for x in [1]), "list(...)"),
    "nothing": (3, None, "gave nothing back"),
    "truth value": (1, True, "yes or no; a number"),
    "too few": ([1, 2, 3], [1, 2], "2 entries, fewer"),
    "one of several": ([1, 2, 3], [1], "1 entry, fewer"),
    "no dictionary": ({"low": 1, "high": 2}, 1, "Series or dictionary with names"),
    "a dictionary too many": (1, {"low": 1}, "is a dictionary"),
    "texts in a dictionary": ({"low": 1.5, "high": 2}, {"low": "1.500", "high": 2}, "quotation marks"),
    "columns in a dictionary": ({"low": 1, "high": 2}, {"low": frame.n, "high": 2}, "beside 'low'"),
    "series for table, named": (frame, by_name, ".reset_index()"),
    "other entry": ([1, 2, 3], [1, 2, 4], "at least one entry"),
    "other names": (by_name, by_name.set_axis(["a", "b", "d"]), "what you group by"),
    "other values": (by_name, by_name + [0, 1, -1], "beside b, c."),
    "values changed places": (by_name, by_name.set_axis(["b", "a", "c"]), "beside a, b."),
    "names lost": (by_name, by_name.tolist(), "keep them as the index"),
    "series for table": (frame, frame.n, "not of one column"),
    "table for series": (by_name, frame, "with the names as its index"),
    "column missing": (frame, frame[["n", "share"]], "column is missing: issuer"),
    "column renamed": (frame, frame.rename(columns={"n": "m"}), "missing: n. Not asked for: m."),
    "column too many": (frame, frame.assign(x=1), "not asked for: x"),
    "column twice": (frame, pd.concat([frame, frame.n], axis=1), "two columns of one name"),
    "values of one column": (frame, frame.assign(n=[3, 1, 7]), "values are off in: n"),
    "other rows": (frame, frame.assign(issuer="x", n=0, share=0.9), "other rows are asked for"),
    "columns missing": (
        pd.DataFrame({c: [1] for c in "abcdefg"}),
        pd.DataFrame({"a": [1]}),
        "b, c, d, e and 2",
    ),
    "no row": (frame, frame[frame.issuer == "A"], ".unique() shows"),
    "no entry": (["a"], [], ".unique() shows"),
    "condition for table": (frame, frame.n > 1, "table[condition]"),
    "condition for number": (2, frame.n > 1, ".sum() counts"),
    "column for number": (6, frame.n, "Series, one column"),
    "dictionary for table": (frame, {"a": 1}, "pd.DataFrame(...) makes"),
    "names otherwise spelled": (by_name, {"A": 3, "B": 1, "C": 2}, "spelling"),
    "rounded column": (
        frame.assign(share=frame.share / 7),
        frame.assign(share=(frame.share / 7).round(1)),
        "off in: share. Have you rounded?",
    ),
    "mostly empty": (frame, frame.assign(issuer="x", n=None, share=None), "empty cells stand"),
    "values exchanged": (by_name, {"a": 1, "b": 3, "c": 2}, "beside a, b. Each value is right"),
    "longitude first": (
        checks.marked({"Dots": [(50, 10), (51, 20)]}),
        checks.marked({"Dots": [(10, 50), (20, 51)]}),
        "Latitude comes first",
    ),
    "not a number": (3, float("nan"), "missing (NaN)"),
    "rounded number": (1 / 3, 0.3, "compared: 3"),
    "rounded series": (by_name / 7, (by_name / 7).round(1), "compared: 3"),
    "layer alone": (maps.base_map("test"), folium.FeatureGroup("Dots"), "answer with the map"),
    "values in the wrong rows": (frame, frame.assign(n=[1, 3, 2]), "right rows"),
}


@pytest.mark.parametrize("name", OFF)
def test_a_message_says_what_is_off(monkeypatch, name):
    expected, answer, words = OFF[name]
    outcome, message = judged(monkeypatch, expected, answer, decimals=0 if "without decimals" in name else 3)
    assert outcome == "not yet" and words in message


def test_order_counts_only_where_it_means_something(monkeypatch):
    assert judged(monkeypatch, [1, 2], [2, 1])[0] == "correct"
    outcome, message = judged(monkeypatch, [1, 2], [2, 1], ordered=True)
    assert outcome == "not yet" and "the order is not" in message
    assert "the order is not" in judged(monkeypatch, frame, frame.iloc[::-1], ordered=True)[1]


def drawn(draw):
    _, axes = charts.figure()
    draw(axes)
    axes.set_xlabel("x")
    axes.set_ylabel("y")
    return axes


years = pd.Series({2022: 3, 2023: 1, 2024: 2})
bars = drawn(lambda axes: axes.bar(["a b", "c"], [3, 1]))


@pytest.mark.parametrize(
    ("expected", "answer"),
    [
        (bars, drawn(lambda axes: axes.barh(["c", "A_b"], [1, 3]))),
        (bars, drawn(lambda axes: pd.Series({"a b": 3, "c": 1}).plot.bar(ax=axes))),
        (bars, drawn(lambda axes: (axes.bar([5, 9], [3, 1]), axes.set_xticks([5, 9], ["a_b", "c"])))),
        (bars, drawn(lambda axes: (axes.bar(["a b", "c"], [3, 1]), axes.axhline(2)))),
        (
            drawn(lambda axes: axes.bar(years.index, years)),
            drawn(lambda axes: axes.bar(years.index.astype(str), years)),
        ),
        (
            drawn(lambda axes: axes.plot(days, [1, 2])),
            drawn(lambda axes: axes.plot(days.dt.strftime("%Y-%m-%d"), [1, 2])),
        ),
        (
            drawn(lambda axes: axes.scatter([1, 2], [3, 4])),
            drawn(lambda axes: axes.scatter([2, 1], [4, 3])),
        ),
    ],
)
def test_the_same_chart_drawn_otherwise_passes(monkeypatch, expected, answer):
    assert judged(monkeypatch, expected, answer) == ("correct", "")


@pytest.mark.parametrize(
    ("expected", "answer"),
    [
        (bars, drawn(lambda axes: axes.bar(["c", "a b"], [3, 1]))),
        (bars, drawn(lambda axes: axes.bar([0, 1], [3, 1]))),
        (
            drawn(lambda axes: axes.bar(years.index, years)),
            drawn(lambda axes: axes.bar(years.index + 1, years)),
        ),
        (drawn(lambda axes: axes.plot(days, [1, 2])), drawn(lambda axes: axes.plot(days, [2, 1]))),
        (
            drawn(lambda axes: axes.scatter([1, 2], [3, 4])),
            drawn(lambda axes: axes.scatter([1, 2], [4, 3])),
        ),
    ],
)
def test_right_values_at_wrong_labels_do_not_pass(monkeypatch, expected, answer):
    outcome, message = judged(monkeypatch, expected, answer)
    assert outcome == "not yet" and "labels they belong to" in message


def test_a_chart_may_name_more_axes_than_the_solution(monkeypatch):
    plain = charts.bars(pd.Series({"a": 1, "b": 2}), "alt", "caption", "unit")
    assert judged(monkeypatch, plain, drawn(lambda axes: axes.barh(["a", "b"], [1, 2])))[0] == "correct"
    assert "Name both axes" in judged(monkeypatch, bars, charts.figure()[1])[1]
    assert "the axes are the chart" in judged(monkeypatch, bars, charts.figure())[1]
    lines = drawn(lambda axes: axes.plot(["a b", "c"], [3, 1]))
    assert judged(monkeypatch, bars, lines)[0] == "correct"
    assert "Lines are asked for" in judged(monkeypatch, lines, bars)[1]


def test_a_map_is_known_by_the_ends_of_its_lines_and_the_names_of_its_areas(monkeypatch):
    def joined(*spots):
        made = maps.base_map("test")
        layer = folium.FeatureGroup("Lines").add_to(made)
        folium.PolyLine(spots).add_to(layer)
        return made

    assert judged(monkeypatch, joined((0, 0), (1, 1)), joined((1, 1), (0, 0)))[0] == "correct"
    assert (
        judged(monkeypatch, joined((0, 0), (2, 9), (1, 170)), joined((0, 0), (5, 90), (1, -190)))[0]
        == "correct"
    )
    assert "right places" in judged(monkeypatch, joined((0, 0), (1, 1)), joined((0, 0), (2, 2)))[1]
    assert "straight lines" in judged(monkeypatch, joined((0, 0), (1, 2), (1, 1)), joined((0, 0), (1, 1)))[1]

    def coloured(*codes):
        made = maps.base_map("test")
        layer = folium.FeatureGroup("Areas").add_to(made)
        chosen = [a for a in maps.outlines("countries_110m")["features"] if a["properties"]["iso3"] in codes]
        folium.GeoJson({"type": "FeatureCollection", "features": chosen}).add_to(layer)
        return made

    assert judged(monkeypatch, coloured("FRA", "DEU"), coloured("DEU", "FRA"))[0] == "correct"
    assert "areas" in judged(monkeypatch, coloured("FRA"), coloured("DEU"))[1]


FAILED = {
    "events[events.row_id = 'e001']": "Two, ==, compare",
    "len(events": "Count the brackets",
    "events[events.issuer == 'a' & events.row_id == 'e001']": "round brackets",
    "events[(events.issuer == 'a') and (events.row_id == 'e001')]": "instead of 'and'",
    "events[events.row_id in ['e001']]": ".isin([...])",
    "events[events.row_id == ['e001', 'e002']]": "asks for several",
    "events[events.date_earliest > 2024]": "quotation marks",
    "events.no_such_column": "shows the columns",
    "events['no_such_column']": "shows the columns",
    "events['row_id', 'actor']": "two pairs of square brackets",
    "no_such_table": "run the cells above",
    "events.groupby['issuer'].size()": "round brackets",
    "events[events.row_id == 'x'].issuer.iloc[0]": "no row fits",
    "events.row_id.mean()": "cannot be averaged",
    "events[events.reported_on > events.head(1).reported_on]": "Take one value out",
    "{'a': 1}[float('nan')]": ".fillna(...)",
    "folium.Marker((float('nan'), 1))": "without coordinates",
    "(events.reported_on - events.date_earliest).days": ".dt.days",
    "known_by(events)": "A value is missing",
    "events[events[['row_id', 'issuer']].isna().sum() == 0]": "for each row",
    "1 / 0": "Its last line",
}


def run_cells(*cells):
    """Run cells in a fresh kernel and return what each of them says."""
    from nbclient import NotebookClient

    start = (
        "import folium\nfrom coursebook.check import check\nfrom coursebook.data import known_by, table\n"
        'events = table("deployment_events")'
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in [start, *cells]])
    NotebookClient(notebook, kernel_name="python3", allow_errors=True).execute()
    return [
        "".join(o.data["text/plain"] for o in cell.outputs if o.output_type == "display_data")
        for cell in notebook.cells[1:]
    ]


def test_a_check_below_a_cell_that_failed_says_what_the_error_means(answers):
    ask = 'check("02.2", answer_2)'
    said = run_cells(*[cell for code in FAILED for cell in ("answer_2 = ...", f"answer_2 = {code}", ask)])
    for (code, words), message in zip(FAILED.items(), said[2::3], strict=True):
        assert "02.2: an error in your code. The cell above stopped with an error." in message, code
        assert words in message, code


def test_an_older_answer_is_not_judged_in_place_of_one_that_failed(answers):
    ask = 'check("02.2", answer_2)'
    said = run_cells(
        ask, "answer_2 = -1", ask, "answer_2 = no_such_table", ask, "no_such_table", ask, "answer_2 = 3", ask
    )
    outcomes = [words.split(".")[1].split(": ")[1] for words in said if words]
    assert outcomes == ["not attempted", "not yet", "an error in your code", "not yet", "not yet"]
