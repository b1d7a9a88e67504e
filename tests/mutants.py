"""Wrong answers made by machine: small changes to each solution, judged by the task's check.

``python tests/mutants.py [02 ...] [-v]`` prints, for each task, how many were made, how many
raised, how many gave the right answer all the same, how many the check killed, and which
survived. With ``-v`` also those that gave the right answer: where a mistake is among them, the
task does not ask what it means to ask.
Mutation tools such as mutmut and cosmic-ray change modules and run a test-suite against each
change; these are notebook cells, judged by one call, and their faults are those of table work
(a sibling column, the day beside, a filter forgotten), so the changes are written here.
"""

from __future__ import annotations

import ast
import copy
import datetime as dt
import io
import os
import re
import signal
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import chdir, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import pandas as pd

from coursebook import author, check
from coursebook.charts import SETTINGS, Chart

SECONDS = 5  # after which a mutant that does not end counts as one that raised
SIBLINGS = 2  # how many other columns or values take the place of one
SOLUTION = re.compile(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", re.S)
DAY = re.compile(r"\d{4}-\d\d-\d\d")

# Methods that learners take for one another.
METHODS = {
    "min": ["max"],
    "max": ["min"],
    "first": ["last"],
    "last": ["first"],
    "sum": ["mean", "count"],
    "mean": ["sum", "median"],
    "median": ["mean"],
    "count": ["sum", "size"],
    "size": ["count"],
    "nunique": ["count", "size"],
    "unique": ["tolist"],
    "head": ["tail"],
    "tail": ["head"],
    "nlargest": ["nsmallest"],
    "nsmallest": ["nlargest"],
    "idxmin": ["idxmax"],
    "idxmax": ["idxmin"],
    "isna": ["notna"],
    "notna": ["isna"],
    "any": ["all"],
    "all": ["any"],
    "cumsum": ["cummax"],
    "diff": ["pct_change"],
    "ffill": ["bfill"],
    "startswith": ["endswith"],
    "union": ["intersection"],
    "intersection": ["union"],
    "difference": ["union"],
}
DROPPED = {"dropna", "drop_duplicates", "head", "tail", "query", "abs", "fillna", "unique", "explode"}
DROPPED |= {"sort_values", "sort_index", "cumsum", "str", "strip", "lower"}
OPERATORS = {
    ast.Eq: [ast.NotEq],
    ast.NotEq: [ast.Eq],
    ast.Lt: [ast.LtE, ast.Gt],
    ast.LtE: [ast.Lt, ast.GtE],
    ast.Gt: [ast.GtE, ast.Lt],
    ast.GtE: [ast.Gt, ast.LtE],
    ast.In: [ast.NotIn],
    ast.NotIn: [ast.In],
    ast.BitAnd: [ast.BitOr],
    ast.BitOr: [ast.BitAnd],
    ast.Add: [ast.Sub],
    ast.Sub: [ast.Add],
    ast.Mult: [ast.Div],
    ast.Div: [ast.Mult],
    ast.And: [ast.Or],
    ast.Or: [ast.And],
}
WORDS = {"left": ["inner"], "inner": ["left"], "outer": ["inner"], "right": ["inner"], "index": ["columns"]}
# What a task leaves free: captions, frames, colours, words on a pin.
FREE_CALLS = {"base_map", "set_xlabel", "set_ylabel", "set_title", "page", "figure", "key", "dash"}
FREE_CALLS |= {
    "legend",
    "suptitle",
    "tight_layout",
    "print",
    "bar_label",
    "annotate",
    "rename",
    "rename_axis",
}
FREE_KEYWORDS = {"bounds", "label", "caption", "alt", "color", "colour", "unit", "height", "width", "title"}
FREE_KEYWORDS |= {"suffixes", "popup", "tooltip", "weight", "name", "notes", "left", "validate", "kind", "ax"}
FREE_KEYWORDS |= {"dash_array", "radius", "size", "style", "fill", "opacity", "rotation", "detail"}


@dataclass
class Task:
    """A task as the tool needs it: its name, the solution's code, what its check looks at."""

    name: str
    code: str
    answer: str


@dataclass
class Result:
    """What became of the mutants of a task."""

    task: str
    made: int = 0
    raised: int = 0
    equal: list[str] = field(default_factory=list)
    killed: int = 0
    survived: list[str] = field(default_factory=list)


def read(folder: Path) -> tuple[dict, list[Task]]:
    """Return a set's namespace before any answer, and its tasks with a check."""
    cells = nbformat.read(folder / f"{folder.name}.ipynb", as_version=4).cells
    space: dict = {}
    tasks, code = [], ""
    for cell in cells:
        found = SOLUTION.search(cell.source)
        if cell.cell_type != "code" or "solution" in cell.metadata.get("tags", []):
            continue
        if found:
            code = found[1]
            continue
        calls = [node for node in ast.walk(ast.parse(cell.source)) if _is_check(node)]
        for call in calls:
            tasks.append(Task(call.args[0].value, code, ast.unparse(call.args[1])))
        if not calls:
            with tempfile.TemporaryDirectory() as aside, chdir(aside):  # set 09 writes beside itself
                exec(cell.source, space)
    return space, tasks


def _is_check(node) -> bool:
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") == "check"


def mutants(code: str, space: dict) -> Iterator[tuple[str, str]]:
    """Yield small changes of a solution as pairs of words and code."""
    tree = ast.parse(code)
    free = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in FREE_CALLS:
            free |= {id(inner) for part in [*node.args, *node.keywords] for inner in ast.walk(part)}
        if isinstance(node, ast.Call) and _name(node.func) == "pin":  # place counts, words do not
            free |= {id(inner) for part in node.args[2:] for inner in ast.walk(part)}
        if isinstance(node, ast.keyword) and node.arg in FREE_KEYWORDS:
            free |= {id(inner) for inner in ast.walk(node)}
    seen = {ast.unparse(tree)}
    for place, node in enumerate(ast.walk(tree)):
        if id(node) in free:
            continue
        for other in _others(node, space):
            changed = copy.deepcopy(tree)
            _replace(changed, list(ast.walk(changed))[place], other)
            text = ast.unparse(ast.fix_missing_locations(changed))
            if text not in seen:
                seen.add(text)
                yield f"{ast.unparse(node)}  ->  {ast.unparse(other)}", text


def _name(function) -> str:
    return getattr(function, "attr", getattr(function, "id", ""))


def _replace(tree, old, new) -> None:
    for parent in ast.walk(tree):
        for part, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, part, new)
            elif isinstance(value, list) and any(item is old for item in value):
                value[:] = [new if item is old else item for item in value]


def _others(node, space: dict) -> Iterator:
    """Yield what may stand in the place of a piece of code."""
    if isinstance(node, ast.Compare):
        for operator in OPERATORS.get(type(node.ops[0]), []):
            yield ast.Compare(node.left, [operator(), *node.ops[1:]], node.comparators)
    elif isinstance(node, ast.BinOp):
        for operator in OPERATORS.get(type(node.op), []):
            yield ast.BinOp(node.left, operator(), node.right)
        if isinstance(node.op, (ast.BitAnd, ast.BitOr)):
            yield from (node.left, node.right)  # a condition forgotten
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(OPERATORS[type(node.op)][0](), node.values)
    elif isinstance(node, ast.UnaryOp):
        yield node.operand
    elif isinstance(node, ast.Constant):
        yield from map(ast.Constant, _constants(node.value, space))
    elif isinstance(node, ast.Attribute):
        for other in METHODS.get(node.attr, []) + _siblings(node.attr, space):
            yield ast.Attribute(node.value, other, node.ctx)
    elif isinstance(node, (ast.List, ast.Tuple)) and len(node.elts) > 1 and isinstance(node.ctx, ast.Load):
        for place in range(len(node.elts)):
            yield type(node)(node.elts[:place] + node.elts[place + 1 :], ast.Load())
    elif isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr in DROPPED:
            yield node.func.value
        if _name(node.func) in ("known_by", "sorted", "set", "abs", "round") and node.args:
            yield node.args[0]
    elif isinstance(node, ast.Subscript) and _is_condition(node.slice):
        yield node.value  # a filter forgotten


def _is_condition(node) -> bool:
    return (
        isinstance(node, (ast.Compare, ast.UnaryOp))
        or isinstance(node, ast.BinOp)
        and isinstance(node.op, (ast.BitAnd, ast.BitOr))
        or isinstance(node, ast.Call)
        and _name(node.func) in ("isin", "isna", "notna", "contains", "between", "startswith")
    )


def _constants(value, space: dict) -> list:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, (int, float)):
        return [value - 1, value + 1]
    if not isinstance(value, str):
        return []
    if DAY.fullmatch(value):
        day = dt.date.fromisoformat(value)
        return [str(day + dt.timedelta(step)) for step in (-1, 1)]
    return WORDS.get(value, []) + METHODS.get(value, []) + _siblings(value, space) + _values(value, space)


def _frames(space: dict) -> list[pd.DataFrame]:
    return [thing for thing in space.values() if isinstance(thing, pd.DataFrame)]


def _siblings(column: str, space: dict) -> list[str]:
    """Return other columns of the same kind beside a column, in the first table that has it."""
    for frame in _frames(space):
        if column in frame.columns:
            alike = [c for c in frame.columns if frame[c].dtype == frame[column].dtype]
            place = alike.index(column)
            near = sorted((c for c in alike if c != column), key=lambda c: abs(alike.index(c) - place))
            return near[:SIBLINGS]
    return []


def _values(word: str, space: dict) -> list[str]:
    """Return other values of the first column that holds a word, the most frequent ones."""
    for frame in _frames(space):
        for column in frame.select_dtypes(include=["str", "object", "category"]):
            if (frame[column] == word).any():
                others = frame[column].value_counts().drop(word).index
                return [str(other) for other in others[:SIBLINGS]]
    return []


def answer(task: Task, code: str, space: dict):
    """Run code in a copy of a set's namespace and return the task's answer.

    Raises:
        Exception: whatever the code raises; TimeoutError when it does not end.
    """
    own = {k: v.copy(deep=False) if isinstance(v, pd.DataFrame) else v for k, v in space.items()}
    old = signal.signal(signal.SIGALRM, _too_long)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        with warnings.catch_warnings(), redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            exec(code, own)
            return eval(task.answer, own)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)


def _too_long(*_):
    raise TimeoutError


def _plain(value, form: dict):
    """Return an answer in a shape that == compares, by another way than the check's digests."""
    if isinstance(value, Chart):
        value = value.figure
    if hasattr(value, "get_figure"):
        value = value.get_figure()
    if hasattr(value, "savefig"):
        import matplotlib

        target = io.BytesIO()
        with matplotlib.rc_context(SETTINGS):
            value.savefig(target, format="svg", metadata={"Date": None})
        return re.sub(rb'(id="|#)[\w.-]+', b"", target.getvalue())
    if hasattr(value, "get_root"):
        return sorted(re.sub(r"[0-9a-f]{32}", "", line) for line in value.get_root().render().splitlines())
    if isinstance(value, pd.DataFrame):
        named = value.index.name or value.index.nlevels > 1
        value = value.reset_index() if named else value
        found = [
            _plain(list(row), form | {"ordered": True})
            for row in value[sorted(value, key=str)].itertuples(index=False)
        ]
        return found if form["ordered"] else sorted(found, key=str)
    if isinstance(value, pd.Series) and form["type"] == "Series with names":
        value = value.to_dict()
    if isinstance(value, dict):
        pairs = [(_plain(k, form), _plain(v, form)) for k, v in value.items()]
        return pairs if form["ordered"] else sorted(pairs, key=str)
    if hasattr(value, "__len__") and not isinstance(value, str):
        found = [_plain(part, form) for part in value]
        return found if form["ordered"] else sorted(found, key=str)
    if pd.isna(value):
        return None
    if isinstance(value, (int, float)) or hasattr(value, "dtype") and value.dtype.kind in "iufb":
        return round(float(value), form["decimals"])
    return str(value)


def judge_task(task: Task, space: dict) -> Result:
    """Make the mutants of one task and let its check judge them."""
    result = Result(task.name)
    form = check.kept(task.name.split(".")[0])[task.name]["expected"]
    right = answer(task, task.code, space)
    if check.judge(task.name, right)[0] != "correct":
        raise ValueError(f"{task.name}: the solution itself is not correct; generate the set again.")
    plain = _plain(right, form)  # once: to draw a map a second time changes it
    for words, code in mutants(task.code, space):
        result.made += 1
        try:
            given = answer(task, code, space)
        except Exception:
            result.raised += 1
            continue
        try:
            outcome = check.judge(task.name, given)[0]
        except Exception:
            outcome = "an error in your code"
        if outcome != "correct":
            result.killed += 1
        elif _plain(given, form) == plain:
            result.equal.append(words)
        else:
            result.survived.append(words)
    return result


def judge_set(folder: Path) -> list[Result]:
    """Judge the mutants of every task of a set."""
    space, tasks = read(folder)
    return [judge_task(task, space) for task in tasks]


def rate(results: list[Result]) -> float:
    """Return the share killed of all mutants that gave another answer."""
    killed = sum(result.killed for result in results)
    return killed / ((killed + sum(len(result.survived) for result in results)) or 1)


def main(chosen: list[str]) -> int:
    """Print what became of the mutants of some sets, all by default; returns the exit code."""
    every = []
    print(f"{'task':6}{'made':>6}{'raised':>8}{'equal':>7}{'killed':>8}{'survived':>10}")
    for folder in author.sets():
        if set(chosen) - {"-v"} and folder.name[:2] not in chosen:
            continue
        for result in judge_set(folder):
            every.append(result)
            numbers = f"{result.made:6}{result.raised:8}{len(result.equal):7}{result.killed:8}"
            print(f"{result.task:6}{numbers}{len(result.survived):10}")
            for words in result.survived:
                print(f"         survived: {words}")
            for words in result.equal if "-v" in chosen else []:
                print(f"         equal: {words}")
    print(f"killed: {rate(every):.1%} of those that gave another answer")
    return 0


if __name__ == "__main__":
    os.environ.pop("NBGRADER_EXECUTION", None)
    sys.exit(main(sys.argv[1:]))
