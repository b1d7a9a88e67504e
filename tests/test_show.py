"""Tables as HTML: escaped, captioned, no more exact than what is known."""

import html
import re

import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.text import Text

from coursebook import charts, maps, show
from coursebook.data import names, row, table


def test_everything_in_a_table_is_escaped():
    body = show.rows(pd.DataFrame({"<b>a": ["<script>x</script>"]}), "One row.").body
    assert "<script>" not in body and "&lt;script&gt;" in body and "&lt;b&gt;a" in body


def test_a_link_is_escaped_and_reads_as_its_site():
    body = show.rows(pd.DataFrame({"url": ['https://example.org/a?b="><script>']}), "One.").body
    assert '<a href="https://example.org/a?b=&quot;&gt;&lt;script&gt;"' in body and ">example.org</a>" in body


def test_an_empty_table_says_so():
    assert "No row meets this" in show.rows(table("legs").head(0), "None.", "row_id").body


def test_days_are_cut_to_what_is_known():
    rows = pd.DataFrame(
        {
            "reported_on": pd.to_datetime(["2024-10-31", "2024-12-31", "2024-10-18", None]),
            "reported_precision": ["month", "year", "day", None],
        }
    )
    body = show.rows(rows, "Days.", "reported_on").body
    assert ">2024-10<" in body and ">2024<" in body and ">2024-10-18<" in body and "–" in body


@pytest.mark.parametrize(
    "column, precision",
    [
        ("date_earliest", "date_precision"),
        ("date_latest", "date_precision"),
        ("published", "published_precision"),
        ("staff_returned_on", "returned_precision"),
    ],
)
def test_every_kind_of_day_is_cut_to_what_is_known(column, precision):
    rows = pd.DataFrame({column: pd.to_datetime(["2024-10-31"]), precision: ["month"]})
    assert ">2024-10<" in show.rows(rows, "One.", column).body


def test_a_day_of_no_stated_precision_is_a_day():
    assert show.text(pd.Timestamp("2024-10-18")) == "2024-10-18"


def test_yes_and_no_read_as_words():
    assert [show.text(value) for value in (True, False)] == ["yes", "no"]


def test_large_numbers_have_commas_with_and_without_decimals():
    said = [show.text(number) for number in (0, 9500, 12345, 223485.8, -48418.75, 0.1234)]
    assert said == ["0", "9500", "12,345", "223,485.8", "-48,418.75", "0.123"]


def test_where_evidence_was_searched_is_said_by_the_titles_of_the_tables():
    page = show.evidence("C12")
    assert "Tables searched: Who could have followed Kim" in page.words and "moscow" not in page.words
    assert "<p>Rows that support C12, thin: " in page.body
    assert "Rows that undermine C29, none found: " in show.evidence("C29").words


def test_days_of_embassies_are_cut_as_well():
    body = show.rows(
        table("embassies").query("row_id == 'em001'"), "One.", "closed_on staff_returned_on"
    ).body
    assert ">2020-08<" in body and ">2024-09-13<" in body


def test_states_are_named_and_codes_read_as_words():
    frame = pd.DataFrame({"iso3": ["KOR", None], "iso3s": ["AUS;JPN", "KOR;EUU"], "authority": ["EU", "NZL"]})
    body = show.rows(frame, "States.").body
    for words in ("South Korea, European Union", "Australia, Japan", ">EU<", "New Zealand", "–"):
        assert words in body
    assert show.text("any_member_to_south_korea") == "any member to South Korea"
    assert show.text("indo_pacific_security;breach_of_law") == "Indo-Pacific security, breach of law"


def test_row_ids_stay_on_one_line():
    body = show.rows(pd.DataFrame({"row_id": ["EU-ST-089"]}), "One.").body
    assert "nowrap" in body


def test_headings_read_as_words():
    assert show.headings("row_id=row what_it_obliges issuer=who_says_so") == {
        "row_id": "row",
        "what_it_obliges": "what it obliges",
        "issuer": "who says so",
    }


def test_a_claim_without_evidence_says_none_found():
    assert "none found" in show.evidence("C19").words


def test_evidence_stands_by_its_direction():
    said = re.findall(">(supports|undermines|context)<", show.evidence("C07").body)
    assert said == sorted(said, reverse=True) and len(set(said)) > 1


def test_charts_carry_their_words_and_never_the_date():
    counts = pd.Series({"a": 1, "b": 2})
    first, second = (charts.bars(counts, 'a is "1", b is 2', "Two bars.", "rows").body for _ in range(2))
    assert first == second
    assert 'alt="a is &quot;1&quot;, b is 2"' in first and "image/svg+xml" in first


def test_bands_invent_no_missing_end():
    rows = table("strength_estimates").query("row_id == 'est011'")
    drawn = charts.bands(rows, "one floor", "One floor.").figure.axes[0]
    assert [text.get_text() for text in drawn.texts] == ["≥ 3,000"]


def test_bands_show_what_each_row_gives_in_the_lane_of_who_said_it():
    days = pd.to_datetime(["2024-11-01", "2024-10-01", "2024-12-01", "2024-12-02"])
    ends = {"low": [10_000, None, 3_000, None], "high": [12_000, 15_000, 3_000, None]}
    frame = pd.DataFrame({"issuer": ["Seoul", "Kyiv", "Kyiv", "Kyiv"], "date_latest": days} | ends)
    lanes = charts.bands(frame, "alt", "caption").figure.axes
    said = {lane.get_title(loc="left"): [words.get_text() for words in lane.texts] for lane in lanes}
    assert said == {"Kyiv": ["≤ 15,000", "3,000"], "Seoul": ["10,000–12,000"]}
    kyiv, seoul = lanes
    assert kyiv.lines[0].get_marker() == "v" and seoul.lines[0].get_ydata().tolist() == [10_000, 12_000]
    assert kyiv.get_ylim()[0] == 0


def test_an_arrow_up_means_at_least():
    frame = pd.DataFrame(
        {"issuer": ["a"], "date_latest": [pd.Timestamp("2024-11-01")], "low": [5], "high": [None]}
    )
    assert charts.bands(frame, "alt", "caption").figure.axes[0].lines[0].get_marker() == "^"


def test_bars_start_at_zero_and_stand_from_top_to_bottom_with_their_values():
    axes = charts.bars(pd.Series({"a": 30, "b": 20}), "alt", "<b>caption", "rows").figure.axes[0]
    assert axes.get_xlim()[0] == 0 and axes.yaxis_inverted()
    assert [words.get_text() for words in axes.texts] == ["30", "20"]
    assert "<b>caption" not in charts.bars(pd.Series({"a": 30}), "alt", "<b>caption", "rows").body


def test_columns_start_at_zero_and_carry_their_notes():
    chart = charts.columns(
        pd.Series({2006: 6, 2017: 30}),
        "Two bars.",
        "Bars.",
        "speeches",
        {2017: "six tests"},
        ["#ff0000", "#00ff00"],
    )
    axes = chart.figure.axes[0]
    assert axes.get_ylim()[0] == 0 and [t.get_text() for t in axes.texts] == ["6", "30", "six tests"]
    assert axes.texts[2].xy[0] == 2017 - 1970 and [bar.get_facecolor()[0] for bar in axes.patches] == [1, 0]
    assert 'alt="Two bars."' in chart.body


def test_sources_are_those_of_the_rows_and_of_the_evidence_on_the_claims():
    rows = table("deployment_events").head(1)
    weighed = [row(row_id) for row_id in table("evidence").query("claim_id == 'C07'").cited_row]
    own, more = (
        set(";".join(r.source_ids for r in some).split(";")) for some in (rows.itertuples(), weighed)
    )
    assert show.sources(rows).words == f"{len(own)} sources of the rows shown in this lesson."
    assert (
        show.sources(rows, claims="C07").words
        == f"{len(own | more)} sources of the rows shown in this lesson."
    )


def test_a_concept_card_says_what_the_concept_cannot_do():
    card = table("concepts").query("lesson == '02'").iloc[0]
    for words in (card.concept, card.explained, card.limits):
        assert html.escape(words) in show.concept("02").body


def test_a_lesson_has_its_two_core_readings_alone():
    assert show.readings("02", "Two.").body.count("<tr>") == 3


def test_a_page_fetches_nothing_and_runs_no_script_unless_allowed():
    page = show.document("A <title>", "body", "")
    assert "default-src 'none'; " in page and "script-src" not in page and "A &lt;title&gt;" in page
    assert "script-src 'unsafe-inline'" in show.document("A title", "body", "", scripts=True)


def test_what_nobody_types_becomes_a_visible_mark():
    assert show.plain("a\x07b\u202ec\ufeff d\ud800") == "a�b�c� d�"
    assert show.plain("one\r\ntwo\tthree") == "one\ntwo three"


def test_our_verdicts_stay_folded_until_asked_for():
    page = show.verdicts("C03", "C07")
    assert page.body.startswith("<details><summary>") and "<details open" not in page.body
    assert page.body.count("<tr>") == 3


def test_options_with_the_same_hands_keep_labels_of_their_own():
    hands = {"act": 0, "wait": 12, "do not act": 0}
    drawn = charts.shift(hands, hands, "Twelve hands.").figure.axes[0]
    for x in {text.get_position()[0] for text in drawn.texts}:
        heights = sorted(text.get_position()[1] for text in drawn.texts if text.get_position()[0] == x)
        assert len(heights) == 3 and min(b - a for a, b in zip(heights, heights[1:], strict=False)) > 0.5


def test_hands_before_stand_at_the_left_and_hands_after_at_the_right():
    chart = charts.shift({"act": 3, "wait": 9}, {"act": 8, "wait": 4}, "Twelve hands.")
    drawn = chart.figure.axes[0]
    assert [line.get_ydata().tolist() for line in drawn.lines] == [[3, 8], [9, 4]]
    assert [words.get_text() for words in drawn.get_xticklabels()] == ["before", "after"]
    at = {words.get_text(): words.get_position()[0] for words in drawn.texts}
    assert at["act  3"] == at["wait  9"] < 0 < 1 < at["8"] == at["4"]
    assert 'alt="Hands by option. act: 3 before, 8 after; wait: 9 before, 4 after."' in chart.body


def test_parts_of_a_scale_follow_one_another_each_with_its_number():
    counts = pd.DataFrame({"agree": [3, 0], "undecided": [1, 2], "disagree": [2, 4]}, index=["C01", "C02"])
    figure = charts.stacked({"before": counts, "after": counts}, "alt", "caption", "learners").figure
    assert [side.get_title(loc="left") for side in figure.axes] == ["before", "after"]
    for side in figure.axes:
        assert side.yaxis_inverted()
        assert [bar.get_x() for bar in side.patches] == [0, 0, 3, 0, 4, 2]
        colours = [to_hex(bar.get_facecolor()) for bar in side.patches[::2]]
        assert colours == charts.SCALE[:3]  # agreement at the blue end, as the scale runs
        assert [words.get_text() for words in side.texts] == ["3", "1", "2", "2", "4"]
    assert [words.get_text() for words in figure.legends[0].get_texts()] == list(counts)


def test_a_show_of_hands_that_nobody_counted_is_not_drawn_as_none():
    before, after = {"act": 3, "wait": 9}, {"act": 0, "wait": 0}
    chart = charts.shift(before, after, "Twelve hands.")
    assert [list(line.get_xdata()) for line in chart.figure.axes[0].lines] == [[0], [0]]
    assert "act: 3 before;" in chart.words and "after" not in chart.words


def test_the_words_of_a_range_end_inside_the_picture():
    frame = pd.DataFrame({"who": ["a name of some length", "b"], "low": [9e4, 4e6], "high": [9e4, 6e6]})
    drawn = charts.ranges(frame, "who", "alt", "caption", "rounds").figure
    drawn.canvas.draw()
    edge = drawn.axes[0].get_window_extent().x1
    assert all(words.get_window_extent().x1 <= edge for words in drawn.axes[0].texts)


def test_a_quarter_without_a_value_keeps_its_place():
    chart = charts.columns(pd.Series({"2023Q4": 2, "2024Q3": 5}), "alt", "caption", "statements")
    axes = chart.figure.axes[0]
    first, last = (bar.get_x() for bar in axes.patches)
    assert last - first == 3  # three quarters later
    assert [words.get_text() for words in axes.get_xticklabels()] == ["2023Q4", "2024Q1", "2024Q2", "2024Q3"]


def test_labels_that_are_no_time_stand_side_by_side():
    axes = charts.columns(pd.Series({"13th": 2, "16th": 5}), "alt", "caption", "names").figure.axes[0]
    first, last = (bar.get_x() for bar in axes.patches)
    assert last - first == 1


def test_ranges_keep_open_ends_open_and_stand_on_powers_of_ten():
    low, high = [100_000, 330_000, 2_000_000, None], [100_000, 500_000, None, 1_000]
    frame = pd.DataFrame({"who": ["a", "b", "c", "d"], "low": low, "high": high})
    said = ["100,000", "330,000–500,000", "≥ 2,000,000", "≤ 1,000"]
    axes = charts.ranges(frame, "who", "alt", "caption", "rounds").figure.axes[0]
    assert axes.get_xscale() == "log"
    assert [words.get_text() for words in axes.texts] == said
    assert [line.get_marker() for line in axes.lines[2:]] == [">", "<"]
    assert [words.get_text() for words in axes.get_yticklabels()] == ["a", "b", "c", "d"]


def test_a_line_of_ranges_looks_as_its_group_does_elsewhere_and_keeps_small_figures():
    frame = pd.DataFrame({"who": ["a", "b"], "low": [1.8, 49.4], "high": [1.8, 49.4], "sent": ["yes", "no"]})
    looks = {"yes": ("#D55E00", "^"), "no": ("#767676", "s")}
    axes = charts.ranges(frame, "who", "alt", "caption", "euro", "sent", looks).figure.axes[0]
    assert [(line.get_color(), line.get_marker()) for line in axes.lines] == list(looks.values())
    assert [words.get_text() for words in axes.texts] == ["1.8", "49"]


def test_rows_that_the_data_mark_are_marked_and_the_legend_says_how():
    """est042 is derived and told by one publisher, est001 neither; some partners are rated low."""
    rows = table("strength_estimates").query("row_id in ['est001', 'est042']")
    page = show.rows(rows, "Two.", "row_id low")
    assert ">est042</span>*†</td>" in page.body and ">est001</span></td>" in page.body
    assert page.body.count("<p ") == 1 and "† worked out from other figures" in page.body
    assert "rated low" not in page.body


@pytest.mark.parametrize(
    "column, word, sign",
    [
        ("flags", "derived", "†"),
        ("value_status", "derived", "†"),
        ("confidence", "low", "‡"),
        ("source_quality", "low", "‡"),
    ],
)
def test_every_row_that_its_table_calls_derived_or_low_is_marked(column, word, sign):
    frames = [table(name) for name in names()]
    said = {i: str(v) for f in frames if column in f for i, v in zip(f.row_id, f[column], strict=True)}
    marked = {row_id for row_id in said if sign in show.marks(row_id)}
    assert marked == {row_id for row_id, value in said.items() if word in value.split(";")} != set()


def test_a_mark_that_every_row_shares_is_said_once_below():
    one = table("ungd_attention_by_year").head(3)
    body = show.rows(one, "Three years.", "row_id year").body
    assert "every row here: told by one publisher alone" in body and "*" not in body


def test_rows_cited_as_evidence_carry_their_marks_and_other_values_carry_none():
    assert "</span>*</td>" in show.evidence("C07").body
    assert show.marks("no such row") == show.marks(None) == "" == show.marks("C01")
    readings = show.readings("02", "Two.").body
    assert "*" not in readings and "one publisher" not in readings


def test_readings_without_an_author_have_no_column_of_dashes():
    assert ">author</th>" in show.readings("02", "Two.").body
    assert ">author</th>" not in show.readings("03", "Two.").body


def test_the_mark_follows_the_row_that_is_cited_not_the_row_that_cites():
    cites = table("evidence").head(1).assign(cited_row="est042")
    assert "</span>*†</td>" in show.rows(cites, "One.", "cited_row=row direction").body
    assert "*" not in show.rows(cites, "One.", "row_id cited_row").body


def test_an_argument_stands_with_its_conclusion_at_the_left_and_each_statement_once():
    steps = [("B", "A", "supports"), ("P1", "A", "assumes"), ("C", "B", "supports"), ("C", "A", "assumes")]
    links = pd.DataFrame(steps, columns=["from_id", "to_id", "link"])
    words = {name: "some words" for name in ("A", "B", "C", "P1")}
    drawn = charts.argument(links, "A", words, "alt", "caption").figure.axes[0]
    boxes = {t.get_text()[:2].strip(): t.get_position()[0] // 1 for t in drawn.texts if t.get_text()}
    assert boxes == {"A": 0, "B": 1, "C": 1, "P1": 1}
    assert [box.get_linestyle() for box in drawn.patches].count("--") == 1
    arrows = [arrow for t in drawn.texts if (arrow := getattr(t, "arrow_patch", None))]
    assert [arrow.get_linestyle() for arrow in arrows] == ["-", "--", "-", "--"]


def test_the_mark_stands_beside_the_id_wherever_its_column_is():
    frame = pd.DataFrame({"claim": ["C10", "C22"], "row": ["est042", "est001"]})
    body = show.rows(frame, "Two.", "claim row").body
    assert ">est042</span>*†</td>" in body and ">C10</span></td>" in body


def test_labels_of_figures_close_in_time_keep_clear_of_one_another():
    estimates = table("strength_estimates").query("metric in ['deployed_cumulative', 'casualties_total']")
    for _, some in estimates.dropna(subset=["low", "high"], how="all").groupby("metric"):
        figure = charts.bands(some, "alt", "caption", by="issuer_iso3").figure
        figure.draw_without_rendering()
        for lane in figure.axes:
            boxes = [Text.get_window_extent(words) for words in lane.texts]  # without the leader
            touching = [
                b for i, a in enumerate(boxes) for b in boxes[i + 1 :] if a.shrunk(0.9, 0.9).overlaps(b)
            ]
            assert not touching, [words.get_text() for words in lane.texts]
            left = lane.get_window_extent().x0
            assert all(box.x0 > left - 2 for box in boxes), "a label lies on the axis"


def test_no_leader_crosses_a_label_in_the_lesson_on_counting():
    rows = table("strength_estimates").query("metric == 'casualties_total' and stock_or_flow == 'stock'")
    lanes = charts.bands(rows, "alt", "caption", by="issuer_iso3").figure.axes
    assert not any(words.arrow_patch for lane in lanes for words in lane.texts)


def test_a_popup_says_in_words_what_marks_its_row():
    assert show.cited("est042") == "est042, told by one publisher alone, worked out from other figures"
    assert show.cited("est001") == "est001" and show.cited("no row") == "no row"
    frame = pd.DataFrame({"row_id": ["en045"], "from_iso3": ["BGR"], "to_iso3": ["PRK"], "what": ["envoy"]})
    drawn = maps.base_map("One line.", (20, 20, 50, 130))
    maps.arcs(table("countries"), frame, "One", "blue", "what").add_to(drawn)
    assert "envoy (en045, told by one publisher alone)" in drawn.document()


def test_one_is_one():
    assert [show.how_many(n, "row") for n in (0, 1, 2)] == ["0 rows", "1 row", "2 rows"]
    assert show.how_many(1, "row has", "rows have") == "1 row has"
    assert show.how_many(3, "row has", "rows have") == "3 rows have"
    assert show.rows(pd.DataFrame({"a": [1]}), "One.").words == "One. (1 row)"
