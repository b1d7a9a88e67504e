"""Lessons without JupyterLab: pages to read, slides, and activities as sheets, cards and key."""

import html
import re

import ipywidgets as widgets
import nbformat
import pytest
from conftest import ROOT

from coursebook import pages, printing
from coursebook.data import table
from coursebook.discuss import base

LESSONS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))


@pytest.fixture
def paper(answers):
    """A function that prints one lesson and returns the page as text."""

    def made(number):
        path = next(path for path in LESSONS if path.name.startswith(number))
        return printing.page(path)

    return made


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_every_activity_of_a_lesson_is_on_paper_and_nothing_is_fetched(path, answers):
    text = printing.page(path)
    called = re.findall(r"discuss\.\w+\(", path.read_text(encoding="utf-8"))
    assert text.count("minutes)</h2>") == len(called)
    assert "<iframe" not in text and "<script" not in text
    assert not re.search(r'(?:src|href)="(?!data:)', text)


def test_roles_are_cards_with_the_rows_of_their_brief(paper):
    text = paper("04")
    roles = table("activity_cards").query("lesson == '04'")
    assert text.count('<div class="card">') == len(roles)
    for row_id in ";".join(roles.cited_rows).split(";"):
        assert f"<b>{row_id}</b>" in text


def test_the_key_stands_apart_from_the_cards(paper):
    cards, key = paper("06").split("The teacher's key</h2>")
    assert "official document" in key
    assert cards.count('<div class="card">') == 12


def test_what_only_a_screen_can_do_asks_for_no_button_on_paper(paper):
    sheets = paper("02").split("The teacher's key</h2>")[0]
    clocks = sheets.split("Two clocks")[1].split("<h2")[0]
    assert "On the screen only" in clocks and "press" not in clocks and "box" not in clocks


def test_a_long_list_is_printed_once_in_an_activity(paper):
    sheets = paper("08").split("Cards: Cabinet")[0]
    option = table("policy_options").option.iloc[0]
    assert sheets.count(option) == 1
    assert all(f'<div class="ask">{place}<div class="line">' in sheets for place in ("Place 2", "Last place"))


def test_every_control_has_its_room_on_a_sheet():
    options = [("(choose)", ""), ("yes & no", "y"), ("no", "n")]
    control = widgets.HBox(
        [
            widgets.Textarea(description="Because", rows=3),
            widgets.Checkbox(description="tick"),
            widgets.BoundedIntText(description="percent"),
            widgets.DatePicker(description="day"),
            widgets.Dropdown(description="Stance", options=options),
            widgets.Button(description="Reveal"),
            base.panel("kept"),
            base.panel("answers only", live=True),
        ]
    )
    text = printing.sheet(control)
    assert text.startswith('<div class="row">') and text.count('<div class="line">') == 3
    assert text.count('<span class="box">') == 2 and text.count('<span class="tick">') == 3
    assert "yes &amp; no" in text and "tick</div>" in text and "kept" in text
    assert not any(words in text for words in ("choose", "Reveal", "answers only"))
    many = widgets.Dropdown(description="Row", options=[f"r{n}" for n in range(printing.MANY + 1)])
    assert printing.sheet(many) == '<div class="ask">Row<div class="line"></div></div>'


def test_a_sheet_tells_its_task_and_the_key_is_headed_by_its_activity(paper):
    sheets, key = paper("00").split("The teacher's key</h2>")
    question = table("forecasts").question.iloc[0]
    assert f"<p>{html.escape(question)}" in sheets and "<h3>Forecast fc01</h3>" in key
    assert "(3 minutes)</h2>" in sheets


def test_long_cards_go_over_the_whole_width(paper):
    assert '<div class="cards wide">' in paper("09") and '<div class="cards">' in paper("06")


def test_a_forecasts_sheet_gives_what_was_known_and_leaves_the_rival_to_the_key(paper):
    sheets, key = paper("00").split("The teacher's key</h2>")
    assert "EU-RUS-13" in sheets and "If nothing changes: 10 %" not in sheets
    assert "If nothing changes: 10 %" in key


def test_nothing_that_a_learner_chose_is_printed(answers, tmp_path, monkeypatch):
    from coursebook.responses import mine

    mine().put("02.stance.C04.before.choice", "rather disagree")
    monkeypatch.setenv("COURSEBOOK_ANSWERS", str(answers))  # main changes it; put it back after the test
    assert pages.main(["print", "02", "--folder", str(tmp_path / "paper")]) == 0
    text = (tmp_path / "paper" / "02_the_road_to_kursk.html").read_text(encoding="utf-8")
    assert "you said: <b>none given</b>" in text


def test_a_lesson_may_be_called_without_its_zero(tmp_path, answers, monkeypatch):
    monkeypatch.setenv("COURSEBOOK_ANSWERS", str(answers))
    assert pages.main(["page", "4", "--folder", str(tmp_path)]) == 0
    assert (tmp_path / "04_europe_takes_notice.html").exists()


def test_without_a_number_every_lesson_is_written(tmp_path, answers, monkeypatch, capsys):
    monkeypatch.setenv("COURSEBOOK_ANSWERS", str(answers))
    monkeypatch.setitem(pages.KINDS, "page", lambda path: path.stem)
    assert pages.main(["page", "--folder", str(tmp_path / "new" / "pages")]) == 0
    written = sorted((tmp_path / "new" / "pages").iterdir())
    assert [path.stem for path in written] == [path.stem for path in LESSONS]
    assert capsys.readouterr().out.split() == list(map(str, written))


def test_a_folder_that_cannot_be_made_gets_one_sentence(tmp_path, answers, monkeypatch, capsys):
    monkeypatch.setenv("COURSEBOOK_ANSWERS", str(answers))
    (tmp_path / "file").touch()
    assert pages.main(["page", "04", "--folder", str(tmp_path / "file" / "pages")]) == 1
    assert capsys.readouterr().err.startswith("The page cannot be written: ")


def test_plain_outputs_are_escaped_and_nobody_is_asked_to_run_a_cell():
    output = nbformat.v4.new_output("display_data", {"text/plain": "<1, 2>"})
    asked = nbformat.v4.new_output("display_data", {"text/html": f"<b>Stance</b>{base.TAKE_PART}"})
    shown = pages.shown(nbformat.v4.new_code_cell("x = 1", outputs=[output, asked]))
    assert "<pre>&lt;1, 2&gt;</pre>" in shown and "<b>Stance</b></div>" in shown and "x = 1" not in shown


def test_an_unknown_lesson_gets_one_sentence(capsys):
    assert pages.main(["page", "77"]) == 2
    assert "There is no lesson 77. Lessons: 00, 01" in capsys.readouterr().err


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_to_read_holds_every_heading_and_output_and_no_code(path):
    text = pages.reading(path)
    cells = nbformat.read(path, 4).cells
    heads = [h for c in cells if c.cell_type == "markdown" for h in re.findall("^#+ ", c.source, re.M)]
    assert len(re.findall("<h[1-6][ >]", re.sub('srcdoc="[^"]*"', "", text))) >= len(heads)
    assert text.count("<iframe") == sum("<iframe" in str(c.get("outputs")) for c in cells)
    assert "discuss." not in re.sub('srcdoc="[^"]*"', "", text)


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_slides_hold_the_hour_and_leave_the_rest_at_home(path):
    text = pages.slides(path)
    cells = nbformat.read(path, 4).cells
    kinds = [c.metadata.slideshow.slide_type for c in cells]
    assert text.count("<section>") == kinds.count("slide") + kinds.count("subslide") > 8
    home = next(c for c in cells if "home" in c.metadata.tags and c.source.count("### "))
    heading = re.search("### (.+)", home.source)[1]
    assert f">{heading}<a" not in text and f">{heading}<a" in pages.reading(path)
    assert all(c.metadata.slideshow.slide_type for c in cells)


@pytest.mark.browser
def test_slides_step_by_key_and_ask_for_nothing(page, tmp_path):
    path = next(path for path in LESSONS if path.name.startswith("04"))
    (tmp_path / "deck.html").write_text(pages.slides(path), encoding="utf-8")
    page.goto(f"file://{tmp_path}/deck.html")
    where = """() => [...document.querySelectorAll('section')].map(slide => {
        const box = slide.getBoundingClientRect();
        return [box.top, box.bottom - innerHeight];
    })"""
    height = page.evaluate("innerHeight")
    met, ended = set(), set()
    for _ in range(60):
        for number, (top, below) in enumerate(page.evaluate(where)):
            met |= {number} if abs(top) < 9 else set()
            ended |= {number} if top < height and below < 0.06 * height else set()
        page.keyboard.press("PageDown")
    everything = set(range(page.locator("section").count()))
    assert met == everything, "a slide was passed over"
    assert ended == everything, "the end of a tall slide was never on the screen"
    page.keyboard.press("Home")
    page.locator("iframe").first.scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    page.frame_locator("iframe").first.locator("body").click(position={"x": 200, "y": 100})
    page.keyboard.press("PageDown")
    assert page.evaluate("scrollY") > before, "a clicker's key is lost in a map"
    assert page.outside == []
