"""Every activity of every lesson in a real JupyterLab: by keyboard alone, kept, named, narrow."""

import json
import os
import signal
import time
import urllib.request
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import ROOT
from test_browser import open_lesson, run_all, settles

pytestmark = pytest.mark.browser
LESSONS = sorted(path.stem for path in (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
OURS = {"include": [[".jp-OutputArea-output .jupyter-widgets"], [".jp-RenderedHTMLCommon"]]}
CONTROLS = (
    ".jp-OutputArea-output :is(textarea, select, input[type=number], input[type=text], input[type=checkbox])"
)
# The state of each control in order: what a learner would see.
STATE = f"() => [...document.querySelectorAll('{CONTROLS}')].map(c => c.type === 'checkbox' ? c.checked : c.value)"
# What runs over its edge or lies on its neighbour, activity by activity: JupyterLab lays out only what is in view.
CROWDED = f"""async () => {{
  const bad = [];
  for (const box of document.querySelectorAll('.jp-OutputArea-output > .jupyter-widgets')) {{
    box.scrollIntoView({{block: 'center'}});
    await new Promise(drawn => setTimeout(drawn, 200));
    if (box.scrollWidth > box.clientWidth + 2) bad.push(['too wide', box.innerText.slice(0, 60)]);
    const shown = [...box.querySelectorAll('{CONTROLS}')].filter(c => c.checkVisibility({{contentVisibilityAuto: true}}));
    const places = shown.map(c => c.getBoundingClientRect());
    places.slice(1).forEach((b, i) => {{
      const a = places[i];
      if (a.right > b.left + 1 && b.right > a.left + 1 && a.bottom > b.top + 1 && b.bottom > a.top + 1)
        bad.push(['on its neighbour', shown[i + 1].closest('.widget-inline-hbox')?.innerText.slice(0, 60)]);
    }});
  }}
  return bad;
}}"""


def restart(page):
    page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    run_all(page)


def fill_by_keyboard(page):
    """Go through every control with the Tab key alone and answer it; return how many were reached."""
    controls = page.locator(CONTROLS)
    total = controls.count()
    reached = 0
    for place in range(total):
        here = controls.nth(place)
        if not here.evaluate("c => c === document.activeElement"):
            for _ in range(4):  # buttons stand between fields
                page.keyboard.press("Tab")
                if here.evaluate("c => c === document.activeElement"):
                    break
            else:  # the next activity begins: its first control may be reached with one click
                here.focus()
                reached -= 1
        reached += 1
        kind = here.evaluate("c => c.tagName === 'SELECT' ? 'select' : c.type")
        if kind == "select":
            page.keyboard.press("ArrowDown")
        elif kind == "checkbox":
            page.keyboard.press("Space")
        elif kind == "number":
            page.keyboard.press("Control+A")
            page.keyboard.type("7")
        else:
            page.keyboard.type(f"note {place}")
    return total, reached


def until_saved(page, path, notes, most=60):
    """Wait until every note stands in the file and the file rests: the kernel has worked off what was typed."""
    for _ in range(most):
        page.wait_for_timeout(1000)
        kept = json.loads(path.read_text(encoding="utf-8"))["answers"] if path.exists() else {}
        if {answer["value"] for answer in kept.values()} >= notes and time.time() - path.stat().st_mtime > 2:
            return
    pytest.fail(f"Not kept: {notes - {answer['value'] for answer in kept.values()}}")


@pytest.mark.parametrize("name", LESSONS)
def test_every_activity_by_keyboard_kept_named_and_narrow(name, page, lab):
    url, home = lab
    (home / "answers.json").unlink(missing_ok=True)
    open_lesson(page, url, f"notebooks/{name}.ipynb")
    run_all(page)

    faults = [
        f"{found['impact']} {found['id']}: {found['nodes'][0]['html'][:120]}"
        for found in Axe().run(page, context=OURS).response["violations"]
        if found["impact"] in ("serious", "critical")
    ]
    assert faults == []

    total, reached = fill_by_keyboard(page)
    activities = page.locator(".jp-OutputArea-output > .jupyter-widgets").count()
    assert total and total - reached <= activities  # at most one click an activity, to begin it
    typed = page.evaluate(STATE)
    notes = {value for value in typed if isinstance(value, str) and value.startswith("note ")}
    until_saved(page, home / "answers.json", notes)

    restart(page)
    settles(lambda: page.evaluate(STATE), lambda shown: shown == typed)

    page.set_viewport_size({"width": 768, "height": 1000})
    page.evaluate("() => window.jupyterapp.commands.execute('application:toggle-left-area')")
    settles(lambda: page.evaluate(CROWDED), lambda faults: faults == [])
    assert page.outside == []


def test_keys_typed_into_a_list_never_reach_the_notebook(page, lab):
    url, _ = lab
    open_lesson(page, url)
    run_all(page)
    count = "() => window.jupyterapp.shell.currentWidget.content.model.cells.length"
    active = "() => window.jupyterapp.shell.currentWidget.content.activeCellIndex"
    before = page.evaluate(count)
    page.get_by_label("Stance").first.focus()
    for key in ("a", "d", "d", "ArrowDown"):
        page.keyboard.press(key)
    assert page.evaluate(count) == before
    # A cell that has the focus still obeys.
    page.locator(".jp-MarkdownCell").first.click()
    page.keyboard.press("Escape")
    place = page.evaluate(active)
    page.keyboard.press("ArrowDown")
    assert page.evaluate(active) > place


def kernel_process(url):
    """The process of the newest kernel of this server."""
    kernel = json.load(urllib.request.urlopen(f"{url}/api/kernels"))[-1]["id"]
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if f"kernel-{kernel}.json" in (folder / "cmdline").read_text():
                return int(folder.name)
        except OSError:
            continue
    pytest.skip("The kernel's process cannot be found on this system.")


@pytest.mark.skipif(not Path("/proc").exists(), reason="looks for the kernel in /proc")
def test_a_kernel_killed_in_the_middle_of_typing_loses_a_second_at_most(page, lab):
    url, home = lab
    open_lesson(page, url)
    run_all(page)
    reason = page.get_by_label("Reason").first
    reason.scroll_into_view_if_needed()
    reason.fill("")
    reason.focus()
    process, times = kernel_process(url), []
    for letter in "assaults need fighters and guards do not lose a hundred":
        page.keyboard.type(letter)
        times.append((time.monotonic(), letter))
        page.wait_for_timeout(60)
    os.kill(process, signal.SIGKILL)
    killed = time.monotonic()
    sure = "".join(letter for when, letter in times if when < killed - 1)
    answers = json.loads((home / "answers.json").read_text(encoding="utf-8"))["answers"]
    kept = answers["02.stance.C04.before.reason"]["value"]
    assert len(sure) > 20 and kept.startswith(sure)
