"""Tables, notes and figures as plain HTML: readable without a kernel, comparable by nbval."""

from __future__ import annotations

import html
import re
from functools import cache

import pandas as pd

STYLE = "border-collapse:collapse;font-size:0.92em;line-height:1.35;text-align:left;max-width:100%"
DAY = r"\d{4}(-\d\d){0,2}"
UNBROKEN = re.compile(rf"{DAY}( to {DAY})?|[A-Za-z]+(-[A-Z]+)*-?\d+[a-z]?")  # days, spans and ids of rows
CODE = re.compile(
    "[a-zA-Z0-9]+(_[a-zA-Z0-9]+)+(;[a-zA-Z0-9_]+)*|[a-zA-Z0-9]+;[a-zA-Z0-9_;]*_[a-zA-Z0-9_;]*"
)  # codes such as own_collection
NAMES = {
    word.lower(): word
    for word in "Korea Korean Russia Russian Ukraine China Chinese Japan Europe European Pacific Asia Seoul Washington "
    "Moscow Kyiv Beijing Pyongyang EU NATO UN US UK".split()
}
CELL = "padding:4px 10px 4px 0;vertical-align:top;text-align:left;border-bottom:1px solid #ccc"


class Page:
    """A piece of HTML with a plain sentence for readers who see no HTML.

    Args:
        body: HTML.
        words: what it says, in one sentence.
    """

    def __init__(self, body: str, words: str):
        """Keep the HTML and the sentence."""
        self.body, self.words = body, words

    def _repr_mimebundle_(self, **_) -> dict:
        return {"text/html": self.body, "text/plain": self.words}


# Characters that nobody types in a sentence: controls, halves of a pair, and those that turn the
# direction of what follows. Marks of direction that writers of Arabic or Hebrew use are kept.
UNSEEN = dict.fromkeys(
    [
        *range(0x20),
        *range(0x7F, 0xA0),
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
        *range(0xD800, 0xE000),
        0xFEFF,
    ],
    "\ufffd",
) | {9: " ", 10: "\n", 13: "\n"}


def plain(words: str) -> str:
    """Return what a learner typed as lines of plain text: unseen characters become a visible mark.

    This does not escape: whoever writes HTML or Markdown escapes after it.
    """
    return words.replace("\r\n", "\n").translate(UNSEEN)


def text(value) -> str:
    """Write one cell for a reader: days as 2024-10-18, large numbers with commas, gaps as a dash."""
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return "–"
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)) or hasattr(value, "item"):
        number = float(value)
        if 0 < abs(number) < 1:
            return f"{number:.3g}"
        words = f"{number:,.2f}" if abs(number) >= 10_000 else f"{number:.2f}"
        return words.rstrip("0").rstrip(".")
    value = str(value)
    if CODE.fullmatch(value) or value in NAMES:
        return _named(value.replace("_", " ").replace(";", ", "))
    return value


def _named(words: str) -> str:
    """Give the names in a code their capitals: ``south korea`` becomes ``South Korea``."""
    words = re.sub(r"[a-z]+", lambda word: NAMES.get(word[0], word[0]), words)
    words = re.sub(r"\b(north|south)(?= Korea)", lambda word: word[0].title(), words)
    return words.replace("indo Pacific", "Indo-Pacific")


def states(codes) -> str:
    """Write the names of states for their codes, such as ``"KOR;POL"``; other words stay as they are."""
    from coursebook.data import table

    if not isinstance(codes, str):
        return text(codes)
    known = {"EUU": "European Union"} | table("countries").set_index("iso3").name_en.to_dict()
    return ", ".join(known.get(code, text(code)) for code in map(str.strip, codes.split(";")))


def how_many(count: int, one: str, more: str = "") -> str:
    """Write a count with its noun: ``1 row``, ``2 rows``.

    Args:
        count: how many.
        one: the word for one.
        more: the word for none or several; by default the first with an s.
    """
    return f"{count} {one if count == 1 else more or one + 's'}"


PRECISION = {
    "date_earliest": "date_precision",
    "date_latest": "date_precision",
    "reported_on": "reported_precision",
    "published": "published_precision",
    "closed_on": "closed_precision",
    "staff_returned_on": "returned_precision",
}


def day(stamp, precision="day") -> str:
    """Write a day no more exactly than it is known: 2024-10-18, 2024-10 or 2024; a dash if unknown."""
    if pd.isna(stamp):
        return "–"
    return f"{stamp:{ {'month': '%Y-%m', 'year': '%Y'}.get(precision, '%Y-%m-%d') }}"


def _exact(frame: pd.DataFrame, column: str) -> pd.Series:
    """Return a column for display: days cut to their precision, codes of states as names."""
    if column == "authority" or re.search(r"(^|_)iso3s?$", column):
        return frame[column].map(states)
    known = frame.get(PRECISION.get(column, ""))
    if known is None:
        return frame[column]
    pairs = zip(frame[column], known, strict=True)
    return pd.Series([day(stamp, precision) for stamp, precision in pairs], index=frame.index, dtype="str")


def headings(columns: str | list | dict) -> dict[str, str]:
    """Turn ``"row_id=row issuer what_it_obliges=obliges_to"`` into ``{column: heading}``.

    A column without a heading keeps its name; underscores become spaces.
    """
    if isinstance(columns, dict):
        return columns
    words = columns.split() if isinstance(columns, str) else columns
    pairs = [word.partition("=") for word in words]
    return {column: (heading or column).replace("_", " ") for column, _, heading in pairs}


# What a row's own data say against leaning on it: a mark after the row, a line below the table.
MARKS = {
    "*": "told by one publisher alone, copies counted once",
    "†": "worked out from other figures",
    "‡": "rated low in the table itself",
}


@cache
def _marks_of(name: str) -> dict[str, str]:
    """Return the marks of every row of a table that carries any; a reading is its own source."""
    from coursebook.data import table, tellers

    if name == "readings":
        return {}
    frame = table(name).set_index("row_id")
    empty = pd.Series("", index=frame.index)
    alone = tellers(frame).map(len).eq(1) if "source_ids" in frame else empty.ne("")
    derived = frame.get("flags", empty).str.contains("derived") | frame.get("value_status", empty).eq(
        "derived"
    )
    low = frame.get("confidence", empty).eq("low") | frame.get("source_quality", empty).eq("low")
    signs = {"*": alone, "†": derived, "‡": low}
    known = {sign: set(yes[yes.eq(True)].index) for sign, yes in signs.items()}
    return {
        row_id: "".join(s for s in known if row_id in known[s]) for row_id in set().union(*known.values())
    }


def marks(row_id) -> str:
    """Return the marks of a row as signs of :data:`MARKS`, such as ``"*†"``; empty without any.

    Args:
        row_id: an id of any table; other values have no marks.
    """
    from coursebook.data import row_index

    name = row_index().get(row_id) if isinstance(row_id, str) else None
    return _marks_of(name).get(row_id, "") if name else ""


def cited(row_id) -> str:
    """Return a row's id and, in words, what its marks say: for a popup, where no legend stands.

    Args:
        row_id: an id of any table; other values come back as they are.
    """
    return ", ".join([str(row_id), *(MARKS[sign].split(",")[0] for sign in marks(row_id))])


def _marked(frame: pd.DataFrame, shown: list[str]) -> tuple[list[str], str, int]:
    """Return each row's marks, the legend, and the place of the cell that carries them.

    A mark that all rows share stands below alone; the cell is the id's, or the first where none is shown.
    """
    holders = [c for c in (*shown, *frame.columns) if c in ("row_id", "cited_row", "row") and c in frame]
    place = shown.index(holders[0]) if holders and holders[0] in shown else 0
    found = [marks(row_id) for row_id in frame[holders[0]]] if holders else [""] * len(frame)
    shared = {sign for sign in MARKS if len(found) > 1 and all(sign in one for one in found)}
    kept = ["".join(sign for sign in one if sign not in shared) for one in found]
    said = [f"every row here: {MARKS[sign]}" for sign in MARKS if sign in shared]
    said += [f"{sign} {MARKS[sign]}" for sign in MARKS if any(sign in one for one in kept)]
    legend = f'<p style="font-size:0.85em;margin:2px 0 8px">{"; ".join(said)}</p>' if said else ""
    return kept, legend, place


def rows(frame: pd.DataFrame, caption: str, columns: str | list | dict = "") -> Page:
    """Show rows as an HTML table with a caption; every cell and heading is escaped.

    A row that the data mark as resting on one publisher, as derived or as rated low carries that mark
    after its id, explained below the table (see :data:`MARKS`).

    Args:
        frame: the rows.
        caption: one sentence: what the reader should look at; HTML, so escape what somebody typed.
        columns: which columns, as in :func:`headings`; all by default.
    """
    heads = headings(columns or list(frame.columns))
    lines = [f'<table style="{STYLE}"><caption style="text-align:left;padding:4px 0">{caption}</caption>']
    lines.append(
        "<thead><tr>"
        + "".join(f'<th scope="col" style="{CELL}">{html.escape(str(h))}</th>' for h in heads.values())
        + "</tr></thead><tbody>"
    )
    shown = [_exact(frame, column) for column in heads]
    after, legend, place = _marked(frame, list(heads))
    for mark, record in zip(after, zip(*shown, strict=True), strict=True):
        cells = [_cell(value) + (mark if at == place else "") for at, value in enumerate(record)]
        lines.append("<tr>" + "".join(f'<td style="{CELL}">{cell}</td>' for cell in cells) + "</tr>")
    if frame.empty:
        lines.append(f'<tr><td colspan="{len(heads)}" style="{CELL}">No row meets this.</td></tr>')
    lines.append("</tbody></table>" + legend)
    return Page("\n".join(lines), f"{caption} ({how_many(len(frame), 'row')})")


def _cell(value) -> str:
    shown = html.escape(text(value))
    if UNBROKEN.fullmatch(shown):
        return f'<span style="white-space:nowrap">{shown}</span>'
    if isinstance(value, str) and value.startswith(("http://", "https://")):
        return f'<a href="{shown}" rel="noopener">{html.escape(value.split("/")[2])}</a>'
    return shown


def evidence(claim_id: str) -> Page:
    """Show the rows for, against and beside a claim, or that none were found.

    Columns: row, what it states, its direction, whether it would exist if the claim were false.
    """
    from coursebook.data import resource, statement, table

    found = table("evidence").query("claim_id == @claim_id").sort_values("direction", ascending=False)
    found = found.assign(states=[statement(row_id) for row_id in found.cited_row])
    heads = "cited_row=row states=what_it_states direction would_exist_if_false=would_it_exist_if_false?"
    searched = table("evidence_searched").query("claim_id == @claim_id")
    notes = [
        f"Rows that {'support' if one.side == 'supports' else 'undermine'} {claim_id}, {one.result}: {one.because}. "
        f"Tables searched: {'; '.join(resource(name)['title'] for name in one.tables_searched.split(';'))}."
        for one in searched.itertuples()
    ]
    if found.empty:
        said = " ".join(notes) or "none found."
        return note(f"No row in the table evidence speaks for or against {claim_id}. {said}")
    page = rows(found, f"Evidence on {claim_id}: {how_many(len(found), 'row')}.", heads)
    body = page.body + "".join(f"<p>{html.escape(words)}</p>" for words in notes)
    return Page(body, " ".join([page.words, *notes]))


def sources(*frames: pd.DataFrame, claims: str = "") -> Page:
    """Show the sources of exactly these rows, with links, oldest first, folded away.

    Args:
        frames: rows with ``source_ids``.
        claims: ids of claims, such as ``"C03 C07"``, whose evidence was shown too.
    """
    from coursebook.data import row, sources_of, table

    weighed = table("evidence")
    cited = [row(row_id) for row_id in weighed[weighed.claim_id.isin(claims.split())].cited_row]
    kept = [{"row_id": r.iloc[0], "source_ids": r.get("source_ids")} for r in cited]
    found = sources_of(*frames, pd.DataFrame(kept, columns=["row_id", "source_ids"]))
    page = rows(
        found,
        f"{how_many(len(found), 'source')} of the rows shown above.",
        "published=date publisher title url=link rows",
    )
    words = f"{how_many(len(found), 'source')} of the rows shown in this lesson"
    return Page(f"<details><summary>{words}</summary>{page.body}</details>", f"{words}.")


def document(title: str, body: str, style: str, scripts: bool = False) -> str:
    """Return a page that stands alone: it can fetch nothing and, unless allowed, run no script.

    Args:
        title: plain text.
        body: HTML whose every foreign word has been escaped.
        style: CSS.
        scripts: whether the page's own scripts may run, for maps; never where learners' words stand.
    """
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    policy += "; script-src 'unsafe-inline'" if scripts else ""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(title)}</title><style>{style}</style></head>"
        f"<body><main>{body}</main></body></html>\n"
    )


def note(sentence: str) -> Page:
    """Show one sentence as a paragraph; the sentence is escaped."""
    return Page(f"<p>{html.escape(sentence)}</p>", sentence)


def concept(lesson: str) -> Page:
    """Show the concept card of a lesson: its name, an explanation, what it cannot do."""
    from coursebook.data import table

    card = table("concepts").query("lesson == @lesson").iloc[0]
    inside = (
        f"<b>{html.escape(card.concept)}</b><p>{html.escape(card.explained)}</p>"
        f"<p><i>Its limits:</i> {html.escape(card.limits)}</p>"
    )
    return Page(
        f'<div style="border:1px solid #999;padding:8px 14px;max-width:760px">{inside}</div>',
        f"Concept card: {card.concept}. {card.explained} Its limits: {card.limits}",
    )


def readings(lesson: str, caption: str) -> Page:
    """Show the two readings of a lesson that disagree; no column for authors where no page names one."""
    from coursebook.data import table

    pair = table("readings").query("lesson == @lesson and use == 'core_pair'")
    author = "author " if pair.author.notna().any() else ""  # no column of dashes alone
    return rows(pair, caption, f"row_id=row side {author}title publisher minutes gist=what_it_says url=link")


def verdicts(*claim_ids: str) -> Page:
    """Show the tables' own two verdicts on some claims, folded away until asked for.

    Args:
        claim_ids: such as ``"C03", "C07"``.
    """
    from coursebook.data import table

    ours = table("claim_verdicts").query("claim_id in @claim_ids")
    page = rows(
        ours,
        "Our verdicts, provisional. Argue with them; a row that we missed overturns them.",
        "claim_id=claim reasonable_2024=reasonable_then? reason_2024=why borne_out=borne_out_since? reason_now=why_now",
    )
    body = f"<details><summary>Open only after your own: our verdicts on {', '.join(claim_ids)}</summary>{page.body}</details>"
    return Page(body, page.words)
