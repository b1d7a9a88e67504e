"""What lessons 00 to 04 say in words about the tables: it must change when they do."""

import nbformat
import pandas as pd
from conftest import ROOT
from shapely.geometry import LineString, shape

from coursebook import maps
from coursebook.data import table

KNOWN = pd.Timestamp("2024-11-15")


def text_of(lesson, kind="markdown"):
    """All cells of one kind in a lesson, as one text."""
    path = next((ROOT / "notebooks").glob(f"{lesson}_*.ipynb"))
    return "\n".join(c.source for c in nbformat.read(path, 4).cells if c.cell_type == kind)


def test_thirty_claims_one_of_them_in_two_rows():
    claims = table("claims").row_id
    assert claims.str[:3].nunique() == 30
    assert claims[claims.str.len() > 3].tolist() == ["C17a", "C17b"]
    assert "in thirty claims" in text_of("00")


def test_the_way_from_seoul_to_kyiv_crosses_the_states_of_the_caption():
    countries = table("countries")
    way = maps.great_circle(maps.capital(countries, "KOR"), maps.capital(countries, "UKR"), 200)
    line = LineString([(lon, lat) for lat, lon in way])
    crossed = {
        f["properties"]["iso3"]
        for f in maps.outlines("countries_50m")["features"]
        if shape(f["geometry"]).intersects(line)
    }
    assert crossed - {"KOR", "UKR"} == {"PRK", "CHN", "MNG", "RUS"}


def test_six_forecasts_are_asked_once_before_their_evidence():
    asked = table("forecasts").row_id.tolist()
    assert [f for f in asked if f'forecast("{f}")' in text_of("00", "code")] == asked[:4]
    for lesson, forecast_id, claim_id in (("05", "fc05", "C12"), ("06", "fc06", "C14")):
        code = text_of(lesson, "code")
        assert code.index(f'forecast("{forecast_id}")') < code.index(f'evidence("{claim_id}")')


def test_lesson_00_shows_no_source_whose_title_tells_how_a_forecast_ended():
    path = next((ROOT / "notebooks").glob("00_*.ipynb"))
    shown = "".join(
        output.get("data", {}).get("text/html", "")
        for cell in nbformat.read(path, 4).cells
        for output in cell.get("outputs", [])
    )
    later = table("sources").query("published > '2024-11-15'").title
    told = [title for title in later if f">{title}<" in shown]
    assert not told


def test_no_account_of_the_way_west_names_both_ends_and_a_means():
    legs = table("legs")
    west = legs[legs.group_id.isin(["g05", "g06", "g07", "g09"])]
    whole = west.dropna(subset=["from_place_id", "to_place_id"]).query("means != 'unknown'")
    assert whole.empty and "not one names both ends" in text_of("02", "code")


def test_the_misread_headlines_of_lesson_03_are_counted():
    wrong = table("misreadings").query("kind_of_error != 'sources disagree'")
    swapped = wrong[wrong.kind_of_error == "casualties read as deaths"].row_id.tolist()
    assert len(wrong) == 8 and swapped == ["mis02", "mis03"]
    assert "Of the eight false statements in our table, two" in text_of("03")


def test_no_figure_of_dead_or_wounded_was_known_on_the_day_of_the_column():
    counted = table("strength_estimates").query("metric in ['killed', 'wounded', 'casualties_total']")
    assert counted.reported_on.min() > KNOWN


def test_derived_shares_of_lesson_03_are_named():
    killed = table("strength_estimates").query("metric == 'killed' and issuer_iso3 != 'PRK'")
    derived = killed[killed["flags"].fillna("").str.contains("derived")].row_id.tolist()
    assert derived == ["est042", "est052", "est060"]
    assert "(est042, est052, est060)" in text_of("03")


def reach(start):
    links, reached, edge = table("claim_links"), set(), {start}
    while edge:
        edge = set(links[links.from_id.isin(edge)].to_id) - reached
        reached |= edge
    return reached


def test_the_opening_sentence_carries_the_shock_alone_and_an_unstated_premise_reaches_furthest():
    assert reach("C01") == {"C02"} and reach("C02") == set()
    premises, claims = table("premises").row_id, table("claims").row_id
    assert max([*claims, *premises], key=lambda name: len(reach(name))) == "P06"
    words = text_of("00")
    assert "C01 is not there. It explains why Europe was shocked (C02)" in words and "(P06)" in words


def test_the_word_that_keeps_most_cases_out_is_the_verb():
    cases = table("cases").query("start_year > 1945 and row_id != 'H55'")
    allowed = dict(ground_troops="yes", combat_role="yes", sent_by_government="yes")
    allowed |= dict(is_location_in_europe="yes", is_sender_european="no")
    fails = pd.DataFrame({column: cases[column] != value for column, value in allowed.items()})
    alone = fails[fails.sum(axis=1) == 1].sum()
    assert alone.idxmax() == "combat_role" and alone.combat_role > len(fails) / 3
    assert alone.is_location_in_europe < alone.combat_role / 5
    assert "Most of these cases hang on the verb" in text_of("01") and "Few hang on the map" in text_of("01")


def test_the_first_words_came_in_weeks_and_those_of_the_senders_last():
    events = table("deployment_events").set_index("row_id").reported_on
    assert events[["ev006", "ev005", "ev002", "ev020", "ev064", "ev065"]].is_monotonic_increasing


def test_two_authorities_in_seoul_gave_one_sum():
    rows = table("strength_estimates").set_index("row_id")
    assert rows.low["est033"] + rows.high["est034"] == rows.low["est036"] == 1100


def test_the_reasons_stand_in_the_order_that_lesson_04_tells():
    statements = table("statements").query("issuer_type != 'un'").reason_given.dropna()
    counted = statements.str.split(";").explode().value_counts()
    assert counted.index[:3].tolist() == ["escalation", "european_security", "breach_of_law"]
    assert "escalation*: the war grows. Danger to Europe comes next, then broken law" in text_of("04")


def test_three_of_seven_embassies_were_back_and_one_by_a_plan():
    back = table("embassies").set_index("row_id").staff_returned_on
    seven = back["em001 em002 em003 em004 em005 em006 em029".split()]
    assert seven.dropna().index.tolist() == ["em001", "em002", "em003"]
    assert "Three of seven had returned" in text_of("04")


def test_two_hosts_saw_missions_and_other_forces_as_the_caption_of_lesson_01_says():
    cases = table("cases")
    mission = cases.mandate.isin(["un_peacekeeping", "nato_operation"])
    both = set(cases[mission].host_iso3) & set(cases[~mission].host_iso3)
    capitals = table("countries").set_index("iso3").capital[sorted(both)].tolist()
    assert capitals == ["Sarajevo", "Nicosia"]
    assert "look at Sarajevo and Nicosia" in text_of("01", "code")
