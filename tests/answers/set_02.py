"""Set 02: right answers by another route, and wrong ones."""

import folium
import numpy as np
import pandas as pd

from coursebook import maps
from coursebook.data import known_by, table

events, places, legs = table("deployment_events"), table("places"), table("legs")
sites = places[places.role == "training_site"]
combat = events[events.event_type == "combat"]
firsts = events[events.issuer.isin(["NIS", "White House", "NATO"])].groupby("issuer").reported_on.min()


def training_map(rows, name="Training", swap=False):
    made = maps.base_map("test")
    layer = folium.FeatureGroup(name).add_to(made)
    for place in rows.itertuples():
        spot = (place.lon, place.lat) if swap else (place.lat, place.lon)
        maps.pin(*spot, place.name_en).add_to(layer)
    return made


RIGHT = {
    "02.1": [events.query("event_type == 'combat'"), combat.iloc[::-1], combat[sorted(combat.columns)]],
    "02.2": [int((events.reported_on <= "2024-10-24").sum()), np.int64(len(known_by(events, "2024-10-24")))],
    "02.3": [
        int((events.reported_on - events.date_earliest).max().days),
        float((events.reported_on - events.date_earliest).dt.days.max()),
    ],
    "02.4": [firsts.sort_values(), firsts.to_dict()],
    "02.5": [
        {
            "sum": float(legs.groupby("group_id").headcount_low.min().sum()),
            "groups": np.int64(legs.dropna(subset=["headcount_low"]).group_id.nunique()),
        },
        pd.Series(
            {
                "groups": legs.dropna(subset=["headcount_low"]).group_id.nunique(),
                "sum": legs.groupby("group_id").headcount_low.max().sum(),
            }
        ),
    ],
    "02.6": [training_map(sites), training_map(sites.iloc[::-1])],
}
WRONG = {
    "02.1": [combat.head(3), events, list(combat.row_id)],
    "02.2": [len(events), 0, "17"],
    "02.3": [250, -251, (events.reported_on - events.date_latest).dt.days.median()],
    "02.4": [firsts.head(2), events.groupby("issuer").reported_on.min(), firsts.tolist()],
    "02.5": [{"groups": 20, "sum": 0}, {"groups": 1}, legs.headcount_low.sum()],
    "02.6": [
        training_map(places),
        training_map(sites, swap=True),
        training_map(sites, name="training"),
        maps.base_map("x"),
    ],
}
