"""Set 07: right answers by another route, and wrong ones."""

import folium
import numpy as np
import pandas as pd

from coursebook import maps
from coursebook.data import table

shells, countries, ip4 = table("shells"), table("countries"), table("nato_ip4")
exchanges, effort, pacts = table("korea_europe"), table("search_effort"), table("eu_security_partnerships")
partners = pacts.query("preferred == 'yes' and status != 'in_talks'")
held = exchanges.query("status == 'held' and kind != 'arms_contract' and date_precision in ['day', 'month']")

boxes = shells[shells.supplier_iso3.eq("PRK")].dropna(subset=["containers", "low"])
rates = dict(zip(boxes.row_id, boxes.low / boxes.containers, strict=True))
seoul, ships = (shells[shells.row_id == name].iloc[0] for name in ("sh060", "sh057"))
span = [float(ships[end] / ships.containers * seoul.containers / 1e6) for end in ("low", "high")]


def seats(kinds, fill=0):
    """Return states a year and level, counted without crosstab."""
    rows = ip4[ip4.kind.isin(kinds)]
    found = {}
    for row in rows.itertuples():
        at = (row.date_earliest.year, row.level)
        found[at] = found.get(at, 0) + len(row.iso3s.split(";"))
    return pd.Series(found).unstack(fill_value=fill).rename_axis("year")


def factors(rows, last="2026-03-31"):
    days = rows.date_earliest
    first = days.between("2022-04-01", "2024-09-30").sum()
    second = days.between("2024-10-01", last).sum()
    (q1, q2), (s1, s2) = effort.quarters, effort.searches
    return {"a_search": (second / s2) / (first / s1), "exchanges": (second / q2) / (first / q1)} | {
        "searches": (s2 / q2) / (s1 / q1)
    }


def partner_map(codes, pins=True, names=("Nearer to Brussels", "Nearer to Seoul"), flat=False):
    made = maps.base_map("test")
    for name, own, other in zip(names, ("BEL", "KOR"), ("KOR", "BEL"), strict=True):
        layer = folium.FeatureGroup(name).add_to(made)
        for code in codes:
            spot = maps.capital(countries, code)
            far = [maps.distance_km(maps.capital(countries, start), spot) for start in (own, other)]
            if far[0] < far[1]:
                start = maps.capital(countries, "BEL")
                way = [start, spot] if flat else maps.great_circle(start, spot, points=40)
                folium.PolyLine(way, color="black").add_to(layer)
                if pins:
                    folium.CircleMarker(spot).add_to(layer)
    return made


audit = factors(held)
RIGHT = {
    "07.1": ["RUS", countries[countries.name_en.str.startswith("Russia")].iso3.iloc[0]],
    "07.2": [rates, (boxes.set_index("row_id").eval("low / containers")).round()],
    "07.3": [
        {"high": span[1], "low": span[0]},
        pd.Series(span, index=["low", "high"]),
        {"low": np.round(span[0], 1), "high": round(span[1], 1)},
    ],
    "07.4": [seats(["summit_attendance"]), seats(["summit_attendance"])[["minister", "leader"]].iloc[::-1]],
    "07.5": [audit, pd.Series(audit), {name: round(value, 2) for name, value in audit.items()}],
    "07.6": [partner_map(partners.iso3), partner_map(sorted(partners.iso3))],
}
WRONG = {
    "07.1": ["CHN", "UKR", "Russia", 1, "PRK", "BLR", ["RUS"]],
    "07.2": [
        boxes.low / boxes.containers,
        {**rates, "sh060": 1.0},
        shells.set_index("row_id").low / shells.set_index("row_id").containers,
        (shells.low / shells.containers)[shells.supplier_iso3 == "PRK"],
        boxes.low.sum() / boxes.containers.sum(),
    ],
    "07.3": [
        span,
        {"low": span[0]},
        {"low": span[1], "high": span[0]},
        sum(span) / 2,
        {"low": float("nan"), "high": float("nan")},
        {"low": seoul.low / 1e6, "high": seoul.high / 1e6},
        {"low": span[0] * 1000, "high": span[1] * 1000},
        {"low": f"{span[0]:.1f}", "high": f"{span[1]:.1f}"},
    ],
    "07.4": [
        seats(["summit_attendance", "absence"]),
        seats(["summit_attendance"]).drop(columns="minister"),
        seats(["summit_attendance"]).T,
        seats(["summit_attendance"]).reset_index(drop=True),
        seats(ip4.kind.unique()),
        seats(["summit_attendance"], fill=None),
        seats(["summit_attendance"]).rename(index=str),
    ],
    "07.5": [
        factors(exchanges),
        factors(held, "2030-12-31"),
        {"exchanges": audit["exchanges"]},
        {name: round(value, 0) for name, value in audit.items()},
        {name: value - 1 for name, value in audit.items()},
        audit | {"a_search": audit["exchanges"] * audit["searches"]},
    ],
    "07.6": [
        partner_map(partners.iso3, pins=False),
        partner_map(pacts.iso3),
        partner_map(pacts.iso3.unique()),
        partner_map(partners.iso3, flat=True),
        partner_map(partners.iso3, names=("Nearer to Seoul", "Nearer to Brussels")),
        maps.base_map("x"),
    ],
}

# What the solution says of the tables, and whether it still holds.
seoul_rates = pd.Series(rates).drop("sh057")
nearer = [
    maps.distance_km(maps.capital(countries, code), maps.capital(countries, "KOR")) for code in partners.iso3
]
nearer = sum(
    far < maps.distance_km(maps.capital(countries, code), maps.capital(countries, "BEL"))
    for far, code in zip(nearer, partners.iso3, strict=True)
)
summary = ip4.set_index("row_id").summary
SAID = {
    "Seoul's rates lie close together": seoul_rates.max() < 1.25 * seoul_rates.min(),
    "little more than half of it at the low end": 0.5 < rates["sh057"] / seoul_rates.median() < 0.65,
    "two schools, not seven witnesses": len(boxes) == 7,
    "it lies above the whole of this range": seoul.low / 1e6 > span[1],
    "one search found less than before": audit["a_search"] < 1 < audit["exchanges"] < audit["searches"],
    "Brussels agreed on partnerships with four states that are nearer to Seoul": nearer == 4,
    "The European partners and two others are nearer to Brussels": len(partners) - nearer == 8
    and set(partners.iso3) & {"CAN", "GHA"} == {"CAN", "GHA"},
    "Seoul gave reasons of its own": "domestic matters" in summary["IP042"],
    "one of the three whom IP044 counts as ministers is a security adviser": "security adviser"
    in summary["IP044"]
    and len(ip4.set_index("row_id").iso3s["IP044"].split(";")) == 3,
}
