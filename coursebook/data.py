"""The course's tables: read with their types, searched by day, traced to their sources.

Every table is a CSV file in ``data/``, described in ``data/datapackage.json`` (Frictionless
Data Package v1). That file is also the data dictionary that the lessons show.
"""

from __future__ import annotations

import json
import re
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from coursebook import show

DATA = Path(__file__).resolve().parents[1] / "data"
TEXT = pd.Series(dtype="str").dtype  # types as objects: pandas need not look each name up again
PANDAS_TYPES = {"integer": pd.Int64Dtype(), "number": pd.Series(dtype="float64").dtype}


class DataError(ValueError):
    """A fault in a table, told in one sentence: file, row, column, what to do."""

    def _render_traceback_(self) -> list[str]:
        """Let IPython print the sentence alone, without a traceback."""
        return [f"DataError: {self}"]


@cache
def package() -> dict:
    """Return ``data/datapackage.json`` as a dictionary.

    Raises:
        DataError: the file is missing or is not JSON.
    """
    path = DATA / "datapackage.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError(f"{path.name} is missing from {DATA}. Fetch the course again.") from None
    except json.JSONDecodeError as error:
        raise DataError(
            f"{path.name}, line {error.lineno}, column {error.colno}: not valid JSON ({error.msg})."
        ) from None


def resource(name: str) -> dict:
    """Return the description of one table from the data package.

    Raises:
        DataError: no table has this name; the message lists those that exist.
    """
    if name not in _resources():
        raise DataError(f"There is no table {name!r}. Tables: {', '.join(sorted(_resources()))}.")
    return _resources()[name]


@cache
def _resources() -> dict:
    return {item["name"]: item for item in package()["resources"]}


def fields(name: str) -> list[dict]:
    """Return the fields of one table: name, type, unit, description, constraints."""
    return resource(name)["schema"]["fields"]


def table(name: str) -> pd.DataFrame:
    """Return a table of the course with its types.

    Dates are ``datetime64``, whole numbers ``Int64``, other numbers ``float64``, text ``str``.
    An empty cell is missing: not known, or not applicable.

    Args:
        name: a table of ``data/datapackage.json``, such as ``"deployment_events"``.

    Raises:
        DataError: the file is missing, a column is missing or unknown, a value has the wrong
            type, or a source or key leads nowhere.
    """
    return _load(name).copy(deep=False)  # pandas copies on write, so the table kept here stays as it is


@cache
def _load(name: str) -> pd.DataFrame:
    path = DATA / resource(name)["path"]
    specs = fields(name)
    types = {spec["name"]: PANDAS_TYPES.get(spec["type"], TEXT) for spec in specs}
    try:
        frame = pd.read_csv(path, dtype=types, keep_default_na=False, na_values=[""], low_memory=False)
        if list(frame) != list(types):
            _check_header(path, frame, types)
        for column in (spec["name"] for spec in specs if spec["type"] == "date"):
            frame[column] = _as_days(frame[column])
    except FileNotFoundError:
        raise DataError(f"data/{path.name} is missing. Fetch the course again.") from None
    except DataError:
        raise
    except (ValueError, TypeError, pd.errors.ParserError) as error:
        raise _first_fault(path, specs, error) from None
    _check_keys(path, name, frame)
    return frame


def _as_days(text: pd.Series) -> np.ndarray:
    """Read days such as 2024-10-18; on columns as short as ours numpy takes a fifth of pandas' time."""
    written = text.to_numpy(object, na_value="NaT")
    if not {len(day) for day in written} <= {len("NaT"), len("2024-10-18")}:
        raise ValueError("a month or a year, not a day")  # which numpy would read as its first day
    return written.astype("datetime64[D]").astype("datetime64[us]")


def _check_header(path: Path, frame: pd.DataFrame, expected) -> None:
    for column in expected:
        if column not in frame:
            raise DataError(
                f"data/{path.name}: column {column!r} is missing. Columns found: {', '.join(frame)}."
            )
    for column in frame:
        if column not in expected:
            raise DataError(
                f"data/{path.name}: column {column!r} is not in datapackage.json. "
                "Describe it there or take it out."
            )


def _first_fault(path: Path, specs: list[dict], error: Exception) -> DataError:
    """Find the first cell with a value of the wrong type, after a fast read has failed."""
    try:
        text = pd.read_csv(path, dtype="str", keep_default_na=False, na_values=[""])
    except pd.errors.ParserError as parser_error:
        return DataError(f"data/{path.name}: {str(parser_error).strip()}. Look for a comma without quotes.")
    _check_header(path, text, [spec["name"] for spec in specs])
    for spec in specs:
        values = text[spec["name"]].dropna()
        if spec["type"] == "date":
            good = pd.to_datetime(values, format="%Y-%m-%d", errors="coerce").notna()
            wanted = "a day such as 2024-10-18"
        elif spec["type"] in ("integer", "number"):
            numbers = pd.to_numeric(values, errors="coerce")
            good = numbers.notna() & ((numbers % 1 == 0) | (spec["type"] == "number"))
            wanted = "a whole number" if spec["type"] == "integer" else "a number"
        else:
            continue
        if not good.all():
            at = good.idxmin()
            return DataError(
                f"data/{path.name}, line {at + 2} (row {text.iloc[at, 0]}), column "
                f"{spec['name']!r}: {values[at]!r} is not {wanted}. Correct it or leave it empty."
            )
    return DataError(f"data/{path.name} cannot be read: {error}")


def _check_keys(path: Path, name: str, frame: pd.DataFrame) -> None:
    """Every source id and every key to another table must lead somewhere."""
    keys = [
        (key["fields"], key["reference"]["resource"], key["reference"]["fields"])
        for key in resource(name)["schema"].get("foreignKeys", [])
    ]
    keys = [(a if isinstance(a, str) else a[0], b, c if isinstance(c, str) else c[0]) for a, b, c in keys]
    keys += [(c, "sources", "source_id") for c in frame.columns if c.startswith("source_ids")]
    keys += [
        (c, table_, "row_id")
        for c, table_ in {"place_ids": "places", "event_ids": "deployment_events"}.items()
        if c in frame.columns
    ]
    for column, other, other_column in keys:
        known = _ids(other, other_column) if other != name else set(frame[other_column].tolist())
        used = set(frame[column].tolist())
        unknown = {one for ids in used if not pd.isna(ids) for one in str(ids).split(";")} - known - {""}
        if unknown:
            bad = sorted(unknown)[0]
            at = next(i for i, value in frame[column].items() if bad in str(value).split(";"))
            raise DataError(
                f"data/{path.name}, line {at + 2} (row {frame.iloc[at, 0]}), column {column!r}: "
                f"{bad!r} is not in {other}.csv. Add it there or correct it here."
            )


@cache
def _ids(name: str, column: str) -> set:
    return set(_load(name)[column].tolist())


def names() -> list[str]:
    """Return the names of all tables, in the order of the data package."""
    return [item["name"] for item in package()["resources"]]


def dictionary(name: str) -> pd.DataFrame:
    """Return the data dictionary of a table: one row a column, with type, unit and meaning."""
    rows = [
        {
            "column": spec["name"],
            "type": spec["type"],
            "unit": spec.get("unit", ""),
            "meaning": spec["description"],
        }
        for spec in fields(name)
    ]
    return pd.DataFrame(rows)


def written(day) -> str:
    """Write a day as a sentence has it, such as 18 October 2024; takes a date or an ISO day."""
    day = pd.Timestamp(day)
    return f"{day.day} {day:%B %Y}"


def horizon(*tables: str) -> str:
    """Return a few words that say which span of time each table covers, by the titles of the tables."""
    spans = []
    for name in tables:
        first, last = (written(resource(name)["horizon"][end]) for end in ("from", "to"))
        spans.append(f"{resource(name)['title']}, {first} to {last}")
    return f"Covered: {'; '.join(spans)}. What happened later is not in them."


def known_by(frame: pd.DataFrame, day: str) -> pd.DataFrame:
    """Return the rows that had been reported by the end of a day, as far as the pages read go.

    A row whose report is dated to a month or a year counts as known on its last day. A row
    without any report day is left out; count those with ``frame.reported_on.isna().sum()``.

    Args:
        frame: any table with a ``reported_on`` column.
        day: a day such as ``"2024-11-15"``, or a date.

    Raises:
        DataError: the table has no ``reported_on``, or the day is not a day.
    """
    if "reported_on" not in frame.columns:
        raise DataError("This table has no column 'reported_on', so nobody can say what was known when.")
    return frame[frame.reported_on <= as_day(day)]


def as_day(day) -> pd.Timestamp:
    """Turn ``"2024-11-15"`` or a date into a day that can be compared.

    Raises:
        DataError: the value is not a day.
    """
    try:
        stamp = pd.Timestamp(day)
    except (ValueError, TypeError):
        stamp = pd.NaT
    if stamp is pd.NaT:
        raise DataError(f"{day!r} is not a day. Write it as year-month-day, such as '2024-11-15'.")
    return stamp


def sources_of(*frames: pd.DataFrame) -> pd.DataFrame:
    """Return the sources of exactly these rows, one row a source, oldest first.

    Columns: source_id, publisher, title, published, url, and ``rows``, the ids that rest on it.
    """
    pairs = []
    for frame in frames:
        names = frame["row_id"] if "row_id" in frame else frame.iloc[:, 0]
        for row_id, ids in zip(names, frame["source_ids"], strict=True):
            if isinstance(ids, str):
                pairs += [(source, row_id) for source in ids.split(";")]
    links = pd.DataFrame(pairs, columns=["source_id", "rows"]).drop_duplicates()
    rows = links.groupby("source_id").rows.agg("; ".join).reset_index()
    columns = ["source_id", "publisher", "title", "published", "url"]
    found = rows.merge(table("sources")[columns], on="source_id", how="left")
    return found.sort_values(["published", "source_id"])[[*columns, "rows"]].reset_index(drop=True)


WIRES = "AFP|AP|Bloomberg|DPA|Interfax|KCNA|Kyodo|Reuters|TASS|Ukrinform|Yonhap"


def teller(publisher: str) -> str:
    """Return who tells the story behind a publisher's name.

    A copy counts as the outlet that it copies, an outlet that cites a wire service or another outlet as
    that service or outlet: ``"AFP via CNA"`` gives AFP, ``"UNN, citing Yonhap"`` gives Yonhap.
    """
    cited = re.search(rf"\b(?:citing|after) (?:the )?(.+)|\(({WIRES})\)", publisher)
    name = next(filter(None, cited.groups())) if cited else publisher
    return re.split(r"\)| via |, | \(| copy", name)[0].removeprefix("The ").strip()


@cache
def _tellers() -> dict[str, str]:
    sources = _load("sources").dropna(subset=["publisher"])
    return dict(zip(sources.source_id, sources.publisher.map(teller), strict=True))


def tellers(frame: pd.DataFrame) -> pd.Series:
    """Return, for each row with sources, the set of publishers behind it, copies counted once."""
    return frame.source_ids.dropna().map(_told_by)


def _told_by(source_ids: str) -> set[str]:
    known = _tellers()
    return {known[i] for i in source_ids.split(";") if i in known}


NAMES_NOBODY = ("unknown", "own_collection", "cites_other")  # origins that name no party


def voices(rows) -> set[str]:
    """Return the independent voices behind rows: those who would each have to be wrong.

    Publishers count once however often they print, copies as the outlet that they copy. Rows that rest on
    one briefing (``wire_origin``), or repeat one party's count (``based_on``), are one voice together.

    Args:
        rows: row ids of any tables, such as those that :func:`table` ``("evidence")`` cites.
    """
    found = set()
    for row_id in rows:
        told = row(row_id)
        origins = [told[c] for c in ("wire_origin", "based_on") if _filled(told, c)]
        origins = [origin for origin in origins if origin not in NAMES_NOBODY]
        found |= {origins[0]} if origins else _told_by(str(told.get("source_ids")))
    return found


def row(row_id: str) -> pd.Series:
    """Return one row of any table by its id, such as ``"ev020"``.

    Raises:
        DataError: no table has such a row.
    """
    row_id = str(row_id).strip()
    name = row_index().get(row_id)
    if name is None:
        raise DataError(f"No table has a row {row_id!r}. Row ids stand in the first column of a table.")
    frame = _load(name)
    found = frame[frame.iloc[:, 0] == row_id].iloc[0].copy()
    found.name = name
    return found


def statement(row_id: str) -> str:
    """Return what a row states, in one line: who, when, what.

    A row that describes a state of affairs, such as an embassy, has no day; a row whose event has
    none names the day of its report as such.

    Raises:
        DataError: no table has such a row.
    """
    found = row(row_id)
    who = next((str(found[c]) for c in (*SPEAKERS, "iso3") if _filled(found, c)), "")
    known = (t for t in TOLD.get(found.name, ()) if all(_filled(found, c) for c in re.findall(r"{(\w+)}", t)))
    template = next(known, None)
    figures = template.format_map(found.map(show.text)) if template else _figures(found)
    told = figures if found.name == "polls" else ""  # an answer without question and share says nothing
    what = told or next((str(found[c]) for c in STATED if _filled(found, c)), "") or figures
    size = [f"{found[c]:,}" for c in ("low", "high") if _filled(found, c)]
    figure = (
        f" ({' to '.join(dict.fromkeys(size))} {found.get('unit', '')})".replace(" )", ")") if size else ""
    )
    parts = (", ".join(p for p in (show.states(who), _day(found)) if p), what + figure)
    return ": ".join(part for part in parts if part)


def _day(found: pd.Series) -> str:
    """Return when the thing happened that a row is about, or, marked as such, when it was reported."""
    if found.name in ("embassies", "partners_of_moscow"):
        return ""
    for column in ("start_year", "year"):
        if _filled(found, column):
            return str(found[column])
    if _filled(found, "date_latest"):
        return show.day(found["date_latest"], found.get("date_precision"))
    if _filled(found, "reported_on"):
        return f"reported {show.day(found['reported_on'], found.get('reported_precision'))}"
    return ""


# What rows without a sentence of their own state; of several forms the first whose cells are filled.
TOLD = {
    "ungd_attention_by_year": (
        "{european_speeches_naming_north_korea} of {european_speeches} European speeches at the United Nations "
        "named North Korea",
    ),
    "trade_with_dprk": (
        "trade with North Korea, both ways, of {total_eur_m} million euro",
        "trade with North Korea, both ways, of {total_usd_m} million dollars",
    ),
    "aid_to_dprk": ("aid to North Korea of {amount} {currency} ({scope})",),
    "responses_to_senders": ("{act}. Europe’s answer: {european_response}",),
    "axis_label": ("{stance} the label “{label}”",),
    "search_effort": ("{basis} {searches} searches behind {quarters} quarters, {span}",),
    "misreadings": ("{topic}: “{misreading_or_conflict}”; better supported: “{better_supported_version}”",),
    "polls": ("“{question}” {answer}: {percent} percent of {asked_group}",),
    "eu_security_partnerships": ("security and defence partnership with the EU, {status}",),
}
SPEAKERS = "issuer claimed_by actor_name who speaker pollster authority donor supplier reporter body text_name".split()
STATED = (
    "headline",
    "name",
    "wording_gist",
    "statement",
    "event",
    "what",
    "item",
    "counts",
    "claim",
    "gist",
    "premise",
    "summary",
    "status_note",
    "ask",
    "option",
    "document",
    "answer",
    "question",
)
BESIDE = ("row_id", "source_ids", "note", "reported_on", "reported_precision", *SPEAKERS)


def _figures(found: pd.Series, most: int = 7) -> str:
    """Return the first filled columns of a row that has no sentence of its own, such as a year's count."""
    told = [
        f"{column.replace('_', ' ')} {show.text(found[column])}"
        for column in found.index
        if column not in BESIDE and not column.startswith(("date_", "source_ids")) and _filled(found, column)
    ]
    return ", ".join(told[:most])


def _filled(found: pd.Series, column: str) -> bool:
    return column in found.index and not pd.isna(found[column])


@cache
def row_index() -> dict[str, str]:
    """Return a dictionary from every row id of the course to the name of its table."""
    index = {}
    for name in names():
        if fields(name)[0]["name"] == "row_id":
            index.update(dict.fromkeys(_load(name)["row_id"], name))
    return index


def faults() -> list[str]:
    """Check every table and return the faults, one sentence each; an empty list means none.

    First what :func:`table` checks, then what Frictionless finds against the schema.
    """
    found = []
    for name in names():
        try:
            _load(name)
        except DataError as error:
            found.append(str(error))
    try:
        from frictionless import Package
    except ImportError:
        return found
    for task in Package(str(DATA / "datapackage.json")).validate().tasks:
        for error in task.errors:
            place = f"data/{Path(task.place).name}"
            line = getattr(error, "row_number", None)
            column = getattr(error, "field_name", None)
            where = (f", line {line}" if line else "") + (f", column {column!r}" if column else "")
            found.append(f"{place}{where}: {error.note or error.message}")
    return found


def main() -> int:
    """Print the faults of all tables; used by ``python -m coursebook.data``.

    With ``--page`` the data page is written as well.
    """
    if "--page" in sys.argv[1:]:
        from coursebook import datapage

        (DATA / "README.md").write_text(datapage.page(), encoding="utf-8", newline="\n")
    found = faults()
    for sentence in found:
        print(sentence)
    counts = sum(len(_load(name)) for name in names()) if not found else 0
    print(f"{len(found)} faults." if found else f"{len(names())} tables, {counts} rows, no fault.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
