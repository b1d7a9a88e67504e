"""The tables: what the schema cannot hold, and what a fault looks like to a person."""

import json
import re
import shutil

import pandas as pd
import pytest
from shapely.geometry import Point, shape

from coursebook import data, datapage, maps


@pytest.fixture
def broken(tmp_path, monkeypatch):
    """A copy of data/ that a test may break; gives a function that edits one table."""
    shutil.copytree(data.DATA, tmp_path / "data")
    monkeypatch.setattr(data, "DATA", tmp_path / "data")
    for cached in (data.package, data._resources, data._load, data._ids, data._tellers, data.row_index):
        cached.cache_clear()

    def edit(name, change):
        path = tmp_path / "data" / f"{name}.csv"
        frame = pd.read_csv(path, dtype="str", keep_default_na=False)
        change(frame).to_csv(path, index=False)

    yield edit
    monkeypatch.undo()
    for cached in (data.package, data._resources, data._load, data._ids, data._tellers, data.row_index):
        cached.cache_clear()


def put(row, column, value):
    def change(frame):
        frame.loc[row, column] = value
        return frame

    return change


def test_every_table_is_valid():
    assert data.faults() == []


def test_row_ids_are_unique_over_all_tables():
    seen = {}
    for name in data.names():
        for row_id in data.table(name).iloc[:, 0]:
            assert row_id not in seen, f"{row_id} in {name} and in {seen.get(row_id)}"
            seen[row_id] = name


@pytest.mark.parametrize("name", data.names())
def test_low_is_not_above_high(name):
    frame = data.table(name)
    for low, high in (("low", "high"), ("headcount_low", "headcount_high"), ("date_earliest", "date_latest")):
        if low in frame and high in frame:
            bad = frame[(frame[low] > frame[high]).fillna(False)]
            assert bad.empty, bad.iloc[:, 0].tolist()


@pytest.mark.parametrize("name", data.names())
def test_nothing_is_reported_before_it_began(name):
    frame = data.table(name)
    if {"reported_on", "date_earliest"} <= set(frame):
        # A plan, a goal or a treaty's clause may be reported before the day that it is about.
        none = pd.Series("", index=frame.index)
        plan = frame.get("status", none).isin(["projected", "planned"]) | frame.get("measure", none).eq(
            "target"
        )
        frame = frame[~plan]
        bad = frame[frame.reported_on < frame.date_earliest]
        assert bad.empty, bad.iloc[:, 0].tolist()


@pytest.mark.parametrize("name", data.names())
def test_precision_agrees_with_the_days(name):
    frame = data.table(name)
    if "reported_precision" in frame:
        month = frame[frame.reported_precision == "month"].reported_on
        assert (month == month + pd.offsets.MonthEnd(0)).all()
        assert (frame.reported_on.isna() == frame.reported_precision.isna()).all()


@pytest.mark.parametrize("name", data.names())
def test_no_two_rows_say_the_same(name):
    frame = data.table(name)
    if name in ("sources", "countries", "korean_aid_items"):  # entries of another data set stay as published
        return
    content = frame.drop(columns=[c for c in (frame.columns[0], "source_ids", "note") if c in frame])
    assert not content.duplicated().any(), frame[content.duplicated()].iloc[:, 0].tolist()


def test_no_page_is_two_sources_and_every_source_is_cited():
    sources = data.table("sources")
    pages = (
        sources.url.dropna().str.replace(r"^https?://(www\.|amp\.|m\.)?|[/?#]+$", "", regex=True).str.lower()
    )
    twice = pages[pages.duplicated(keep=False)]
    assert twice.empty, sources.source_id[twice.index].tolist()
    cited = set()
    for name in data.names():
        frame = data.table(name)
        for column in (c for c in frame.columns if c.startswith("source_id") and name != "sources"):
            cited |= set(";".join(frame[column].dropna()).split(";"))
    assert set(sources.source_id) <= cited, set(sources.source_id) - cited


@pytest.mark.parametrize("name", data.names())
def test_every_table_states_its_horizon_and_licence(name):
    item = data.resource(name)
    assert item["horizon"]["from"] <= item["horizon"]["to"]
    assert item["licenses"] and item["description"]
    assert all(spec["description"] for spec in item["schema"]["fields"])


def outline(iso3):
    found = [f for f in maps.outlines("countries_50m")["features"] if f["properties"]["iso3"] == iso3]
    return shape(found[0]["geometry"])


def test_every_place_lies_in_its_country():
    # Simplified outlines cut corners at the coast: places there may lie up to 0.4 degrees outside.
    for place in data.table("places").itertuples():
        away = outline(place.iso3).distance(Point(place.lon, place.lat))
        assert away <= (0.4 if place.coast == "yes" else 0), place.row_id


CHECK_POINTS = {
    "Murmansk": (68.97, 33.08, "RUS"),
    "Vorkuta": (67.5, 64.0, "RUS"),
    "Salekhard": (66.53, 66.6, "RUS"),
    "Simferopol": (44.95, 34.1, "UKR"),
    "Kerch": (45.33, 36.42, "UKR"),
    "Kyrenia": (35.32, 33.32, "CYP"),
    "Sudzha": (51.19, 35.27, "RUS"),
    "Seoul": (37.57, 126.98, "KOR"),
    "Pyongyang": (39.03, 125.75, "PRK"),
    "Beaufort Sea": (71.0, -150.0, None),
}


@pytest.mark.parametrize("name", CHECK_POINTS)
def test_outlines_put_points_where_the_united_nations_do(name):
    lat, lon, iso3 = CHECK_POINTS[name]
    for detail in ("countries_110m", "countries_50m"):
        inside = {
            f["properties"]["iso3"]
            for f in maps.outlines(detail)["features"]
            if shape(f["geometry"]).buffer(0.06 if name == "Kerch" else 0).contains(Point(lon, lat))
        }
        assert inside - ({"RUS"} if name == "Kerch" else set()) == ({iso3} if iso3 else set()), detail


def test_claims_and_links_hold_together():
    ends = set(data.table("claims").row_id) | set(data.table("premises").row_id)
    links = data.table("claim_links")
    assert set(links.from_id) | set(links.to_id) <= ends
    assert (links[links.from_id.str.startswith("P")].link == "assumes").all()


def test_evidence_cites_rows_of_the_table_it_names():
    for item in data.table("evidence").itertuples():
        assert data.row(item.cited_row).name == item.table, item.row_id


def test_known_by_uses_the_report_and_its_last_possible_day():
    events = data.table("deployment_events")
    known = data.known_by(events, "2024-10-28")
    assert "ev005" in set(known.row_id)  # happened 8 October, reported 18 October
    assert "ev005" in set(data.known_by(events, "2024-10-18").row_id)  # the day itself counts
    assert "ev005" not in set(data.known_by(events, "2024-10-17").row_id)
    month = events[events.reported_precision == "month"]
    assert (month.reported_on.dt.day >= 28).all()


def test_sources_of_gives_exactly_the_sources_of_the_rows():
    rows = data.table("deployment_events").head(2)
    wanted = set(";".join(rows.source_ids).split(";"))
    assert set(data.sources_of(rows).source_id) == wanted


def test_sources_name_each_row_once_and_stand_from_the_oldest_to_the_newest():
    rows = data.table("deployment_events").head(6)[["headline", "row_id", "source_ids"]].copy()
    rows.loc[0, "source_ids"] = None
    found = data.sources_of(rows, rows.tail(2))
    assert found.published.is_monotonic_increasing
    cited = dict(zip(rows.row_id[1:], rows.source_ids[1:].str.split(";"), strict=True))
    for source in found.itertuples():
        assert source.rows == "; ".join(i for i, ids in cited.items() if source.source_id in ids)


def test_days_that_are_no_days_get_one_sentence():
    with pytest.raises(data.DataError, match="None is not a day"):
        data.known_by(data.table("legs"), None)
    with pytest.raises(data.DataError, match="no column 'reported_on'"):
        data.known_by(data.table("countries"), "2024-11-15")
    with pytest.raises(data.DataError, match="'mid-October' is not a day"):
        data.known_by(data.table("legs"), "mid-October")
    with pytest.raises(data.DataError, match="There is no table 'leg'"):
        data.table("leg")
    with pytest.raises(data.DataError, match="No table has a row 'ev999'"):
        data.row("ev999")


def test_a_missing_column_is_named(broken):
    broken("legs", lambda frame: frame.drop(columns="means"))
    with pytest.raises(data.DataError, match="legs.csv: column 'means' is missing"):
        data.table("legs")
    broken("munitions", lambda frame: frame.assign(colour="red"))
    with pytest.raises(data.DataError, match="munitions.csv: column 'colour' is not in datapackage.json"):
        data.table("munitions")


def test_a_comma_without_quotes_is_told_with_its_line(broken):
    path = data.DATA / "legs.csv"
    path.write_text(path.read_text(encoding="utf-8") + "leg99" + ",x" * 60 + "\n", encoding="utf-8")
    with pytest.raises(
        data.DataError, match=r"data/legs.csv: .*line \d+.*\d\. Look for a comma without quotes"
    ):
        data.table("legs")


def test_a_missing_file_is_named(broken):
    (data.DATA / "legs.csv").unlink()
    with pytest.raises(data.DataError, match="data/legs.csv is missing. Fetch the course again"):
        data.table("legs")
    (data.DATA / "datapackage.json").unlink()
    data.package.cache_clear()
    with pytest.raises(data.DataError, match="datapackage.json is missing"):
        data.package()


def test_a_fault_is_shown_as_its_sentence_alone():
    assert data.DataError("One sentence.")._render_traceback_() == ["DataError: One sentence."]


def test_a_wrong_type_is_named_with_row_and_column(broken):
    broken("strength_estimates", put(3, "low", "about 2000"))
    with pytest.raises(
        data.DataError, match=r"line 5 \(row est004\), column 'low': 'about 2000' is not a whole"
    ):
        data.table("strength_estimates")


@pytest.mark.parametrize(
    "written", ["19.06.2024", "2024-06", "2024-06-31", "2024", "mid-June 24", "2024-6-019"]
)
def test_a_wrong_day_is_named(broken, written):
    broken("deployment_events", put(0, "reported_on", written))
    with pytest.raises(data.DataError, match=r"line 2 \(row ev001\), column 'reported_on'.*not a day"):
        data.table("deployment_events")


def test_a_table_that_a_reader_changes_is_read_whole_by_the_next():
    mine = data.table("legs")
    mine.loc[0, "means"] = "balloon"
    mine["row_id"] = "gone"
    assert "balloon" not in set(data.table("legs").means) and data.table("legs").row_id.is_unique


def test_an_unknown_source_and_place_are_named(broken):
    broken("deployment_events", put(1, "source_ids", "nobody-2024"))
    with pytest.raises(data.DataError, match=r"line 3 \(row ev002\).*'nobody-2024' is not in sources.csv"):
        data.table("deployment_events")
    broken("legs", put(0, "from_place_id", "atlantis"))
    with pytest.raises(data.DataError, match="'atlantis' is not in places.csv"):
        data.table("legs")


@pytest.mark.parametrize(
    "name, column, other",
    [
        ("kursk_front", "place_ids", "places"),
        ("legs", "event_ids", "deployment_events"),
        ("misreadings", "source_ids_better", "sources"),
    ],
)
def test_every_list_of_ids_leads_somewhere(broken, name, column, other):
    broken(name, put(2, column, "nowhere"))
    with pytest.raises(data.DataError, match=rf"line 4 .*{column}.*'nowhere' is not in {other}.csv"):
        data.table(name)


def test_the_check_for_teachers_says_every_fault(broken, capsys):
    broken("places", put(0, "role", "harbour"))
    broken("claims", put(0, "testable", ""))
    assert data.main() == 1
    said = capsys.readouterr().out
    assert "places.csv" in said and "role" in said and "claims.csv" in said


def test_a_damaged_package_is_told_in_one_sentence(broken):
    (data.DATA / "datapackage.json").write_text('{"resources": [,]}', encoding="utf-8")
    data.package.cache_clear()
    with pytest.raises(data.DataError, match="line 1, column 16: not valid JSON"):
        data.package()


def test_the_dictionary_has_every_column():
    for name in data.names():
        said = data.dictionary(name)
        assert list(said.column) == list(data.table(name).columns)
        for (_, line), spec in zip(said.iterrows(), data.fields(name), strict=True):
            assert [line.type, line.unit, line.meaning] == [
                spec["type"],
                spec.get("unit", ""),
                spec["description"],
            ]


def test_outlines_are_well_formed():
    for name in ("countries_110m", "countries_50m", "russian_regions"):
        found = json.loads((data.DATA / "geo" / f"{name}.geojson").read_text(encoding="utf-8"))
        assert all(shape(f["geometry"]).is_valid for f in found["features"])


def test_rechecks_and_errata_name_rows_that_exist_and_corrections_that_stand():
    for item in data.table("recheck").itertuples():
        assert data.row(item.cited_row).name == item.table, item.row_id
    errata = data.table("errata")
    changed_again = set(zip(errata.cited_row, errata.column, errata.before, strict=True))
    for item in errata.itertuples():
        value = data.row(item.cited_row)[item.column]
        if pd.isna(item.after):
            assert pd.isna(value), item.row_id
            continue
        found = f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else str(value)
        stands = found.startswith(item.after) or (item.cited_row, item.column, item.after) in changed_again
        assert stands, f"{item.row_id}: {found!r} is not {item.after!r}"


def test_the_data_page_is_what_the_package_gives():
    assert (data.DATA / "README.md").read_text(encoding="utf-8") == datapage.page()


def test_the_table_of_themes_counts_every_row_once():
    assert all(item["theme"] for item in data.package()["resources"])
    lines = [line.strip("| ").split(" | ") for line in datapage.by_theme().splitlines()[2:]]
    assert sum(int(line[2]) for line in lines) == sum(len(data.table(name)) for name in data.names())
    assert sum(int(line[6]) for line in lines) == data.table("recheck").cited_row.nunique()
    assert sum(int(line[8]) for line in lines) == (data.table("recheck").result == "wrong").sum()


def test_a_draw_counts_its_rows_and_every_row_once():
    drawn, opened = datapage.draws().set_index("sample"), data.table("recheck")
    for seed, rows in opened.dropna(subset="sample").groupby("sample"):
        assert drawn.rows[seed] == rows.cited_row.nunique() == len(rows), seed
        assert drawn.loc[seed, "confirmed":"not_found"].sum() == len(rows), seed


def test_the_claim_whose_evidence_changed_most_changes_with_the_corrections(broken):
    evidence, most = data.table("evidence"), datapage.most_changed()[0]
    cited = set(evidence[evidence.claim_id == most].cited_row)
    broken("errata", lambda frame: frame[~frame.cited_row.isin(cited)])
    data._load.cache_clear()
    assert datapage.most_changed()[0] != most


def test_every_row_of_evidence_states_something_and_names_its_day():

    for row_id in data.table("evidence").cited_row:
        said = data.statement(row_id)
        assert len(said) > 20 and "nan" not in said.lower().split(), row_id


def test_a_row_without_a_sentence_states_its_figures():

    assert data.statement("uy028").startswith("2017: 30 of 44 European speeches")
    assert "2100 million dollars" in data.statement("td021")  # no total in euro
    assert data.statement("po055").endswith(
        "“Should Korea supply weapons to Ukraine?” for: 28 percent of all adults"
    )
    assert "year 1949" not in data.statement("uc11") and "North Atlantic Treaty, Article 5" in data.statement(
        "uc11"
    )


def test_a_statement_names_the_state_and_never_takes_a_report_for_an_event():
    assert data.statement("en026").startswith("Sweden, 2024-02-29: ")
    assert data.statement("USA-20241216").startswith("United States, 2024-12-16: ")
    assert data.statement("pm04").startswith("Kazakhstan: ")  # its report day is that of its newest part
    assert data.statement("C05").startswith("reported 2024-11-15: ")


MONTH = {"reported_on": pd.Timestamp("2024-11-30"), "reported_precision": "month"}


@pytest.mark.parametrize(
    "name, cells, said",
    [
        (
            "strength_estimates",
            {
                "issuer": "Seoul",
                "date_earliest": pd.Timestamp("2024-09-01"),
                "date_latest": pd.Timestamp("2024-10-31"),
                "date_precision": "month",
                "counts": "sent",
                "low": 10_000,
                "high": 12_000,
                "unit": "persons",
            },
            "Seoul, 2024-10: sent (10,000 to 12,000 persons)",
        ),
        ("munitions", {"item": "shells", "low": 5, "high": 5, "unit": "rounds"}, "shells (5 rounds)"),
        ("munitions", {"item": "shells", "low": None, "high": 5_000}, "shells (5,000)"),
        (
            "statements",
            {"iso3": "KOR", "statement": "a word"} | MONTH,
            "South Korea, reported 2024-11: a word",
        ),
        ("cases", {"name": "a landing", "start_year": 1950} | MONTH, "1950: a landing"),
        ("embassies", {"iso3": "SWE", "status_note": "back"} | MONTH, "Sweden: back"),
        (
            "trade",
            {"row_id": "x1", "note": "n", "months_covered": 12, "low_end": "a_b"},
            "months covered 12, low end a b",
        ),
        (
            "trade",
            {"c" + letter: 1 for letter in "abcdefgh"},
            ", ".join(f"c{letter} 1" for letter in "abcdefg"),
        ),
    ],
)
def test_a_statement_says_who_when_and_how_much(monkeypatch, name, cells, said):
    monkeypatch.setattr(data, "row", lambda _: pd.Series(cells, name=name, dtype=object))
    assert data.statement("x1") == said


def sides_with_too_few_voices():
    """Sides of testable claims with fewer than three independent voices and no word on what was searched."""
    evidence, searched = data.table("evidence"), data.table("evidence_searched")
    found = []
    for claim_id in data.table("claims").query("testable != 'no'").row_id:
        for side in ("supports", "undermines"):
            cited = evidence.query("claim_id == @claim_id and direction == @side").cited_row
            told = len(searched.query("claim_id == @claim_id and side == @side"))
            if len(data.voices(cited)) < 3 and not told:
                found.append((claim_id, side))
    return found


def test_every_testable_claim_has_three_voices_a_side_or_says_what_was_searched():
    assert sides_with_too_few_voices() == []


def test_a_side_that_loses_a_row_is_found(broken):
    broken("evidence", lambda frame: frame[frame.cited_row != "EU-ST-089"])
    assert sides_with_too_few_voices() == [("C05", "undermines")]


def test_copies_and_rows_of_one_origin_are_one_voice():
    assert data.teller("AFP via LBC Group") == data.teller("Ukrainska Pravda (AFP)") == "AFP"
    assert data.teller("UNN, citing Yonhap") == "Yonhap"
    assert data.teller("KBS World (German)") == "KBS World"
    assert data.teller("The Baltic Times (after The Guardian)") == data.teller("The Guardian") == "Guardian"
    assert data.teller("Outlet (TASS)") == "TASS"
    assert data.voices(["ev021", "est014"]) == {"Pentagon briefing, 28 October 2024"}
    assert data.voices(["H29"]) >= {"Correlates of War"}
    assert (
        len(data.voices(["H08", "H23", "H29", "Q23"]))
        < sum(len(data.voices([i])) for i in ("H08", "H23", "H29", "Q23")) - 2
    )


def test_who_repeats_a_count_is_one_voice_with_whoever_made_it(monkeypatch):
    rows = data.table("strength_estimates").dropna(subset="source_ids").assign(wire_origin=None)
    own = data.tellers(rows[rows.row_id == "est001"]).iloc[0]
    for based_on, voices in {
        "own_collection": own,
        "unknown": own,
        "cites_other": own,  # somebody, unnamed: two such counts need not be one
        "cites_ukraine": {"cites_ukraine"},
    }.items():
        counted = rows.assign(based_on=based_on).set_index("row_id")
        monkeypatch.setattr(data, "row", counted.loc.__getitem__)
        assert data.voices(["est001"]) == voices


def test_evidence_names_the_table_that_holds_the_row():
    index = data.row_index()
    for weighed in data.table("evidence").itertuples():
        assert index[weighed.cited_row] == weighed.table, weighed.row_id
    pairs = data.table("evidence")[["claim_id", "cited_row"]]
    assert not pairs.duplicated().any()


def test_our_verdicts_cite_rows_that_exist():
    index = data.row_index()
    for verdict in data.table("claim_verdicts").itertuples():
        for text in (verdict.reason_2024, verdict.reason_now):
            for row_id in re.findall(r"\b(?:[a-z]{2,5}\d{2,3}|[A-Z]{1,2}\d{2,3}|EU-[A-Z]+-\d+)\b", text):
                assert row_id in index, (verdict.claim_id, row_id)


def half_a_unit(printed):
    """Half a unit of the last digit printed: 1.8 stands for anything from 1.75 to 1.85."""
    return 0.5 * 10 ** -len(printed.partition(".")[2])


def test_one_figure_of_trade_with_north_korea_has_one_value_or_names_the_other():
    read = {
        n: pd.read_csv(data.DATA / f"{n}.csv", dtype=str).fillna("") for n in ("trade_with_dprk", "trade")
    }
    partners = pd.read_csv(data.DATA / "partners_of_moscow.csv", dtype=str).query("iso3 == 'PRK'")
    reporters = {"CHN": "China", "RUS": "Russia", "EUU": "EU"}
    told, values = {}, []
    for row in read["trade_with_dprk"].to_dict("records"):
        told[row["row_id"]] = set(row["differs_from"].split(";"))
        for flow in (
            "exports_usd_m",
            "imports_usd_m",
            "total_usd_m",
            "exports_eur_m",
            "imports_eur_m",
            "total_eur_m",
        ):
            values.append((row["year"], row["reporter"], flow, row[flow], row["row_id"]))
    full_years = read["trade"].query("partner_iso3 == 'PRK' and months_covered == '12'")
    for row in full_years.to_dict("records"):
        for flow in ("exports_usd_m", "imports_usd_m", "total_usd_m", "exports_eur_m"):
            values.append((row["year"], reporters[row["reporter_iso3"]], flow, row[flow], row["row_id"]))
    for row in partners.to_dict("records"):
        for year in ("2021", "2023"):
            values.append((year, "EU", "exports_eur_m", row[f"eu_exports_eur_m_{year}"], row["row_id"]))
    values = [v for v in values if v[3]]
    for year, reporter, flow, one, first in values:
        for other_year, other_reporter, other_flow, two, second in values:
            if (year, reporter, flow) != (other_year, other_reporter, other_flow) or first not in told:
                continue
            if abs(float(one) - float(two)) > max(half_a_unit(one), half_a_unit(two)) + 1e-9:
                named = second in told[first] or first in told.get(second, ())
                assert named, f"{first} and {second}: {one} and {two} for {flow} of {reporter}, {year}"


def test_no_answer_is_older_than_its_act():
    answers = data.table("responses_to_senders").dropna(subset=["act_on"])
    late = answers[(answers.date_latest < answers.act_on) | (answers.reported_on < answers.act_on)]
    assert late.empty, late.row_id.tolist()


def test_a_headline_cannot_say_that_nobody_is_listed():
    listings = data.table("sanction_listings")
    assert set(listings[listings.what_was_read == "headline only"].lists_dprk) <= {"unknown"}
    answers = data.table("responses_to_senders")
    none = answers[answers.response_type.isin(["none_found", "unknown"])]
    assert none.targets_listed.isna().all(), none.dropna(subset=["targets_listed"]).row_id.tolist()


def test_parts_of_a_listing_are_not_more_than_the_whole():
    listings = data.table("sanction_listings")
    whole = pd.to_numeric(listings.targets_all, errors="coerce")
    parts = listings.persons_north_korea.fillna(0) + listings.bodies_north_korea.fillna(0)
    assert not (listings.targets_north_korea > whole).fillna(False).any()
    assert not (parts > listings.targets_north_korea).fillna(False).any()


def test_an_embassy_is_not_reported_closed_or_back_before_it_was():
    embassies = data.table("embassies")
    # em003 tells of a return that the ministry announced for a month to come.
    embassies = embassies[embassies.row_id != "em003"]
    for day in ("closed_on", "staff_returned_on"):
        early = embassies[embassies.reported_on < embassies[day]]
        assert early.empty, (day, early.row_id.tolist())


def test_a_partner_is_not_known_before_its_newest_part():
    partners = data.table("partners_of_moscow")
    for day in ("individuals_reported_on", "request_reported_on"):
        assert not (partners.reported_on < partners[day]).any()


@pytest.mark.parametrize("name", ["eu_security_partnerships", "nato_ip4", "korea_europe"])
def test_only_what_is_older_than_the_dispatch_says_no_to_naming_it(name):
    frame = data.table(name)
    assert (frame[frame.cites_dispatch == "no"].date_latest < "2024-10-08").all()
    assert (frame[frame.cites_dispatch == "yes"].date_latest >= "2024-10-08").all()
    assert not (frame.first_announced > frame.date_latest).any()


def test_votes_by_country_are_those_of_the_record_and_none_is_inferred():
    resolutions = data.table("un_resolutions").set_index("resolution")
    votes = data.table("un_votes")
    assert not set(votes.resolution) & {"ES-11/4", "ES-11/5", "ES-11/6"}  # part of these had been inferred
    for resolution, cast in votes.groupby("resolution"):
        assert len(cast) == cast.iso3.nunique() == 193, resolution
        for vote in ("yes", "no", "abstain"):
            assert (cast.vote == vote).sum() == resolutions.loc[resolution, vote], (resolution, vote)


PLAN_OR_PROJECT = {"strength_estimates": ("metric", "planned"), "legs": ("status", "projected")}


def told_before_it_ended(name):
    """Rows that say when something happened and let it end after the first report of it."""
    frame = data.table(name)
    column, plan = PLAN_OR_PROJECT.get(name, (None, None))
    if column:
        frame = frame[frame[column] != plan]
    if name == "context_events":  # a pause, say, is told on its first day and lasts
        frame = frame[frame.date_kind != "span"]
    return frame[(frame.date_latest > frame.reported_on).fillna(False)].row_id.tolist()


DATED = (
    "deployment_events",
    "strength_estimates",
    "munitions",
    "legs",
    "kursk_counts",
    "kursk_front",
    "context_events",
)


@pytest.mark.parametrize("name", DATED)
def test_what_has_happened_ended_before_it_was_first_told(name):
    assert told_before_it_ended(name) == []


def test_a_row_that_was_known_too_early_is_found(broken):
    def earlier(frame):
        frame.loc[frame.row_id == "ctx10", "reported_on"] = "2025-01-29"
        return frame

    broken("context_events", earlier)
    assert told_before_it_ended("context_events") == ["ctx10"]


def test_figures_of_2026_are_not_known_in_2025(broken):
    def earlier(frame):
        frame.loc[frame.row_id == "kf14", "reported_on"] = "2025-08-30"
        return frame

    broken("kursk_front", earlier)
    assert told_before_it_ended("kursk_front") == ["kf14"]


# Their report day is a rule's: the essay's own day, or the day by which a whole row could be read.
BY_RULE = ("claims", "forecasts", "partners_of_moscow")
# Rows told in public on a day of which only later or undated pages speak.
TOLD_IN_PUBLIC = {
    "ad011": "text of the EU Delegation in Seoul",
    "en019": "briefing of the United Nations",
    "ev002": "briefing of the White House",
    "leg04": "briefing of the White House",
    "T055": "briefing of the White House",
    "ev013": "film on North Korean television",
    "ev038": "film on North Korean television",
    "PRK-3": "adoption of the 19th package, the last text read",
    "uc03": "publication by the sixteen states",
    "tr001": "figures of the trade association",
    "tr088": "figures of the trade association",
}


def report_days_of_nothing():
    """Rows whose report day is neither the day of a page that they cite nor a day of the act itself."""
    printed = data.table("sources").set_index("source_id").published
    found = []
    for name in data.names():
        frame = data.table(name)
        if "reported_on" not in frame or name in BY_RULE:
            continue
        days = [c for c in frame.select_dtypes("datetime") if c != "reported_on"]
        cited = [c for c in frame if c.startswith("source_ids")]
        for _, row in frame[frame.reported_precision == "day"].iterrows():
            ids = ";".join(row[cited].dropna()).split(";")
            if (
                row.reported_on not in {*printed.reindex(ids), *row[days]}
                and row.iloc[0] not in TOLD_IN_PUBLIC
            ):
                found.append(row.iloc[0])
    return found


def test_a_report_day_is_the_day_of_a_page_that_is_cited_or_of_the_act():
    assert report_days_of_nothing() == []


def test_a_report_day_that_no_page_has_is_found(broken):
    def another_day(frame):
        frame.loc[frame.row_id == "ev020", "reported_on"] = "2024-11-09"
        return frame

    broken("deployment_events", another_day)
    assert "ev020" in report_days_of_nothing()


def counted_by_a_newspaper(names=("munitions", "strength_estimates", "deployment_events")):
    """Rows that give a newspaper or agency alone as the one who counted.

    The name of whoever counted stands first; the paper that printed it, in brackets after it.
    """
    publishers = {
        "Financial Times",
        "The Washington Post",
        "The New York Times",
        "Reuters",
        "Bloomberg",
        "CNN",
    }
    publishers |= {
        "The Economist",
        "BBC",
        "The Guardian",
        "AP",
        "AFP",
        "Yonhap",
        "KBS",
        "The Wall Street Journal",
    }
    found = []
    for name in names:
        frame = data.table(name)
        found += frame[frame.issuer.str.strip().isin(publishers)].row_id.tolist()
    return found


def test_a_count_is_credited_to_who_counted_not_to_who_printed_it():
    assert counted_by_a_newspaper() == []


def test_a_count_credited_to_a_newspaper_is_found(broken):
    def credit(frame):
        frame.loc[frame.row_id == "mun025", "issuer"] = "Financial Times"
        return frame

    broken("munitions", credit)
    assert counted_by_a_newspaper() == ["mun025"]


def lonely_origins():
    """Origins that one row alone names: a slip of the pen, or no shared origin."""
    tables = [data.table(name) for name in ("deployment_events", "strength_estimates")]
    counts = pd.concat([frame.wire_origin for frame in tables]).dropna().value_counts()
    return counts[counts < 2].index.tolist()


def origins_after_the_report():
    """Rows that rest on a briefing which was held after the row was first told."""
    found = []
    for name in ("deployment_events", "strength_estimates"):
        frame = data.table(name).dropna(subset=["wire_origin"])
        held = pd.to_datetime(frame.wire_origin.str.rsplit(", ", n=1).str[1], format="%d %B %Y")
        found += frame[(held > frame.reported_on)].row_id.tolist()
    return found


def test_rows_that_share_an_origin_name_it_in_the_same_words():
    assert lonely_origins() == []
    assert origins_after_the_report() == []


def test_a_slip_in_an_origin_is_found(broken):
    def slip(frame):
        frame.loc[frame.row_id == "ev032", "wire_origin"] = "Pentagon briefing, 19 November 2024"
        return frame

    broken("deployment_events", slip)
    assert set(lonely_origins()) == {
        "Pentagon briefing, 18 November 2024",
        "Pentagon briefing, 19 November 2024",
    }
    assert origins_after_the_report() == ["ev032"]


def totals_of_a_coalition():
    """Cases whose number is that of a whole coalition, though a case is one sender's."""
    cases = data.table("cases").dropna(subset=["troops_peak", "troops_note"])
    of_the_number = cases.troops_note.str.split(";").str[0]  # what follows is told for comparison
    return cases[of_the_number.str.contains("coalition|whole force", case=False)].row_id.tolist()


def test_the_number_of_a_case_is_the_senders_own():
    assert totals_of_a_coalition() == []


def test_the_total_of_a_coalition_is_found(broken):
    def total(frame):
        frame.loc[frame.row_id == "H07", "troops_peak"] = "500000"
        frame.loc[frame.row_id == "H07", "troops_note"] = (
            "Peak for the whole coalition; 250,000 in the first wave"
        )
        return frame

    broken("cases", total)
    assert totals_of_a_coalition() == ["H07"]


def test_every_case_was_opened_again():
    assert set(data.table("cases").row_id) <= set(data.table("recheck").cited_row)


def counts_that_say_less_than_the_note():
    """Estimates whose note tells of missing or captured soldiers that ``counts`` leaves out."""
    frame = data.table("strength_estimates").dropna(subset=["note"])
    wider = frame.note.str.contains("missing", case=False) & ~frame.counts.str.contains("missing", case=False)
    return frame[wider].row_id.tolist()


def test_what_was_counted_is_told_where_it_is_counted():
    assert counts_that_say_less_than_the_note() == []


def test_a_count_that_says_less_than_its_note_is_found(broken):
    def less(frame):
        frame.loc[frame.row_id == "est039", ["counts", "note"]] = [
            "killed plus wounded",
            "Killed, wounded, missing",
        ]
        return frame

    broken("strength_estimates", less)
    assert counts_that_say_less_than_the_note() == ["est039"]


def days_outside_the_horizon(name):
    """Rows dated before or after the span that the table states.

    What is known to a month or a year may have happened on any of its days: it lies outside only if
    all of them do.
    """
    frame, horizon = data.table(name), data.resource(name)["horizon"]
    if name == "sources":
        frame = frame[frame.published_precision == "day"]
        frame = frame.assign(date_earliest=frame.published, date_latest=frame.published)
    if "date_latest" not in frame:
        return []
    first, last = frame.date_earliest.fillna(frame.date_latest), frame.date_latest
    exact = frame.get("date_precision", pd.Series("day", index=frame.index)) == "day"
    early = first.where(exact, last) < horizon["from"]
    late = last.where(exact, first) > horizon["to"]
    return frame[early | late].iloc[:, 0].tolist()


@pytest.mark.parametrize("name", data.names())
def test_rows_lie_within_the_span_that_the_table_states(name):
    assert days_outside_the_horizon(name) == []


def test_a_day_outside_the_horizon_is_found(broken):
    broken("legs", put(0, "date_latest", "2026-09-01"))
    assert days_outside_the_horizon("legs") == [data.table("legs").row_id[0]]


def test_conditionals_whose_condition_did_not_come_true_have_context_only():
    weighed = [data.table(n) for n in ("evidence", "korea_outcomes", "china_outcomes")]
    for frame in weighed:
        said = frame[frame.claim_id.isin(["C27", "C28"]) & (frame.direction != "context")]
        assert said.empty, said.iloc[:, 0].tolist()


@pytest.mark.parametrize("name", ["korea_outcomes", "china_outcomes"])
def test_evidence_does_not_turn_an_outcome_round(name):
    outcomes = data.table(name).set_index("row_id")
    assert outcomes.claim_id.dropna().isin(data.table("claims").row_id).all()
    assert not (outcomes.claim_id.isna() & outcomes.direction.isin(["supports", "undermines"])).any()
    for weighed in data.table("evidence").query("table == @name").itertuples():
        outcome = outcomes.loc[weighed.cited_row]
        if outcome.claim_id == weighed.claim_id:
            assert {outcome.direction, weighed.direction} != {"supports", "undermines"}, weighed.row_id


def test_beijing_does_not_answer_before_it_is_asked():
    asked = data.table("europe_to_china")
    early = asked[
        (asked.reply_date < asked.date_earliest) | asked.chinese_reply.isna() & asked.reply_date.notna()
    ]
    assert early.empty, early.row_id.tolist()


def test_a_treaty_is_signed_then_in_force_then_ended():
    treaties = data.table("treaties")
    late = (treaties.in_force_since < treaties.signed_on) | (treaties.ended_on < treaties.signed_on)
    assert not (late | (treaties.ended_on < treaties.in_force_since)).any()
    assert ((treaties.status == "ended") == treaties.ended_on.notna()).all()


def test_answers_to_one_question_are_no_more_than_everybody():
    polls = data.table("polls")
    asked = ["pollster", "iso3", "asked_group", "question", "date_earliest", "date_latest"]
    total = polls.groupby(asked, dropna=False).percent.sum()
    assert (total <= 103).all(), total[total > 103]  # 103 is Gallup's of October 2024, printed so and noted


def test_sums_of_donors_and_of_trade_are_those_of_their_parts():
    donors = data.table("donors")
    for kind in ("", "_committed"):
        parts = sum(donors[f"{k}{kind}_eur_bn"] for k in ("military", "financial", "humanitarian"))
        assert ((parts - donors[f"total{kind}_eur_bn"]).abs() < 0.001).all()
    trade = data.table("trade")
    for money in ("usd", "eur"):
        whole = trade[f"total_{money}_m"]
        off = (trade[f"exports_{money}_m"] + trade[f"imports_{money}_m"] - whole).abs() / whole > 0.005
        assert not off.fillna(False).any(), trade[off.fillna(False)].row_id.tolist()


def test_korean_aid_of_a_year_is_the_sum_of_its_entries():
    items = data.table("korean_aid_items")
    entered = items.groupby([items.date_earliest.dt.year, "aid_type"]).value_eur_m.sum()
    for row in data.table("korean_aid_by_year").itertuples():
        assert abs(entered.get((row.year, row.aid_type), 0) - row.allocated_eur_m) < 0.01, row.row_id


def test_one_tie_of_a_group_is_drawn_for_a_pair():
    drawn = data.table("ties").query("canonical == 'true'")
    pair = ["-".join(sorted(states)) for states in zip(drawn.from_iso3, drawn.to_iso3, strict=True)]
    twice = drawn.assign(pair=pair)[drawn.flow_group.notna()].duplicated(["flow_group", "pair"], keep=False)
    assert not twice.any(), drawn[twice].row_id.tolist()
    accused = data.table("ties").query("summary.str.contains('accuse') & evidence_strength != 'single_claim'")
    assert accused.empty, accused.row_id.tolist()


def test_every_lesson_has_two_readings_that_disagree_and_one_concept():
    readings = data.table("readings").query("use == 'core_pair'")
    lessons = {f"{n:02}" for n in range(10)}
    assert {n: sorted(sides) for n, sides in readings.groupby("lesson").side} == {
        n: ["against", "for"] for n in lessons
    }
    assert sorted(data.table("concepts").lesson) == sorted(lessons)


def test_terms_are_in_the_script_of_their_language():
    terms = data.table("glossary")
    assert terms.ko.str.contains("[가-힣]").all()
    assert terms.ru.str.contains("[а-я]|^[А-Я]+$").all() and not terms.ru.str.contains("[іїєґІЇЄҐ]").any()
    assert (
        terms.uk.str.contains("[а-яіїєґ]|^[А-ЯІЇЄҐ]+$").all()
        and not terms.uk.str.contains("[ыэъёЫЭЪЁ]").any()
    )
    assert not terms.term.str.lower().duplicated().any()
    assert set(terms.first_lesson) <= {f"{n:02}" for n in range(10)}


def test_what_the_tables_cover_is_said_by_their_titles_and_days():
    assert data.horizon("legs").startswith("Covered: Journeys, 1 October 2024 to ")
    assert "strength_estimates" not in data.horizon("legs", "strength_estimates")


def test_a_row_is_found_though_blanks_stand_around_its_id():
    assert data.row(" ev005 ").row_id == "ev005"
    with pytest.raises(data.DataError, match="No table has a row 'ev999'"):
        data.row(" ev999")
