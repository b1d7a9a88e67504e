"""Activities on paper: one page to print for each lesson, for a class without devices.

A lesson's cells are run once, with an empty learner's file, and every activity that they make is
written as a sheet to fill in, then its cards to cut out, then the teacher's key. The page needs
no network and is set for A4.
"""

from __future__ import annotations

import html
from pathlib import Path

import ipywidgets as widgets
import nbformat

from coursebook.discuss import base
from coursebook.pages import lesson_title
from coursebook.show import document

MANY = 12  # longer lists of options are read from the lesson, not printed
FEW = 6  # longer lists are printed once in an activity, then written by hand
STYLE = """
@page{size:A4;margin:16mm}
body{font:11.5pt/1.45 sans-serif;max-width:180mm;margin:0 auto;padding:0 4mm;color:#111}
h1{font-size:17pt;margin:0 0 2mm}h2{font-size:13.5pt;margin:8mm 0 1mm}h3,h4{font-size:11.5pt;margin:4mm 0 1mm}
h2,h3,h4,h2+p,p:has(+.ask){break-after:avoid}p{break-inside:avoid}.ask{break-inside:avoid;margin:3mm 0}.line{border-bottom:1px solid #777;height:8mm}
.row{display:flex;flex-wrap:wrap;column-gap:8mm}.box{display:inline-block;border:1px solid #555;width:16mm;height:7mm;vertical-align:middle;margin-left:3mm}
.tick{display:inline-block;border:1px solid #555;width:3.5mm;height:3.5mm;margin:0 1.5mm 0 0}
.option{display:inline-block;margin:1mm 5mm 1mm 0}.page{break-before:page}
.cards{display:grid;grid-template-columns:1fr 1fr;gap:4mm}
.card{border:1px dashed #555;padding:3mm;break-inside:avoid;font-size:10.5pt}.wide .card{grid-column:1/3}
table{font-size:9pt}tr{break-inside:avoid}
"""


def sheet(control: widgets.Widget, listed: set | None = None) -> str:
    """Return one control, or a box of controls, as HTML to fill in by hand; buttons are left out.

    Args:
        control: a widget.
        listed: the long lists of options printed so far; a list that returns gets a line to write on.
    """
    listed = set() if listed is None else listed
    if isinstance(control, widgets.Box):
        inside = "".join(sheet(child, listed) for child in control.children)
        return f'<div class="row">{inside}</div>' if isinstance(control, widgets.HBox) else inside
    if isinstance(control, widgets.HTML):
        return "" if base.LIVE in control._dom_classes else control.value
    label = html.escape(getattr(control, "description", ""))
    if isinstance(control, widgets.Checkbox):
        return f'<div class="option"><span class="tick"></span>{label}</div>'
    if isinstance(control, widgets.Textarea):
        lines = '<div class="line"></div>' * max(control.rows or 1, 1)
        return f'<div class="ask">{label}{lines}</div>'
    if isinstance(control, widgets.Dropdown):
        options = tuple(words for words, value in control._options_full if value != "")
        if len(options) > MANY or options in listed:
            return f'<div class="ask">{label}<div class="line"></div></div>'
        if len(options) > FEW:
            listed.add(options)
        ticks = "".join(
            f'<span class="option"><span class="tick"></span>{html.escape(words)}</span>' for words in options
        )
        return f'<div class="ask">{label}<br>{ticks}</div>'
    if isinstance(control, (widgets.BoundedIntText, widgets.DatePicker)):
        return f'<div class="ask">{label}<span class="box"></span></div>'
    return ""


def activities(path: Path) -> list:
    """Run a lesson's cells and return the activities that they made, in order.

    Args:
        path: a notebook of ``notebooks/``; its cells run in this process.
    """
    base.made.clear()
    scope = {"__name__": "__main__"}
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            exec(compile(cell.source, f"{path.name}", "exec"), scope)
    return list(base.made)


def page(path: Path) -> str:
    """Return a lesson's activities as one self-contained HTML page to print.

    Args:
        path: a notebook of ``notebooks/``.
    """
    title, made = lesson_title(path), activities(path)
    parts = [f"<h1>{html.escape(title)}: activities on paper</h1>"]
    parts.append("<p>Sheets first, then cards to cut out, then the teacher's key: keep it back.</p>")
    for asked in made:
        parts.append(f"<h2>{html.escape(asked.title)} ({asked.minutes} minutes)</h2>")
        if asked.screen_only:
            parts.append("<p>On the screen only: the picture changes with each choice.</p>")
            continue
        parts.append(f"<p>{html.escape(asked.task)}</p>{sheet(widgets.VBox(asked.children))}")
    for asked in made:
        if asked.cards:
            wide = " wide" if max(map(len, asked.cards)) > 1500 else ""
            cut = "".join(f'<div class="card">{card}</div>' for card in asked.cards)
            parts.append(f'<h2 class="page">Cards: {html.escape(asked.title)}</h2>')
            parts.append(f'<div class="cards{wide}">{cut}</div>')
    keys = [
        f"<h3>{html.escape(asked.title)}</h3>{asked.teachers_key}" for asked in made if asked.teachers_key
    ]
    if keys:
        parts.append(f'<h2 class="page">The teacher\'s key</h2>{"".join(keys)}')
    return document(title, "".join(parts), STYLE)
