"""What lessons 05 to 08 say in words about the tables: it must change when they do."""

import pandas as pd

from coursebook.data import known_by, row, table


def test_trade_and_aid_were_almost_gone():
    assert round(row("td012").total_eur_m, 2) == 2.83 and round(row("td012").total_usd_m, 1) == 3.4
    assert [row(i).amount for i in ("ad012", "ad027")] == [45_900_000, 1_520_000]
    named = table("aid_to_dprk").query("year == 2024 and donor != 'All donors'").donor
    assert set(named) == {"Switzerland"}


def test_the_one_that_sent_units_bought_least_and_two_others_had_little_to_lose():
    partners = table("partners_of_moscow").sort_values("eu_exports_eur_m_2023")
    assert partners.row_id.head(3).tolist() == ["pm01", "pm10", "pm19"]
    assert partners.sent_troops.head(3).tolist() == ["yes", "no_report_found", "no_report_found"]
    assert (partners.sent_troops == "yes").sum() == 1 and partners.eu_exports_eur_m_2023.iloc[0] == 1.8


def test_four_allies_were_bound_and_sent_no_army():
    bound = table("partners_of_moscow").query("duty_in_force_oct_2024 == 'yes'")
    assert sorted(bound.row_id) == ["pm03", "pm04", "pm05", "pm06"]
    assert "yes" not in set(bound.sent_troops) and row("pm01").duty_in_force_oct_2024 == "no"
    asked = table("partners_of_moscow").query("asked_publicly_reported == 'yes'")
    assert sorted(asked.row_id) == ["pm04", "pm14"]


def flows():
    ties = table("ties")
    return ties[ties.canonical == "true"]


def share(rows, state):
    return (rows[["from_iso3", "to_iso3"]] == state).any(axis=1).mean()


def test_the_hub_is_partly_made_by_the_filter():
    every = flows()
    kept = every[~every.kind.isin(["summit", "joint_exercise", "diplomatic_cover"])]
    gaps = [share(rows, "RUS") - share(rows, "CHN") for rows in (every, kept)]
    assert gaps[0] < gaps[1] / 2
    pair = [(rows.from_iso3 + rows.to_iso3).isin(["CHNPRK", "PRKCHN"]).sum() for rows in (every, kept)]
    assert pair[1] < pair[0] / 2


def test_every_tie_joins_two_and_none_was_planned_by_four():
    assert set(flows().planned_by) <= {"one", "two", "two_about_a_third", "three"}


def test_most_european_asks_about_the_soldiers_fall_into_five_weeks():
    asks = table("europe_to_china").query("topic == 'dprk_troops'")
    weeks = asks[asks.date_earliest.between("2024-10-29", "2024-12-02")]
    assert (len(asks), len(weeks)) == (7, 6)
    assert (row("EC10").date_earliest - row("EC04").date_earliest).days < 36
    assert (asks.channel == "face_to_face").sum() == 4
    assert asks.date_earliest.max() < pd.Timestamp("2025-06-01")


def test_no_european_state_was_found_asking_after_the_news():
    asks = table("outside_pressure")
    states = asks[asks.actor.isin(["Poland", "Latvia", "Estonia"])]
    others = {"Ukraine", "European Union", "NATO", "United States", "Russia"}
    assert set(asks.actor) == others | {"Poland", "Latvia", "Estonia"}
    assert states.date_earliest.max() < pd.Timestamp("2024-10-18")


def test_the_menu_of_the_cabinet_was_known_that_day_and_holds_the_prisoners():
    options = table("policy_options")
    menu = known_by(options, "2024-11-28")
    assert set(options.row_id) - set(menu.row_id) == {"opt03"}
    assert menu.row_id.iloc[-1] == "opt13" and "soldiers who are captured" in menu.option.iloc[-1]


def test_three_wordings_of_one_question_gave_three_figures_in_eleven_days():
    rows = [row(i) for i in ("po046", "po091", "po055")]
    assert [one.percent for one in rows] == [13, 20.5, 28]
    assert all(1000 <= one.sample_size <= 1011 for one in rows)
    error = [1.96 * (one.percent * (100 - one.percent) / one.sample_size) ** 0.5 for one in rows]
    assert 13 + error[0] < 20.5 - error[1] and 20.5 + error[1] < 28 - error[2]
    assert 0.14 < row("po055").percent * row("po064").percent / 10_000 < 0.15
    assert row("po056").percent > 50 and row("po092").percent > 50


def test_four_leaders_came_to_two_summits_then_three_then_one():
    came = [row(i) for i in ("IP006", "IP019", "IP026", "IP045")]
    assert {one.level for one in came} == {"leader"}
    assert [len(one.iso3s.split(";")) for one in came] == [4, 4, 3, 1]
    summits = table("nato_ip4").query("kind == 'summit_attendance' and level == 'leader'")
    assert sorted(summits.row_id) == sorted(one.row_id for one in came)
    assert all(one.iso3s == "NZL" for one in came[-1:])


def test_exchanges_tripled_and_the_searches_behind_them_more_than_quadrupled():
    spans = table("search_effort").set_index("row_id").loc[["se01", "se02"]]
    held = table("korea_europe").query("status == 'held' and kind != 'arms_contract'")
    held = held[held.date_precision.isin(["day", "month"])]
    quarter = held.date_earliest.dt.to_period("Q")
    found = [quarter.between("2022Q2", "2024Q3").sum(), quarter.between("2024Q4", "2026Q1").sum()]
    pace = found / spans.quarters
    effort = spans.searches / spans.quarters
    assert 2.5 < pace.iloc[1] / pace.iloc[0] < 3.5
    assert 4 < effort.iloc[1] / effort.iloc[0] < 5


def test_the_subject_of_the_talks_is_told_right():
    held = table("korea_europe").query("status == 'held' and kind != 'arms_contract'")
    held = held[held.date_precision.isin(["day", "month"])].set_index("date_earliest").sort_index()
    names = held.names_russia_north_korea.eq("yes")
    assert names["2024-10-01":"2024-12-31"].mean() > 0.5 and names["2025-01-01":"2025-06-03"].mean() > 0.5
    later = held["2025-06-04":]
    assert later[names["2025-06-04":]].row_id.tolist() == ["KE112"] and len(later) > 30
