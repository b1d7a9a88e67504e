"""The portfolio: complete, in order, and deaf to whatever was typed."""

import json
import re
from html.parser import HTMLParser

import pandas as pd
import pytest
from hostile import SCRIPTS, WORDS, texts
from hostile import answers as saying
from hypothesis import HealthCheck, given, settings
from markdown_it import MarkdownIt

from coursebook import data, portfolio, responses
from coursebook.questions import rows_cited
from coursebook.show import plain

TAGS = set(
    "html head meta title style body main h1 h2 h3 p table caption thead tbody tr th td blockquote a br ol li".split()
)


class Outline(HTMLParser):
    """The tags, attributes and headings of a page."""

    def __init__(self, page):  # noqa: D107
        super().__init__()
        self.tags, self.attributes, self.levels, self.links = set(), set(), [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value for name, value in attrs if name in ("href", "src")]
        if re.fullmatch(r"h\d", tag):
            self.levels.append(int(tag[1]))


def made(file):
    parts = portfolio.content(file, "2026-11-25")
    return portfolio.as_html(parts), portfolio.as_markdown(parts)


def file_with(**kept):
    file = responses.empty()
    for key, value in kept.items():
        entry = value if isinstance(value, dict) else {"value": value}
        file["answers"][key] = {"saved_at": "2026-11-25T09:00:00.000000Z"} | entry
    return file


GOOD = {
    "02.stance.C04.before.choice": "agree",
    "02.stance.C04.before.reason": "The assault.",
    "02.stance.C04.after.choice": "rather disagree",
    "02.stance.C04.after.row": "ev041",
    "00.forecast.fc01.percent": {
        "value": 70,
        "earlier": [{"value": 40, "saved_at": "2026-11-01T09:00:00.000000Z"}],
    },
    "02.verdict.C04.then": "mostly",
    "02.verdict.C04.for": "ev041, ev999999",
    "02.verdict.C04.against": "none found",
    "00.advice.text": {"value": "Wait for one fact.", "activity": "Your advice", "asked": "Your text"},
    "06.counts.aid": {"value": True, "activity": "What counts as a tie?", "asked": "aid"},
}


def test_it_tells_how_a_stance_moved_and_why():
    page, words = made(file_with(**GOOD))
    for text in (page, words):
        assert "You moved from agree to rather disagree." in text
        assert "The assault." in text and "Wait for one fact." in text
    assert "You gave no second stance" in made(file_with(**{"02.stance.C04.before.choice": "agree"}))[1]


def test_it_scores_a_forecast_that_has_an_outcome():
    _, words = made(file_with(**GOOD))
    ends = data.table("forecast_outcomes").set_index("forecast_id").outcome
    score = (0.7 - (ends["fc01"] == "yes")) ** 2
    line = next(line for line in words.splitlines() if line.startswith("| fc01"))
    assert "40, then 70" in line and f"| {score:.2f} |" in line and f"| {ends['fc01']} |" in line


def test_a_cited_row_is_told_with_its_sources_and_an_unknown_one_is_named():
    page, words = made(file_with(**GOOD))
    sources = data.sources_of(data.table("deployment_events").query("row_id == 'ev041'"))
    for source in sources.itertuples():
        assert f"<{source.url}>" in words and portfolio._safe(source.url) in page
    assert "| ev999999 | No table has this row. |" in words
    assert "none found" in words


def test_row_ids_are_found_among_words_as_typed_and_each_once():
    typed = "EU-ST-089, ev020; see ev020 of 2024, none " + "a1" * 30
    assert rows_cited(typed) == ["EU-ST-089", "ev020"]


def test_a_source_without_an_address_is_named_and_not_linked():
    silent = set(data.table("sources").query("url.isna()").source_id)
    rows = data.table("evidence").cited_row.map(data.row)
    cited = next(r.iloc[0] for r in rows if silent & set(str(r.get("source_ids")).split(";")))
    page, words = made(file_with(**{"02.verdict.C04.for": cited}))
    assert 'href=""' not in page and "<>" not in words and cited in words


def test_what_the_course_never_offered_counts_nowhere_but_is_shown():
    strange = {
        "00.forecast.fc01.percent": 5000,
        "02.stance.C99.before.choice": "agree",
        "02.verdict.C04.then": "maybe",
    }
    _, words = made(file_with(**strange))
    assert words.count("None yet.") == 4  # no stance, forecast, verdict or row
    assert all(text in words for text in ("5000", "maybe"))


def test_an_empty_file_gives_an_empty_portfolio():
    page, words = made(responses.empty())
    assert words.count("None yet.") == 4 and page.count("None yet.") == 4
    assert "Lesson" not in words


def test_the_summary_comes_first_then_the_lessons_in_order_and_last_the_sources():
    _, words = made(file_with(**GOOD))
    heads = [line for line in words.splitlines() if line.startswith("## ")]
    assert heads[0] == "## Summary" and heads[-1] == "## Sources of the rows cited"
    assert heads[1:-1] == [
        "## Lesson 00: Start here",
        "## Lesson 02: The road to Kursk",
        "## Lesson 06: An axis",
    ]
    first, _, second = words.partition("## Lesson 00")
    assert "| C04 |" in first and "| agree | rather disagree |" in first and "moved: 1" in first
    assert "| mostly | – | 2 | 0 |" in first and "| 40, then 70 |" in first
    assert "The assault." in second and "The assault." not in first


def test_each_source_stands_once_and_the_numbers_lead_to_it():
    cited = list(data.table("evidence").query("claim_id == 'C04'").cited_row.unique()[:5])
    rows = {"02.verdict.C04.for": ", ".join(cited), "02.verdict.C04.against": cited[0]}
    rows |= {"04.verdict.C06.for": cited[0], "02.stance.C04.after.row": cited[1]}
    page, words = made(file_with(**rows))
    listed = dict(re.findall(r"^(\d+)\. .* <(\S+)>$", words, re.M))
    assert len(set(listed.values())) == len(listed) == page.count("<li>")
    for row_id in cited:
        wanted = set(data.sources_of(pd.DataFrame([data.row(row_id)])).url.dropna())
        lines = [line for line in words.splitlines() if re.search(rf"\| {row_id} \| .+ \| [\d, ]+ \|$", line)]
        assert lines
        for line in lines:
            assert {listed[number] for number in line.split("|")[-2].strip().split(", ")} == wanted


def test_the_summary_of_everything_asked_fits_a_page_and_the_lessons_begin_on_the_next(page, tmp_path):
    kept = {"10.lesson.text": "More."}
    for claim in data.table("claims").row_id:
        kept |= {
            f"09.verdict.{claim}.{part}": "cannot be told from these tables" for part in ("then", "since")
        }
        kept |= {f"09.verdict.{claim}.{side}": "ev041, ev026" for side in ("for", "against")}
    for claim in "C01 C04 C06 C18 C23 C26".split():
        kept |= {f"09.stance.{claim}.{when}.choice": "rather disagree" for when in ("before", "after")}
    for fid in data.table("forecasts").row_id:
        kept[f"00.forecast.{fid}.percent"] = 70
    target = tmp_path / "portfolio.html"
    target.write_text(made(file_with(**kept))[0], encoding="utf-8")
    millimetre = 96 / 25.4
    page.set_viewport_size({"width": round(182 * millimetre), "height": 900})
    page.emulate_media(media="print")
    page.goto(target.as_uri())
    second = page.locator("h2").nth(1)
    bottom = second.evaluate("h => h.previousElementSibling.getBoundingClientRect().bottom + scrollY")
    assert bottom < (297 - 26) * millimetre
    assert second.evaluate("h => getComputedStyle(h).breakBefore") == "page"


@pytest.mark.parametrize("words", WORDS, ids=lambda words: ascii(words[:20]))
def test_nothing_typed_becomes_markup(words):
    page, markdown = made(saying(words))
    outline = Outline(page)
    assert outline.tags <= TAGS
    assert outline.attributes <= {
        "lang",
        "charset",
        "http-equiv",
        "content",
        "name",
        "class",
        "scope",
        "dir",
        "href",
        "rel",
    }
    assert outline.levels[0] == 1 and outline.levels.count(1) == 1
    assert all(b <= a + 1 for a, b in zip(outline.levels, outline.levels[1:], strict=False))
    assert set(outline.links) <= set(data.table("sources").url)
    found = Outline(MarkdownIt("gfm-like", {"linkify": False}).render(markdown))
    assert found.tags <= TAGS, found.tags - TAGS
    assert set(found.links) <= set(data.table("sources").url)
    page.encode("utf-8"), markdown.encode("utf-8")


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(texts)
def test_markdown_says_what_was_typed(words):
    """Rendered, a quotation reads as it was typed, but for the space around its lines."""
    rendered = MarkdownIt("gfm-like", {"linkify": False}).render(
        portfolio._markdown(portfolio.Said("Reason", words))
    )
    inside = re.search(r"<blockquote>(.*)</blockquote>", rendered, re.S)
    said = portfolio.html.unescape(re.sub(r"<br\s*/?>|</?p>|\n", " ", inside[1])).split() if inside else []
    assert said == plain(words).split()


def test_no_script_runs_and_nothing_is_fetched_in_a_browser(page, tmp_path):
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    for place, words in enumerate(SCRIPTS):
        target = tmp_path / f"{place}.html"
        target.write_text(made(saying(words))[0], encoding="utf-8")
        page.goto(target.as_uri())
        page.keyboard.press("Tab")
        assert page.evaluate("() => window.ran") is None, words
        assert (
            page.evaluate("() => document.querySelectorAll('script, iframe, img, svg, form, base').length")
            == 0
        )
        assert words.split("\n")[0] in page.inner_text("body")
    assert page.outside == [] and dialogs == []


def test_it_fits_a_narrow_window_and_a4(page, tmp_path):
    target = tmp_path / "portfolio.html"
    target.write_text(made(saying("long" * 4000))[0], encoding="utf-8")
    page.set_viewport_size({"width": 768, "height": 900})
    page.goto(target.as_uri())
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 768
    assert b"/MediaBox [0 0 594.95996 841.91998]" in page.pdf(prefer_css_page_size=True)


def test_one_line_in_a_notebook_writes_both_files(answers):
    responses._OPEN.clear()
    responses.Answers().put("00.advice.text", "Wait.")
    said = portfolio.write().words
    assert said.startswith("The portfolio lies beside the answers")
    assert "Wait." in (answers.parent / "portfolio.html").read_text(encoding="utf-8")
    assert "Wait." in (answers.parent / "portfolio.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("content", [None, b"\x89PNG", b'{"version": 9}'])
def test_the_command_says_what_is_wrong_with_a_file(tmp_path, capsys, content):
    path = tmp_path / "file.json"
    if content is not None:
        path.write_bytes(content)
    assert portfolio.main([str(path)]) == 1
    assert capsys.readouterr().err.startswith("NOT written: ")
    assert not (tmp_path / "portfolio.html").exists()


def test_the_command_writes_beside_the_file_it_was_given(tmp_path, capsys):
    path = tmp_path / "file.json"
    path.write_text(json.dumps(file_with(**GOOD)), encoding="utf-8")
    assert portfolio.main([str(path)]) == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file.json", "portfolio.html", "portfolio.md"]
