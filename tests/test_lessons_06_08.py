"""What lessons 06 and 08 say in words about the tables: it must change when they do."""

import pandas as pd

from coursebook.data import row, table


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
    assert (len(asks), len(weeks)) == (8, 6)
    assert (row("EC10").date_earliest - row("EC04").date_earliest).days < 36
    assert (asks.channel == "face_to_face").sum() == 4
    assert asks.date_earliest.max() < pd.Timestamp("2025-07-01")
