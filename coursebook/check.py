"""What a task's check cell calls: four outcomes, named mistakes, hints one at a time.

``check("02.3", answer_3)`` says *not attempted*, *not yet*, *correct* or *an error in your code*.
It shows this to a learner and raises for nbgrader. Expected answers are never typed in: the
authors' solutions are run, and the form of each answer is kept as digests in ``checks/``. In
clear stand type, columns, index, length and decimals; values only as digests, with one rounding
step to either side, so that a message can say what is off without giving the answer.
"""

from __future__ import annotations

import hashlib
import html
import json
import os
from functools import cache
from pathlib import Path

import folium
import pandas as pd
from IPython import get_ipython
from IPython.display import display
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from coursebook.charts import Chart
from coursebook.maps import layers
from coursebook.show import Page

KEPT = Path(__file__).with_name("checks")
DECIMALS = 2
COLOUR = {
    "correct": "#006b4f",
    "not yet": "#a04000",
    "not attempted": "#555",
    "an error in your code": "#a00",
}
_recorded: dict[str, dict] = {}


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


def mistake(task: str, message: str, wrong) -> None:
    """Name a common mistake (authors only): its answer, and the idea that corrects it.

    Args:
        task: such as ``"02.3"``.
        message: the idea, not the answer.
        wrong: a function without arguments that returns the wrong answer.
    """
    if _recording():
        kept = _recorded[task]
        found = describe(task, wrong(), kept["expected"]["decimals"], kept["expected"]["ordered"])
        if _same(found, kept["expected"]):
            raise ValueError(f"{task}: the mistake {message!r} gives the right answer.")
        kept["mistakes"].append({"message": message, "form": found})


def hint(task: str, *hints: str) -> None:
    """Keep the hints of a task (authors only), from the first push to the last."""
    if _recording():
        _recorded[task]["hints"] = list(hints)


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
    if answer is ...:
        if _cell_above_failed():
            return "an error in your code", "The cell above stopped with an error. Its last line says where."
        return "not attempted", "Put your answer in place of the three dots and run both cells."
    expected = record["expected"]
    found = describe(task, answer, expected["decimals"], expected["ordered"])
    if _same(found, expected):
        return "correct", ""
    for known in record["mistakes"]:
        if _same(found, known["form"]):
            return "not yet", known["message"]
    return "not yet", _difference(found, expected)


def _cell_above_failed() -> bool:
    shell = get_ipython()
    last = getattr(shell, "last_execution_result", None)
    return bool(last is not None and last.error_in_exec)


def describe(task: str, answer, decimals: int, ordered: bool) -> dict:
    """Return the form of an answer: what stands in clear, and digests of the values."""
    form = {"decimals": decimals, "ordered": ordered}
    if isinstance(answer, Chart):
        answer = answer.figure
    if isinstance(answer, Figure):
        answer = answer.axes[0]
    if hasattr(answer, "item") and not hasattr(answer, "__len__"):
        answer = answer.item()
    if isinstance(answer, folium.Map):
        return form | _map_form(task, answer)
    if isinstance(answer, Axes):
        return form | _chart_form(task, answer, decimals)
    if isinstance(answer, pd.DataFrame):
        frame = answer.reset_index() if answer.index.name or answer.index.nlevels > 1 else answer
        columns = {str(name): _digests(task, frame[name], decimals, ordered) for name in frame.columns}
        together = (
            []
            if ordered
            else sorted(
                "|".join(_word(v, decimals) for v in r)
                for r in frame[sorted(frame.columns)].itertuples(index=False, name=None)
            )
        )
        return form | {
            "type": "table",
            "length": len(frame),
            "columns": columns,
            "rows": _hash(task, together),
        }
    if isinstance(answer, pd.Series) and not _plain_index(answer):
        pairs = (
            sorted((_word(k, decimals), v) for k, v in answer.items())
            if not ordered
            else [(_word(k, decimals), v) for k, v in answer.items()]
        )
        return form | {
            "type": "series with names",
            "length": len(answer),
            "index": _hash(task, [name for name, _ in pairs]),
            "values": _digests(task, [value for _, value in pairs], decimals, True),
        }
    if isinstance(answer, dict):
        return describe(task, pd.Series(answer, dtype=object), decimals, ordered) | form
    if isinstance(answer, (list, tuple, set, frozenset, pd.Series, pd.Index)) or hasattr(answer, "tolist"):
        values = list(answer)
        return form | {
            "type": "list",
            "length": len(values),
            "values": _digests(task, values, decimals, ordered),
        }
    return form | {"type": _kind(answer), "values": _digests(task, [answer], decimals, True)}


def _plain_index(series: pd.Series) -> bool:
    return pd.api.types.is_integer_dtype(series.index) and series.index.name is None


def _kind(answer) -> str:
    if isinstance(answer, bool):
        return "yes or no"
    if isinstance(answer, (int, float)):
        return "number"
    if hasattr(answer, "isoformat"):
        return "day"
    return "text" if isinstance(answer, str) else type(answer).__name__


def _word(value, decimals: int) -> str:
    """Write a value so that equal answers of different types look alike."""
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value):
        return "missing"
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, (int, float)):
        return f"{round(float(value), decimals) + 0.0:.{decimals}f}"
    if hasattr(value, "isoformat"):
        return str(value)[:10]
    if isinstance(value, (tuple, list)):
        return "(" + ",".join(_word(part, decimals) for part in value) + ")"
    return str(value).strip()


def _hash(task: str, words: list[str]) -> str:
    return hashlib.sha256("\x1f".join([task, *words]).encode()).hexdigest()[:20]


def _digests(task: str, values, decimals: int, ordered: bool) -> list[str]:
    """Digest values as they are and, for numbers, one rounding step lower and higher."""
    values = list(values)
    step = 10**-decimals
    numeric = [
        isinstance(v, (int, float))
        and not isinstance(v, bool)
        or hasattr(v, "dtype")
        and v.dtype.kind in "if"
        for v in values
    ]
    found = []
    for move in (0, -step, step) if any(numeric) else (0,):
        words = [
            _word(v + move if n and v == v else v, decimals) for v, n in zip(values, numeric, strict=True)
        ]
        found.append(_hash(task, words if ordered else sorted(words)))
    return found


def _map_form(task: str, drawn: folium.Map) -> dict:
    found = {
        name: {
            "markers": len(seen["markers"]),
            "lines": seen["lines"],
            "areas": seen["areas"],
            "places": _hash(task, sorted(f"{lat:.2f},{lon:.2f}" for lat, lon in seen["markers"])),
        }
        for name, seen in layers(drawn).items()
        if name != "map"  # outlines and legend are not part of the answer
    }
    return {"type": "map", "length": len(found), "layers": found}


def _chart_form(task: str, axes: Axes, decimals: int) -> dict:
    drawn = [[float(x) for x in line.get_ydata()] for line in axes.lines]
    drawn += [
        [float(x) for x in group.datavalues] for group in axes.containers if hasattr(group, "datavalues")
    ]
    drawn += [
        [float(y) for _, y in dots.get_offsets()] for dots in axes.collections if len(dots.get_offsets())
    ]
    return {
        "type": "chart",
        "length": len(drawn),
        "labels": [bool(axes.get_xlabel()), bool(axes.get_ylabel())],
        "zero": all(_from_zero(axes, group) for group in axes.containers),
        "values": _hash(task, sorted(",".join(sorted(_word(v, decimals) for v in group)) for group in drawn)),
    }


def _from_zero(axes: Axes, group) -> bool:
    limits = axes.get_xlim() if getattr(group, "orientation", "") == "horizontal" else axes.get_ylim()
    return bool(limits[0] <= 0 <= limits[1])


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
        return all(found[part] == expected[part] for part in ("values", "labels", "zero"))
    if found.get("index") != expected.get("index"):
        return False
    return _near(found["values"], expected["values"])


def _near(found: list[str], expected: list[str]) -> bool:
    return found[0] in expected


def _difference(found: dict, expected: dict) -> str:
    """Say in one sentence which part is off, without giving the answer."""
    if found["type"] != expected["type"]:
        return f"Your answer is a {found['type']}; a {expected['type']} is asked for."
    if found["type"] == "table":
        missing = sorted(set(expected["columns"]) - set(found["columns"]))
        extra = sorted(set(found["columns"]) - set(expected["columns"]))
        if missing:
            return f"A column is missing: {', '.join(missing)}."
        if extra:
            return f"Columns that were not asked for: {', '.join(extra)}."
    if found["type"] == "map":
        return _map_difference(found["layers"], expected["layers"])
    if found.get("length") != expected.get("length"):
        few = "fewer" if found["length"] < expected["length"] else "more"
        return f"It has {found['length']} entries, {few} than asked for. Look at how you select rows."
    if found["type"] == "table":
        off = [n for n in expected["columns"] if not _near(found["columns"][n], expected["columns"][n])]
        return f"Columns and number of rows are right; values are off in: {', '.join(off) or 'the order of rows'}."
    if found["type"] == "chart":
        if not all(found["labels"]):
            return "Name both axes: what is counted, and in which unit."
        if not found["zero"]:
            return "Bars must start at zero, or their lengths deceive."
        return "The axes are right; the drawn values are not yet those asked for."
    if found.get("index") != expected.get("index"):
        return "The names beside the values are not those asked for. Look at what you group by."
    return "Type and length are right; the value is not."


def _map_difference(found: dict, expected: dict) -> str:
    missing = sorted(set(expected) - set(found))
    if missing:
        return f"A layer is missing, or has another name: {', '.join(missing)}."
    for name, want in expected.items():
        for part in ("markers", "lines", "areas"):
            if found[name][part] != want[part]:
                few = "fewer" if found[name][part] < want[part] else "more"
                return f"Layer {name!r} has {found[name][part]} {part}, {few} than asked for."
        if found[name]["places"] != want["places"]:
            return f"Layer {name!r} has the right number of markers, but not all at the right place. Latitude comes first."
    return "There are layers that were not asked for."


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
