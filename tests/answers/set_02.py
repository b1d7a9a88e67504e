"""Set 02: right answers by another route, and wrong ones."""

import folium
import numpy as np
import pandas as pd

from coursebook import maps
from coursebook.data import known_by, table

events, places, legs = table("deployment_events"), table("places"), table("legs")
sites = places[places.role == "training_site"]
reported = legs[legs.status == "reported"]
combat = events[events.event_type == "combat"]
firsts = events[events.issuer.isin(["NIS", "White House", "NATO"])].groupby("issuer").reported_on.min()


def training_map(rows, name="Training", swap=False):
    made = maps.base_map("test")
    layer = folium.FeatureGroup(name).add_to(made)
    for place in rows.itertuples():
        spot = (place.lon, place.lat) if swap else (place.lat, place.lon)
        maps.pin(*spot, place.name_en).add_to(layer)
    return made


def told(rows):
    people = rows.headcount_low
    return {"sum": people.sum(), "uncounted": int(people.isna().sum()), "counted": people.count()}


RIGHT = {
    "02.1": [events.query("event_type == 'combat'"), combat.iloc[::-1], combat[sorted(combat.columns)]],
    "02.2": [int((events.reported_on <= "2024-10-24").sum()), np.int64(len(known_by(events, "2024-10-24")))],
    "02.3": [
        int((events.reported_on - events.date_earliest).max().days),
        float((events.reported_on - events.date_earliest).dt.days.max()),
    ],
    "02.4": [firsts.sort_values(), firsts.to_dict()],
    "02.5": [
        told(reported.drop_duplicates("group_id")),
        pd.Series(told(reported.drop_duplicates("group_id"))),
    ],
    "02.6": [training_map(sites), training_map(sites.iloc[::-1])],
}
WRONG = {
    "02.1": [combat.head(3), events, list(combat.row_id)],
    "02.2": [len(events), 0, "17", (events.reported_on == "2024-10-24").sum()],
    "02.3": [250, -251, (events.reported_on - events.date_latest).dt.days.max()],
    "02.4": [
        firsts.head(2),
        events.groupby("issuer").reported_on.min(),
        firsts.tolist(),
        firsts.reset_index(),
    ],
    "02.5": [
        told(reported),
        told(legs.drop_duplicates("group_id")),
        told(reported.drop_duplicates("headcount_low")),
        {"Counted": 10, "Uncounted": 7, "Sum": 23800},
        reported.headcount_low.sum(),
    ],
    "02.6": [
        training_map(places),
        training_map(sites, swap=True),
        training_map(sites, name="training"),
        maps.base_map("x"),
        folium.FeatureGroup("Training"),
    ],
}
known, wait = known_by(events, "2024-11-15"), events.reported_on - events.date_earliest
# What the solutions say of the tables.
SAID = {
    "All of these fights lie in Kursk oblast.": all(
        "kursk_oblast" in ids or set(ids.split(";")) <= set(places[places.iso3 == "RUS"].row_id)
        for ids in combat.place_ids
    ),
    "Moscow and Pyongyang are not among them": not combat.issuer.str.contains(
        "Putin|Kremlin|KCNA|Moscow"
    ).any(),
    "four of the rows are from that very day": (events.reported_on == "2024-10-24").sum() == 4,
    "less than a third of what the table holds": len(known) < len(events) / 3,
    "none of the admissions": (known.event_type != "official_admission").all(),
    "The row is ev102": events.row_id[wait.idxmax()] == "ev102"
    and events.date_precision[wait.idxmax()] == "month",
    "Ten days lie between": (firsts.max() - firsts.min()).days == 10,
    "Seoul named four cities (ev011), Kyiv five grounds (ev016)": list(
        events.set_index("row_id").place_ids[["ev011", "ev016"]].str.split(";").str.len()
    )
    == [4, 5],
    "A second way: `reported.drop_duplicates": (
        reported.groupby("group_id").headcount_low.nunique(dropna=False) == 1
    ).all(),
}
