"""What a task's check cell calls: four outcomes, named mistakes, hints one at a time.

``check("02.3", answer_3)`` says *not attempted*, *not yet*, *correct* or *an error in your code*.
It shows this to a learner and raises for nbgrader. Expected answers are never typed in: the
authors' solutions are run, and the form of each answer is kept as digests in ``checks/``. In
clear stand type, columns, index, length and decimals; values only as digests (numbers rounded,
rounded down and rounded up), so that a message can say what is off without giving the answer.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import html
import json
import math
import os
import re
from collections.abc import Collection
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path

import folium
import matplotlib.dates as mdates
import numpy as np
import pandas as pd
from IPython import get_ipython
from IPython.display import display
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.category import StrCategoryFormatter
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.ticker import FixedFormatter, FixedLocator, FuncFormatter

from coursebook.charts import Chart
from coursebook.maps import layers
from coursebook.show import Page

KEPT = Path(__file__).with_name("checks")
DECIMALS = 2
DAY = re.compile(r"\s*(\d{4}-\d\d-\d\d)(?:[T ]00:00(?::00(?:\.0+)?)?)?\s*")
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
COLOUR = {
    "correct": "#006b4f",
    "not yet": "#a04000",
    "not attempted": "#555",
    "an error in your code": "#a00",
}
_recorded: dict[str, dict] = {}


def _expect_answers(most: int = 12) -> None:
    """Let every answer begin as not attempted, so that a check runs although the cell above it failed."""
    shell = get_ipython()
    if shell is not None:
        for place in range(1, most + 1):
            shell.user_ns.setdefault(f"answer_{place}", ...)


_expect_answers()


def check(task: str, answer, decimals: int = DECIMALS, ordered: bool = False) -> None:
    """Say how a task stands: not attempted, not yet, correct, or an error in your code.

    Args:
        task: lesson and number, such as ``"02.3"``.
        answer: the learner's answer; ``...`` means not attempted.
        decimals: numbers are compared after rounding to this many decimals.
        ordered: whether the order of a list or of rows means something.

    Raises:
        AssertionError: only while nbgrader grades, when the answer is not correct.
    """
    if _recording():
        _recorded[task] = {"expected": describe(task, answer, decimals, ordered), "mistakes": [], "hints": []}
        return _say(task, "correct", "")
    try:
        outcome, message = judge(task, answer)
    except Exception as error:  # a strange answer must not end in a traceback
        outcome, message = "an error in your code", f"The answer cannot be read: {error}"
    _say(task, outcome, message)
    if outcome != "correct" and os.environ.get("NBGRADER_EXECUTION"):
        raise AssertionError(f"{task}: {outcome}. {message}")


def mistake(message: str, wrong) -> None:
    """Name a common mistake of the task checked last (authors only): its answer, and the idea that corrects it.

    Args:
        message: the idea, not the answer.
        wrong: a function without arguments that returns the wrong answer; it runs only while the
            solutions are recorded, so it may use what the solution has made.
    """
    if _recording():
        task, kept = list(_recorded.items())[-1]
        found = _describe_like(task, wrong(), kept["expected"])
        if _same(found, kept["expected"]):
            raise ValueError(f"{task}: the mistake {message!r} gives the right answer.")
        for known in kept["mistakes"]:
            if _same(found, known["form"]):
                raise ValueError(f"{task}: {message!r} gives the same answer as {known['message']!r}.")
        found.pop("each", None)  # which values are off is said of unnamed mistakes alone
        kept["mistakes"].append({"message": message, "form": found})


def hint(*hints: str) -> None:
    """Keep the hints of the task checked last (authors only), from the first push to the last."""
    if _recording():
        list(_recorded.values())[-1]["hints"] = list(hints)


def marked(layers: dict[str, list[tuple[float, float]]]) -> folium.Map:
    """Return a bare map with markers, for the mistakes of a map task (authors only).

    Args:
        layers: by the name of each layer, where its markers stand: ``(lat, lon)`` in degrees.
    """
    drawn = folium.Map()
    for name, spots in layers.items():
        layer = folium.FeatureGroup(name).add_to(drawn)
        for spot in spots:
            folium.Marker(spot).add_to(layer)
    return drawn


def save_record(path: Path) -> None:
    """Write what was recorded while a solution ran (authors only)."""
    Path(path).write_text(
        json.dumps(_recorded, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8"
    )


def _recording() -> bool:
    return os.environ.get("COURSEBOOK_RECORD") == "1"


@cache
def kept(lesson: str) -> dict:
    """Return what is kept of a lesson's answers: forms, mistakes, hints, by task."""
    path = KEPT / f"{lesson}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def judge(task: str, answer) -> tuple[str, str]:
    """Return outcome and message for an answer, without showing them."""
    record = kept(task.split(".")[0]).get(task)
    if record is None:
        return "an error in your code", f"There is no task {task}. Has its name been changed?"
    expected = record["expected"]
    found = {"type": "..."} if answer is ... else _describe_like(task, answer, expected)
    if _same(found, expected):
        return "correct", ""
    error = _error_above(task, answer)
    if error is not None:
        return "an error in your code", _explain(error)
    if answer is ...:
        return "not attempted", "Put your answer in place of the three dots and run both cells."
    for known in record["mistakes"]:
        if _same(found, known["form"]):
            return "not yet", known["message"]
    return "not yet", _slip(task, answer, expected) or _difference(answer, found, expected)


def _error_above(task: str, answer) -> BaseException | None:
    """Return the error of the cell run last, if it kept this task's answer from being made.

    An answer that is there may be an older one: then the cell must be the one that makes it.
    """
    last = getattr(get_ipython(), "last_execution_result", None)
    error = last and (last.error_before_exec or last.error_in_exec)
    makes_it = error and re.search(rf"\banswer_{task.split('.')[1]}\b", last.info.raw_cell or "")
    return error if answer is ... or makes_it else None


# What beginners' errors mean, by the words of the error.
ERRORS = {
    r"SyntaxError: .*Maybe you meant '=='": "One = gives a name to a value. Two, ==, compare.",
    r"(never closed|does not match opening|unmatched|incomplete input)": "Count the brackets: each one that opens must close, in order.",
    r"truth value of a|unsupported operand type\(s\) for [&|]|'r(and|or)_'": (
        "Join comparisons of columns with &, | and ~ instead of 'and', 'or' and 'not', each one in round "
        "brackets; ask with .isin([...]) instead of 'in'."
    ),
    r"KeyError: nan": "An empty cell stands where a name is wanted. Fill it with .fillna(...), or leave the row out.",
    r"identically-labeled": "A column is compared with a column of other rows. Take one value out of it: .iloc[0].",
    r"Location values cannot contain NaNs": "A place without coordinates is among them. Are these the rows asked for?",
    r"Lengths must match to compare": "== compares with one value. .isin([...]) asks for several.",
    r"Invalid comparison between dtype=datetime64": 'Compare days with a day in quotation marks, such as "2024-10-18".',
    r"'Series' object has no attribute '(days|year|month|day|date)'": (
        "A column of days or spans answers through .dt, such as .dt.days or .dt.year."
    ),
    r"missing \d+ required positional argument": (
        "A value is missing in the round brackets; help(...) of the function says which it wants."
    ),
    r"Unalignable boolean": "The condition has not one True or False for each row: sum(axis=1) goes along a row.",
    r"no attribute|KeyError: ['\"]|not in index": (
        "A name is not there. print(list(table.columns)) shows the columns of a table; its index holds the rows' names."
    ),
    r"KeyError: \(": "Several columns need two pairs of square brackets: table[[..., ...]].",
    r"NameError": "A name has not been made yet: run the cells above first, or look at its spelling.",
    r"'method' object|'DataFrame' object is not callable": "Methods take round brackets, columns and rows square ones.",
    r"out[- ]of[- ]bounds": "There is nothing at this place: perhaps no row fits your conditions.",
    r"dtype 'str'|with string dtype": "Text cannot be averaged or added. Choose the column of numbers first.",
    r"only list-like objects": ".isin wants a list, in square brackets, even of one value.",
}


def _explain(error: BaseException) -> str:
    """Say what an error means, where beginners meet it often."""
    words = f"{type(error).__name__}: {error}"
    for pattern, meaning in ERRORS.items():
        if re.search(pattern, words):
            return f"The cell above stopped with an error. {meaning}"
    return "The cell above stopped with an error. Its last line says what is wrong, the arrow where."


def describe(task: str, answer, decimals: int, ordered: bool, wanted: str = "") -> dict:
    """Return the form of an answer: what stands in clear, and digests of the values.

    Args:
        task: such as ``"02.3"``; it salts the digests.
        answer: any object.
        decimals: numbers are compared after rounding to this many decimals.
        ordered: whether order means something.
        wanted: the type of the expected form, where one answer can be read in two ways: a Series
            is a list with names, and the names count only where names are asked for.
    """
    form = {"decimals": decimals, "ordered": ordered}
    if isinstance(answer, Chart):
        answer = answer.figure
    if isinstance(answer, np.ndarray) and answer.ndim == 0:
        answer = answer.item()
    if isinstance(answer, folium.Map):
        return form | _map_form(task, answer)
    if isinstance(answer, (Axes, Figure)):
        return form | _chart_form(task, answer, decimals)
    if isinstance(answer, pd.DataFrame):
        return form | _table_form(task, answer, decimals, ordered)
    if isinstance(answer, dict):
        names, values = list(answer), list(answer.values())
        return form | _named_form(task, names, values, decimals, ordered)
    if isinstance(answer, pd.Series) and (
        wanted == "Series with names" or wanted != "list" and not _plain_index(answer.index)
    ):
        return form | _named_form(task, list(answer.index), list(answer), decimals, ordered)
    if _is_list(answer):
        return form | _list_form(task, list(answer), decimals, ordered)
    return form | {"type": _kind(answer), "values": _digests(task, [answer], decimals, True)}


def _table_form(task: str, frame: pd.DataFrame, decimals: int, ordered: bool) -> dict:
    twice = [name for name in frame.index.names if name in frame.columns]
    frame = frame.reset_index(twice, drop=True) if twice else frame
    if frame.index.nlevels > 1 or not _plain_index(frame.index):
        frame = frame.reset_index()
    names = [str(name) for name in frame.columns]
    if len(set(names)) < len(names):
        return {"type": "table with two columns of one name"}
    frame = frame.set_axis(names, axis=1)
    lines = [
        "|".join(_word(value, decimals) for value in line)
        for line in frame[sorted(names)].itertuples(index=False, name=None)
    ]
    form = {
        "type": "table",
        "length": len(frame),
        "columns": {name: _digests(task, list(frame[name]), decimals, ordered) for name in names},
        "rows": _hash(task, [] if ordered else sorted(lines)),
    }
    return form | ({"any order": _hash(task, sorted(lines))} if ordered else {})


def _named_form(task: str, names: list, values: list, decimals: int, ordered: bool) -> dict:
    pairs = [(_word(name, decimals), value) for name, value in zip(names, values, strict=True)]
    if not ordered:
        pairs.sort(key=lambda pair: (pair[0], _word(pair[1], decimals)))
    return {
        "type": "Series with names",
        "length": len(pairs),
        "index": _hash(task, [name for name, _ in pairs]),
        "values": _digests(task, [value for _, value in pairs], decimals, True),
        "each": [_digests(task, [value], decimals, True) for _, value in pairs],
    }


def _list_form(task: str, values: list, decimals: int, ordered: bool) -> dict:
    form = {
        "type": "list",
        "length": len(values),
        "values": _digests(task, values, decimals, ordered),
    }
    words = sorted(_word(value, decimals) for value in values)
    return form | ({"any order": _hash(task, words)} if ordered else {})


def _plain_index(index: pd.Index) -> bool:
    return index.nlevels == 1 and index.name is None and pd.api.types.is_integer_dtype(index)


def _is_list(answer) -> bool:
    """Whether an answer holds values in a row: a list, tuple, set, array, column, keys of a dictionary."""
    if isinstance(answer, (str, bytes)) or type(answer).__name__.endswith("GroupBy"):
        return False
    return isinstance(answer, Collection) or hasattr(answer, "tolist") and hasattr(answer, "__len__")


def _kind(answer) -> str:
    value = _plain(answer)
    if isinstance(value, bool):
        return "yes or no"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, pd.Timedelta):
        return "span of time"
    if isinstance(value, str):
        return "day" if DAY.fullmatch(value) and value.strip() else "text"
    return type(answer).__name__


def _plain(value):
    """Return a value as Python's own: a number, a truth value, a text; a day as ``2024-10-18``."""
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, (np.datetime64, np.timedelta64)):
        value = pd.Timestamp(value) if isinstance(value, np.datetime64) else pd.Timedelta(value)
        return _plain(value)
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, dt.timedelta):
        return pd.Timedelta(value)
    if isinstance(value, dt.date):  # datetime and Timestamp are dates too
        return value.isoformat()[:10]
    if isinstance(value, (Decimal, Fraction)):
        return float(value)
    if isinstance(value, str):
        found = DAY.fullmatch(value)
        return found[1] if found else value.strip()
    return value


def _word(value, decimals: int) -> str:
    """Write a value so that equal answers of different types look alike."""
    value = _plain(value)
    if value is None or isinstance(value, float) and value != value:
        return "missing"
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, (int, float)):
        # The nudge keeps a half on the same side, however the sum behind it was made.
        nudged = float(value) + math.copysign(1e-9 * max(1.0, abs(value)), value)
        return f"{round(nudged, decimals) + 0.0:.{decimals}f}"
    if _is_list(value):
        return "(" + ",".join(_word(part, decimals) for part in value) + ")"
    if isinstance(value, str) and NUMBER.fullmatch(value):
        return f"'{value}'"  # a text is no number, however it looks
    return str(value)


def _hash(task: str, words: list[str]) -> str:
    return hashlib.sha256("\x1f".join([task, *words]).encode()).hexdigest()[:20]


def _digests(task: str, values: list, decimals: int, ordered: bool) -> list[str]:
    """Digest values rounded; numbers with more decimals also rounded down and rounded up."""
    values = [_plain(value) for value in values]
    found = []
    for rounding in (None, math.floor, math.ceil):
        words = [_word(_cut(value, decimals, rounding), decimals) for value in values]
        digest = _hash(task, words if ordered else sorted(words))
        if digest not in found:
            found.append(digest)
    return found


def _cut(value, decimals: int, rounding):
    if rounding is None or not isinstance(value, float) or not math.isfinite(value):
        return value
    return rounding(round(value * 10**decimals, 6)) / 10**decimals


def _map_form(task: str, drawn: folium.Map, swapped: bool = False) -> dict:
    """Describe a map by its layers; swapped: as if longitude and latitude of its markers changed places."""
    turn = -1 if swapped else 1
    found = {
        name: {
            "markers": len(seen["markers"]),
            "lines": len(seen["lines"]),
            "areas": len(seen["areas"]),
            "places": _hash(task, sorted(_spot(spot[::turn]) for spot in seen["markers"])),
            "ends": _hash(task, sorted("-".join(sorted(map(_spot, line))) for line in seen["lines"])),
            "names": _hash(task, sorted(seen["areas"])),
        }
        | ({"straight": len(seen["straight"])} if seen["straight"] else {})
        for name, seen in layers(drawn).items()
        if name != "map"  # outlines and legend are not part of the answer
    }
    return {"type": "map", "length": len(found), "layers": found}


def _spot(spot: tuple[float, float]) -> str:
    return f"{spot[0]:.2f},{(spot[1] + 180) % 360 - 180:.2f}"  # 190 east is 170 west


def _chart_form(task: str, drawn: Axes | Figure, decimals: int) -> dict:
    """Describe what a chart draws: values alone, and values with the label that each stands at."""
    every = drawn.axes if isinstance(drawn, Figure) else [drawn]
    groups = [group for axes in every for group in _drawn(axes)]
    figure = every[0].figure if every else None
    named = [
        any(axes.get_xlabel() for axes in every) or bool(figure and figure.get_supxlabel()),
        any(axes.get_ylabel() for axes in every) or bool(figure and figure.get_supylabel()),
    ]
    values = [sorted(_word(value, decimals) for _, value in group) for group in groups]
    pairs = [sorted(f"{label}={_word(value, decimals)}" for label, value in group) for group in groups]
    return {
        "type": "chart",
        "length": len(groups),
        "labels": named,
        "zero": all(_from_zero(axes, group) for axes in every for group in axes.containers),
        "lines": any(line.get_transform() == axes.transData for axes in every for line in axes.lines),
        "values": _hash(task, sorted(map(",".join, values))),
        "pairs": _hash(task, sorted(map(",".join, pairs))),
    }


def _drawn(axes: Axes) -> list[list[tuple[str, float]]]:
    """Return bars, lines and dots of a chart as groups of label and value."""
    found = []
    for group in axes.containers:
        if not hasattr(group, "datavalues"):
            continue
        lying = group.orientation == "horizontal"
        middles = [
            bar.get_y() + bar.get_height() / 2 if lying else bar.get_x() + bar.get_width() / 2
            for bar in group
        ]
        words = _labels(axes.yaxis if lying else axes.xaxis, middles)
        found.append([*zip(words, map(float, group.datavalues), strict=True)])
    for line in axes.lines:
        if line.get_transform() == axes.transData:  # not a line across the whole axes
            places = [float(axes.convert_xunits(x)) for x in line.get_xdata()]
            heights = [float(axes.convert_yunits(y)) for y in line.get_ydata()]
            found.append([*zip(_labels(axes.xaxis, places), heights, strict=True)])
    for dots in axes.collections:
        if isinstance(dots, PathCollection):
            spots = np.asarray(dots.get_offsets(), dtype=float)
            found.append([*zip(_labels(axes.xaxis, spots[:, 0]), spots[:, 1], strict=True)])
    return found


def _labels(axis: Axis, places) -> list[str]:
    """Return what stands at places along an axis: the tick's word, the day, or the number itself."""
    formatter = axis.get_major_formatter()
    named = isinstance(axis.get_major_locator(), FixedLocator) and isinstance(formatter, FuncFormatter)
    if named or isinstance(formatter, (StrCategoryFormatter, FixedFormatter)):
        ticks = axis.get_majorticklocs()
        words = formatter.format_ticks(ticks)
        shown = {round(float(tick), 3): word for tick, word in zip(ticks, words, strict=True)}
        return [_label(shown.get(round(float(place), 3), f"{place:.3f}")) for place in places]
    if isinstance(axis.get_converter(), (mdates.DateConverter, mdates._SwitchableDateConverter)):
        return [f"{mdates.num2date(place):%Y-%m-%d}" for place in places]
    return [_label(place) for place in places]


def _label(word) -> str:
    """Write a label so that 2024 and "2024", deployed_cumulative and "Deployed cumulative" are one."""
    try:
        return f"{float(word):.3f}"
    except ValueError:
        return str(_plain(word)).replace("_", " ").casefold()


def _from_zero(axes: Axes, group) -> bool:
    limits = axes.get_xlim() if getattr(group, "orientation", "") == "horizontal" else axes.get_ylim()
    return bool(min(limits) <= 0 <= max(limits))


def _same(found: dict, expected: dict) -> bool:
    if found["type"] != expected["type"] or found.get("length") != expected.get("length"):
        return False
    if found["type"] == "table":
        if set(found["columns"]) != set(expected["columns"]):
            return False
        values = all(_near(found["columns"][name], expected["columns"][name]) for name in expected["columns"])
        exact = all(found["columns"][n][0] == expected["columns"][n][0] for n in expected["columns"])
        return values and (not exact or found["rows"] == expected["rows"])
    if found["type"] == "map":
        return found["layers"] == expected["layers"]
    if found["type"] == "chart":
        return found["pairs"] == expected["pairs"] and not _bare(found, expected)
    if found.get("index") != expected.get("index"):
        return False
    return _near(found["values"], expected["values"])


def _near(found: list[str], expected: list[str]) -> bool:
    return found[0] in expected


def _bare(found: dict, expected: dict) -> str:
    """Say what a chart lacks that the expected one has: names of axes, bars from zero, lines."""
    if any(want and not have for have, want in zip(found["labels"], expected["labels"], strict=True)):
        return "Name both axes: what is counted, and in which unit."
    if expected["zero"] and not found["zero"]:
        return "Bars must start at zero, or their lengths deceive."
    if expected["lines"] and not found["lines"]:
        return "Lines are asked for: bars and dots would hide one another."
    return ""


# What to do about an answer of the wrong type, by the type given and the type asked for.
TURN = {
    ("table", "Series with names"): " Take one column out of it, with the names as its index.",
    ("table", "list"): " Take one column out of it.",
    ("table", "number"): " len(...) counts the rows of a table.",
    (
        "Series with names",
        "table",
    ): " .reset_index() makes a column of its names, .unstack() columns of one of them.",
    ("Series with names", "number"): " len(...) counts its values, .sum() adds them up.",
    ("number", "list"): " Name them instead of counting them.",
    ("number", "table"): " Keep the rows instead of counting them.",
    ("number", "Series with names"): " One value for each name is wanted, such as groupby gives.",
    ("list", "number"): " len(...) counts entries; [0] takes the first out, of a column .iloc[0].",
    ("list", "day"): " Take the one entry out of it: [0], of a column .iloc[0].",
    ("list", "text"): " Take the one entry out of it: [0], of a column .iloc[0].",
    ("list", "chart"): " charts.figure() gives two things, the figure and its axes: the axes are the chart.",
    ("list", "table"): " Select rows of the whole table, not of one column.",
    ("list", "Series with names"): " The names belong to it: keep them as the index.",
    ("text", "number"): " Leave out the quotation marks and the unit.",
    ("span of time", "number"): " .days turns one span into a number, .dt.days a column of them.",
    (
        "NoneType",
        "",
    ): " None means that the last step gave nothing back: many methods that change a thing do.",
    ("method", ""): " Round brackets are missing at the end: they make it do its work.",
    ("function", ""): " Round brackets are missing at the end: they make it do its work.",
    ("GroupBy", ""): " Groups still wait for a question: their size, sum, first or smallest.",
    ("generator", ""): " Put list(...) around it.",
    (
        "FeatureGroup",
        "map",
    ): " A layer is part of a map: add it with .add_to(the_map), and answer with the map.",
}


def _wrong_type(answer, found: str, wanted: str) -> str:
    if isinstance(answer, pd.Series) and pd.api.types.is_bool_dtype(answer):
        turn = ".sum() counts the True ones" if wanted == "number" else "table[condition] keeps the True rows"
        return f"Your answer is the condition itself, True or False for each row. {turn}."
    group = "GroupBy" if found.endswith("GroupBy") else found
    turn = TURN.get((group, wanted), TURN.get((group, ""), ""))
    shown = "Series, one column" if isinstance(answer, pd.Series) else found
    if isinstance(answer, dict):
        shown, turn = "dictionary", " pd.DataFrame(...) makes a table of it." if wanted == "table" else turn
    wanted = wanted.replace("Series with", "Series or dictionary with")
    return f"Your answer is a {shown}; a {wanted} is asked for.{turn}"


def _difference(answer, found: dict, expected: dict) -> str:
    """Say in one sentence which part is off, without giving the answer."""
    kind = expected["type"]
    if found["type"] != kind:
        return _wrong_type(answer, found["type"], kind)
    if kind == "table":
        missing = sorted(set(expected["columns"]) - set(found["columns"]))
        extra = sorted(set(found["columns"]) - set(expected["columns"]))
        if missing:
            also = f" Not asked for: {_some(extra)}." if extra else ""
            return f"{'A column is' if len(missing) == 1 else 'Columns are'} missing: {_some(missing)}.{also}"
        if extra:
            return f"Columns that were not asked for: {_some(extra)}."
    if kind == "map":
        return _map_difference(found["layers"], expected["layers"])
    if kind == "chart":
        return _bare(found, expected) or _chart_difference(found, expected)
    if found.get("length") == 0:
        return (
            "No row fits your conditions. Values must be written as they stand in the table: "
            ".unique() shows those of a column, and only .isna() finds an empty cell."
        )
    if found.get("length") != expected.get("length"):
        few = "fewer" if found["length"] < expected["length"] else "more"
        entries = "entry" if found["length"] == 1 else "entries"
        return f"It has {found['length']} {entries}, {few} than asked for. Look at what you let in and leave out."
    if "any order" in expected and found["any order"] == expected["any order"]:
        return "Everything asked for is in it, but the order is not the one asked for."
    if kind == "table":
        return _table_difference(found["columns"], expected["columns"])
    if found.get("index") != expected.get("index"):
        return (
            "The names beside the values are not those asked for. Compare their spelling with the task, "
            "and look at what you group by or give to set_index."
        )
    if kind == "number" and pd.isna(answer):
        return "It is missing (NaN): a step before it found nothing, or met an empty cell."
    # A number with more decimals than compared has more than one digest.
    rounded = len(expected["values"]) > len(found["values"])
    advice = f" Have you rounded? Decimals compared: {expected['decimals']}." if rounded else ""
    if kind == "Series with names":
        for name, value in answer.items():
            if isinstance(value, (pd.Series, pd.DataFrame)):
                return (
                    f"The value beside {name!r} is a whole column or table; one value belongs there. "
                    "len(...) counts rows, .iloc[0] takes the first entry of a column."
                )
            if isinstance(value, str) and NUMBER.fullmatch(value):
                return f"The value beside {name!r} is a text. Leave out the quotation marks."
        if sorted(each[0] for each in found["each"]) == sorted(each[0] for each in expected["each"]):
            advice = " Each value is right, beside another name: some have changed places."
        off = _some(_off(answer, found, expected)) or "some, rounded otherwise than the rest"
        return f"The names are right; not so what stands beside {off}.{advice}"
    if kind == "list":
        return f"The number of entries is right; at least one entry is not among those asked for.{advice}"
    return f"A {kind} is asked for, but not this one.{advice}"


def _off(answer, found: dict, expected: dict) -> list[str]:
    """Return the names beside which another value is asked for."""
    names = list(answer.keys())
    if not expected["ordered"]:
        names.sort(key=lambda name: _word(name, expected["decimals"]))
    both = zip(names, found["each"], expected["each"], strict=True)
    return [str(name) for name, have, want in both if not _near(have, want)]


def _some(names: list[str]) -> str:
    """Name the first few of many."""
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")


def _table_difference(found: dict, expected: dict) -> str:
    off = [name for name in expected if not _near(found[name], expected[name])]
    if len(off) > max(2, len(expected) / 2):
        return (
            "Columns and number of rows are right, but most values are not: other rows are asked for, "
            "or empty cells stand where a number belongs."
        )
    if off:
        rounded = all(len(expected[name]) > len(found[name]) for name in off)
        advice = " Have you rounded?" if rounded else ""
        return f"Columns and number of rows are right; values are off in: {', '.join(off)}.{advice}"
    return "Each column holds the right values, but they do not stand in the right rows."


def _chart_difference(found: dict, expected: dict) -> str:
    if found["length"] != expected["length"]:
        few = "fewer" if found["length"] < expected["length"] else "more"
        return f"It draws {found['length']} groups of bars, lines or dots, {few} than asked for."
    if found["values"] == expected["values"]:
        return (
            "The values are right, but they do not stand at the labels they belong to. "
            "Labels are the names in the data."
        )
    return "The axes are right; the drawn values are not yet those asked for."


def _map_difference(found: dict, expected: dict) -> str:
    missing = sorted(set(expected) - set(found))
    if missing:
        return (
            f"A layer is missing, is empty, or has another name: {', '.join(missing)}. "
            "Markers go into the layer and the layer onto the map, both with .add_to(...)."
        )
    for name, want in expected.items():
        for part in ("markers", "lines", "areas"):
            if found[name][part] != want[part]:
                few = "fewer" if found[name][part] < want[part] else "more"
                many = part if found[name][part] != 1 else part[:-1]
                return f"Layer {name!r} has {found[name][part]} {many}, {few} than asked for."
        if found[name]["places"] != want["places"]:
            return f"Layer {name!r} has the right number of markers, but not all at the right place. Latitude comes first."
        if found[name].get("straight") != want.get("straight"):
            return (
                f"Layer {name!r} has straight lines where bent ones are asked for, or bent for straight. "
                "The shortest way over the globe has all the points that maps.great_circle gives."
            )
        if found[name]["ends"] != want["ends"]:
            return f"Layer {name!r} has the right number of lines, but not all between the right places."
        if found[name]["names"] != want["names"]:
            return f"Layer {name!r} has the right number of areas, but not all are those asked for."
    return "There are layers that were not asked for."


def _rescaled(answer, factor: float):
    """Return a numeric answer times a factor, or None where that means nothing."""
    if isinstance(answer, dict):
        return {name: _rescaled(value, factor) for name, value in answer.items()}
    if isinstance(answer, (list, tuple)):
        return [_rescaled(value, factor) for value in answer]
    if isinstance(answer, pd.Series) and pd.api.types.is_numeric_dtype(answer) or _kind(answer) == "number":
        return answer * factor
    return None


def _slip(task: str, answer, expected: dict) -> str:
    """Recognise slips of any task: the sign, a percentage for a share, longitude for latitude."""
    if isinstance(answer, folium.Map) and expected["type"] == "map":
        if _map_form(task, answer, swapped=True)["layers"] == expected["layers"]:
            return "Longitude and latitude have changed places. Latitude comes first."
    for factor, message in SLIPS.items():
        changed = _rescaled(answer, factor)
        if changed is not None and _same(_describe_like(task, changed, expected), expected):
            return message
    return ""


SLIPS = {
    -1: "The size is right, the sign is not: you subtracted the other way round.",
    0.01: "That is a hundred times too large: a share between 0 and 1 is asked for, not a percentage.",
    100: "That is a hundredth of it: a percentage is asked for, not a share between 0 and 1.",
}


def _describe_like(task: str, answer, expected: dict) -> dict:
    return describe(task, answer, expected["decimals"], expected["ordered"], expected["type"])


def _say(task: str, outcome: str, message: str) -> None:
    hints = []
    if outcome in ("not yet", "an error in your code"):
        hints = kept(task.split(".")[0]).get(task, {}).get("hints", [])
    folded = ""
    for place, words in reversed(list(enumerate(hints, 1))):
        folded = (
            f"<details><summary>Hint {place} of {len(hints)}</summary>{html.escape(words)}{folded}</details>"
        )
    body = (
        f'<div style="border-left:5px solid {COLOUR[outcome]};padding:2px 12px" role="status">'
        f"<b>{html.escape(task)}: {outcome}.</b> {html.escape(message)}{folded}</div>"
    )
    display(Page(body, f"{task}: {outcome}. {message}".strip()))
