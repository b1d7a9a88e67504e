"""Set 01: right answers by another route, and wrong ones."""

import folium

from coursebook import maps
from coursebook.data import table

cases, countries, lists = table("cases"), table("countries"), table("europe_definitions")
later = cases[cases.start_year > 1945]
on_land = later[(later.ground_troops == "yes") & (later.combat_role == "yes")]
outside = on_land.query("is_location_in_europe == 'yes' and is_sender_european == 'no'")
disputed = lists[lists.lists_agree == "no"].iso3
FIVE = "is_location_in_europe is_sender_european ground_troops combat_role sent_by_government".split()
misses = {c: later[c] != ("no" if c == "is_sender_european" else "yes") for c in FIVE}
near = later[(sum(m.astype(int) for m in misses.values()) == 1) & ~misses["combat_role"]]
joined = later.merge(lists[lists.lists_agree == "no"], left_on="host_iso3", right_on="iso3")
korea = table("europeans_in_korea")
served = korea[korea.kind == "combat"].groupby("iso3").total_served
hosts = set(cases[cases.mandate.isin(["un_peacekeeping", "nato_operation"])].host_iso3)


def mission_map(chosen, name="Missions"):
    made = maps.base_map("test")
    layer = folium.FeatureGroup(name).add_to(made)
    for host in chosen:
        folium.Marker(maps.capital(countries, host)).add_to(layer)
    return made


RIGHT = {
    "01.1": [later.query("ground_troops == 'yes' and combat_role == 'yes'"), on_land.sort_values("name")],
    "01.2": [
        outside[outside.sent_by_government.isin(["no", "contested"])].row_id,
        sorted(outside.query("sent_by_government != 'yes'").row_id, reverse=True),
    ],
    "01.3": [later[later.host_iso3.isin(disputed)].row_id, set(later[later.host_iso3.isin(disputed)].row_id)],
    "01.4": [list(near.row_id), near.row_id.to_numpy()],
    "01.5": [mission_map(hosts), mission_map(sorted(hosts))],
    "01.6": [served.agg(lambda n: n.max() / n.min()), (served.max() / served.min()).round(2).to_dict()],
}
WRONG = {
    "01.1": [on_land.head(2), later, on_land.drop(columns="name"), later[later.ground_troops == "Yes"]],
    "01.2": [6, outside.row_id, outside, list(on_land[on_land.sent_by_government != "yes"].row_id)],
    "01.3": [[], list(disputed), list(later[later.iso3.isin(disputed)].row_id), joined.row_id_y],
    "01.4": [list(near.row_id)[1:], near, list(later.row_id)],
    "01.6": [
        served.max(),
        (served.max() / served.min()).tolist(),
        100 * served.max() / served.min(),
        (served.max() / served.min()).round(1),
    ],
    "01.5": [
        mission_map(list(hosts)[1:]),
        mission_map(hosts, "missions"),
        mission_map(set(cases.host_iso3)),
        mission_map([]),
    ],
}
# What the solutions say of the tables.
factor = served.max() / served.min()
SAID = {
    "One in Bosnia (H35), five in the war on Ukraine (H44 to H48).": sorted(
        outside[outside.sent_by_government != "yes"].row_id
    )
    == ["H35", "H44", "H45", "H46", "H47", "H48"],
    "Kosovo stands in one list only (ed038)": lists.set_index("row_id").m49_region.isna()["ed038"],
    "All but Cyprus lie in the former Yugoslavia.": hosts == {"CYP", "BIH", "HRV", "SRB", "XKX"},
    "by a tenth or less for Luxembourg and France, and by more than double for Greece": set(
        factor[factor <= 1.1].index
    )
    == {"LUX", "FRA"}
    and set(factor[factor > 2].index) == {"GRC"},
}
