"""Set 06: right answers by another route, and wrong ones."""

from collections import Counter

import folium
import numpy as np
import pandas as pd

from coursebook import maps
from coursebook.data import table

ties, asks, trade, countries = table("ties"), table("europe_to_china"), table("trade"), table("countries")
flows = ties.query("canonical == 'true'")
shown = flows.kind.isin(["summit", "joint_exercise", "diplomatic_cover"])


def pairs(rows, between=" "):
    first, last = rows[["from_iso3", "to_iso3"]].min(axis=1), rows[["from_iso3", "to_iso3"]].max(axis=1)
    return first + between + last


lost = set(pairs(flows)) - set(pairs(flows[~shown]))
china_north = pairs(flows) == "CHN PRK"

counted = Counter(zip(pairs(flows, "-"), flows.evidence_strength, strict=True))
matrix = pd.Series(counted).unstack(fill_value=0).rename_axis("pair")

whole = trade[(trade.year == 2024) & (trade.months_covered == 12)]


def long(rows=whole, columns=("total_usd_m", "total_eur_m")):
    parts = [
        rows[["reporter_iso3", "partner_iso3"]].assign(currency=name, total=rows[name]) for name in columns
    ]
    return pd.concat(parts).query("total.notna()")


channels = pd.DataFrame(
    {
        "asks": asks.channel.value_counts(),
        "no_reply": asks.channel.value_counts()
        - asks.dropna(subset=["chinese_reply"]).channel.value_counts(),
    }
).fillna({"no_reply": asks.channel.value_counts()})

FIVE = ("BLR", "CHN", "IRN", "PRK", "RUS")
documented = flows[flows.evidence_strength == "officially_documented"]


def web(rows=documented, names=("With Russia", "Without Russia"), turn=False, end="", codes=FIVE, flat=False):
    made = maps.base_map("test")
    maps.capital_pins(countries, codes).add_to(made)
    layers = [folium.FeatureGroup(name).add_to(made) for name in names]
    for pair in pairs(rows).unique():
        both = pair.split()[::-1] if turn else pair.split()
        ends = [maps.capital(countries, end or code) for code in both]
        folium.PolyLine(ends if flat else maps.great_circle(*ends)).add_to(layers["RUS" not in pair])
    return made


RIGHT = {
    "06.1": [lost, pd.Series(sorted(lost)), tuple(lost)],
    "06.2": [len(set(flows.flow_group)), np.int64(flows.groupby("flow_group").ngroups)],
    "06.3": [
        {"left": np.int64((china_north & ~shown).sum()), "all": int(china_north.sum())},
        pd.Series({"all": china_north.sum(), "left": china_north[~shown].sum()}),
    ],
    "06.4": [matrix, matrix.reset_index(), matrix[sorted(matrix.columns, reverse=True)].iloc[::-1]],
    "06.5": [long(), long(columns=("total_eur_m", "total_usd_m")).reset_index(drop=True)],
    "06.6": [
        channels,
        channels.reset_index().astype({"no_reply": int}),
        channels.assign(channel=channels.index),  # the name stands in index and column
    ],
    "06.7": [web(), web(turn=True)],
}
WRONG = {
    "06.1": [sorted(lost)[:1], [], "BLR CHN", [pair.split() for pair in lost], {p.lower() for p in lost}],
    "06.2": [
        len(flows),
        len(ties),
        str(flows.flow_group.nunique()),
        flows.flow_group.duplicated().sum(),
        flows.flow_group.nunique,
    ],
    "06.3": [
        {"all": int(china_north.sum()), "left": int((china_north & shown).sum())},
        {"all": len(flows), "left": int((~shown).sum())},
        int(china_north.sum()),
        {"all": int(china_north.sum()), "left": int((china_north & (flows.kind != "summit")).sum())},
        {"all": flows[china_north], "left": flows[china_north & ~shown]},
    ],
    "06.4": [
        matrix.T,
        matrix.rename_axis(None),
        matrix.drop(columns="single_claim"),
        pd.crosstab(pairs(ties, "-").rename("pair"), ties.evidence_strength),
        matrix.sum(axis=1),
        matrix.rename(index=lambda pair: pair.replace("-", " ")),
        matrix.stack(),
    ],
    "06.5": [
        long(trade[trade.year == 2024]),
        long(whole.dropna(subset=["total_usd_m"])),
        long().drop(columns="currency"),
        long().assign(total=long().total / 1000),
        whole.total_usd_m.sum() + whole.total_eur_m.sum(),
        long(whole.dropna()),
        long().replace({"total_usd_m": "USD", "total_eur_m": "EUR"}),
    ],
    "06.6": [
        channels.assign(no_reply=channels.asks - channels.no_reply),
        channels.assign(no_reply=0),
        channels.no_reply,
        channels.iloc[1:],
        channels.assign(asks=channels.no_reply),
    ],
    "06.7": [
        web(flows),
        web(names=("Without Russia", "With Russia")),
        web(end="BLR"),
        web(codes=["RUS"]),
        web(flat=True),
    ],
}

# What the solution says of the tables, and whether it still holds.
acts = flows.groupby("flow_group").kind.agg(["size", "first"])
heavy = pairs(flows).value_counts()
single = flows[flows.evidence_strength == "single_claim"]
chinese = (single[["from_iso3", "to_iso3"]] == "CHN").any(axis=1)
total = whole[whole.reporter_iso3 == "CHN"].set_index("partner_iso3").total_usd_m
answered = 1 - channels.no_reply / channels.asks
without = pairs(documented)[~pairs(documented).str.contains("RUS")]
SAID = {
    "Minsk is tied to Moscow alone": [p for p in set(pairs(flows[~shown])) if "BLR" in p] == ["BLR RUS"],
    "stands for one tie or for two dozen": heavy.min() == 1 and heavy.max() in (23, 24, 25),
    "it lies in exercises of three and in joint statements on a third": set(acts[acts["size"] > 1]["first"])
    == {"joint_exercise", "diplomatic_cover"},
    "a treaty, workers and oil remain": set(flows[china_north & ~shown].kind)
    == {"alliance_treaty", "labour", "oil"},
    "all have Moscow at one end except Beijing with Pyongyang": all(
        "RUS" in pair or pair == "CHN PRK" for pair in heavy.index[:4]
    ),
    "most of what rests on a single claim has Beijing at one end": chinese.mean() > 0.5,
    "about a hundredth of what it trades with Moscow": 0.005 < total["PRK"] / total["RUS"] < 0.015,
    "Asked to its face or in writing, Beijing mostly said something": answered["face_to_face"] > 0.5
    and answered["document"] > 0.5
    and answered["public_call"] < 0.5,
    "two calls by telephone are too few to say": channels.asks["phone"] == 2,
    "three lines are left": set(without) == {"BLR PRK", "CHN IRN", "CHN PRK"},
}
