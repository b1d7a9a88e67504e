"""Lessons as pages without JupyterLab: to read, to project, and their activities to print.

Each page is one HTML file that needs no network: stored maps, charts and tables travel with it,
code stays behind.
"""

from __future__ import annotations

import argparse
import html
import os
import re
import sys
import tempfile
from pathlib import Path

import nbformat
from nbconvert.filters import markdown2html_mistune

from coursebook.discuss.base import TAKE_PART
from coursebook.show import document

ROOT = Path(__file__).resolve().parents[1]
READING = """.anchor-link{display:none}
body{font:17px/1.55 sans-serif;max-width:960px;margin:0 auto;padding:0 20px 60px;color:#111}
h1,h2,h3{line-height:1.25}h2{margin-top:2em}table{border-collapse:collapse;font-size:0.9em}
td,th{padding:4px 10px 4px 0;border-bottom:1px solid #ccc;text-align:left;vertical-align:top}
pre{white-space:pre-wrap}.wide{overflow-x:auto}@media print{h2,h3{break-after:avoid}figure,tr{break-inside:avoid}}
"""
SLIDES = """.anchor-link{display:none}
html{scroll-snap-type:y proximity}body{margin:0;font:24px/1.45 sans-serif;color:#111;counter-reset:slide}
section{box-sizing:border-box;min-height:100vh;padding:5vh 7vw;scroll-snap-align:start;border-bottom:1px solid #ddd;position:relative;counter-increment:slide}
section::after{content:counter(slide);position:absolute;right:2vw;bottom:2vh;color:#767676;font-size:16px}
h1{font-size:1.9em}h2{font-size:1.5em}h1,h2{line-height:1.2;margin-top:0}p{max-width:44em}
table{font-size:20px!important;border-collapse:collapse}td,th{padding:4px 12px 4px 0;text-align:left}
pre{white-space:pre-wrap}.wide{overflow-x:auto}figure iframe{max-height:60vh}
figure img{width:min(100%,1100px);max-height:88vh;object-fit:contain;object-position:left}
"""
# Arrow keys and a presenter's clicker go from slide to slide, through a tall one in steps. In a
# map the arrows move the map; a clicker's keys go on all the same.
STEP = """<script>
const steps = {ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1};
function step(event) {
  const by = steps[event.key];
  if (!by || event.target.closest?.('input,select,textarea')) return;
  const all = [...document.querySelectorAll('section')];
  const tops = all.map(slide => slide.getBoundingClientRect().top);
  const at = Math.max(0, tops.findLastIndex(top => top < 9));
  const box = all[at].getBoundingClientRect(), room = innerHeight;
  const hidden = by > 0 ? box.bottom - room : -box.top;
  event.preventDefault();
  if (hidden > 0.06 * room) return scrollBy(0, by * Math.min(hidden, 0.8 * room));
  const next = all[at + by];
  if (next) scrollTo(0, scrollY + tops[at + by] + (by > 0 ? 0 : Math.max(0, next.offsetHeight - room)));
}
addEventListener('keydown', step);
addEventListener('load', () => document.querySelectorAll('iframe').forEach(map =>
  map.contentWindow.addEventListener('keydown', event => event.key.startsWith('Page') && step(event))));
</script>"""


def lesson_title(path: Path) -> str:
    """Return the first heading of a lesson, such as ``04 Europe takes notice``."""
    return re.search(r"^# (.+)$", nbformat.read(path, as_version=4).cells[0].source, re.M)[1]


def shown(cell: nbformat.NotebookNode) -> str:
    """Return what a reader sees of a cell: its text, or the stored outputs of its code."""
    if cell.cell_type == "markdown":
        return markdown2html_mistune(cell.source)
    found = [output.get("data", {}) for output in cell.outputs]
    parts = [
        data.get("text/html") or f"<pre>{html.escape(data.get('text/plain', ''))}</pre>" for data in found
    ]
    return "".join(f'<div class="wide">{part.replace(TAKE_PART, "")}</div>' for part in parts)


def reading(path: Path) -> str:
    """Return a whole lesson, code left out, as one page with its headings in order."""
    cells = nbformat.read(path, as_version=4).cells
    return document(lesson_title(path), "".join(shown(cell) for cell in cells), READING, scripts=True)


def slides(path: Path) -> str:
    """Return the hour's part of a lesson as one page of slides, as its cells are marked."""
    parts: list[str] = []
    for cell in nbformat.read(path, as_version=4).cells:
        kind = cell.metadata.get("slideshow", {}).get("slide_type", "skip")
        if kind in ("slide", "subslide"):
            parts.append("")
        if kind != "skip" and parts:
            parts[-1] += shown(cell)
    body = "".join(f"<section>{part}</section>" for part in parts)
    return document(lesson_title(path), body + STEP, SLIDES, scripts=True)


def on_paper(path: Path) -> str:
    """Return a lesson's activities as sheets, cards and key."""
    from coursebook.printing import page

    return page(path)


KINDS = {"page": reading, "slides": slides, "print": on_paper}


def main(arguments: list[str] | None = None) -> int:
    """Write pages of one kind for some lessons, or for all; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="course.py", description="Lessons as pages that need no JupyterLab."
    )
    parser.add_argument("kind", choices=KINDS, help="to read, to project, or activities to print")
    parser.add_argument("lessons", nargs="*", help="numbers such as 02; all by default")
    parser.add_argument("--folder", type=Path, help="where to (a folder in my_course)")
    chosen = parser.parse_args(arguments)
    folder = chosen.folder or ROOT / "my_course" / chosen.kind
    known = {path.name[:2]: path for path in sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))}
    wanted = [name.zfill(2) for name in chosen.lessons]  # a 4 means 04
    unknown = [name for name in wanted if name not in known]
    if unknown:
        print(f"There is no lesson {unknown[0]}. Lessons: {', '.join(known)}.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as empty:
        os.environ["COURSEBOOK_ANSWERS"] = f"{empty}/answers.json"  # nobody's answers are printed
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name in wanted or known:
                target = folder / f"{known[name].stem}.html"
                target.write_text(KINDS[chosen.kind](known[name]), encoding="utf-8", newline="\n")
                print(target)
        except OSError as error:
            print(f"The page cannot be written: {error}.", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
