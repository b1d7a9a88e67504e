"""Set 08: right answers by another route, and wrong ones."""

import folium
import numpy as np
import pandas as pd

from coursebook import charts, maps
from coursebook.data import table

polls, positions, donors = table("polls"), table("seoul_positions"), table("donors")
contracts, supply, countries = table("arms_contracts"), table("indirect_supply"), table("countries")
promised = table("korean_aid_by_year")

two = polls.query(
    "pollster == 'Gallup Korea' and answer_code == 'support_arms' and asked_group == 'all adults'"
)
two = two[two.date_earliest.dt.year == 2024]
young = polls[polls.row_id.between("po027", "po038")]
lead = young.percent.where(young.answer == "for", -young.percent).groupby(young.asked_group).sum()
once = contracts[contracts.counts_in_total.eq("yes")]
paid = promised.pivot_table(index="aid_type", values=["allocated_eur_m", "committed_eur_m"], aggfunc="sum")
share = paid.allocated_eur_m / paid.committed_eur_m * 100


def given(column="military_eur_bn", prices=(2_000, 5_000), unit=1e9, own=1):
    rounds = supply[supply.row_id == "in011"].iloc[0]
    own *= donors[donors.iso3 == "KOR"].iloc[0][column]
    others = donors[donors.iso3 != "KOR"][column]
    values = {"low": own + rounds.low * prices[0] / unit, "high": own + rounds.high * prices[1] / unit}
    return values | {f"{end}_rank": int((others > value).sum()) + 1 for end, value in values.items()}


OPEN = ["conditional", "considering_defensive", "considering_offensive"]
quarters = [f"{year}Q{q}" for year in (2024, 2025, 2026) for q in (1, 2, 3, 4)][:9]


def threat_chart(labels=True, camps="government", shown=quarters, kind="plot"):
    _, axes = charts.figure()
    when = positions.date_earliest.dt.year.astype(str) + "Q" + positions.date_earliest.dt.quarter.astype(str)
    said = [
        positions.camp.str.startswith(camps) & positions.position.isin(OPEN),
        positions.camp.eq("opposition"),
    ]
    for rows in said[::-1]:
        getattr(axes, kind)(shown, [int((when[rows] == quarter).sum()) for quarter in shown])
    if labels:
        axes.set(xlabel="quarter of the year", ylabel="number of statements")
    return axes


def buyer_map(rows, names=("Before the news", "Since the news")):
    made = maps.base_map("test")
    early = rows.date_earliest.lt(pd.Timestamp(2024, 10, 18))
    late = rows.date_earliest.ge(pd.Timestamp(2024, 10, 18))
    for name, when in zip(names, (early, late), strict=True):
        layer = folium.FeatureGroup(name).add_to(made)
        for code in set(rows[when].buyer_iso3):
            folium.CircleMarker(maps.capital(countries, code)).add_to(layer)
    return made


formats = dict(zip(two.question_format, two.percent, strict=True))
totals = {code: once[once.buyer_iso3 == code].value_usd_bn.sum() for code in once.buyer_iso3.unique()}
RIGHT = {
    "08.1": [formats, two.groupby("question_format").percent.mean()],
    "08.2": [lead, lead.to_dict(), lead.sort_values().astype(int)],
    "08.3": [totals, contracts.query("row_type == 'contract'").groupby("buyer_iso3").value_usd_bn.sum()],
    "08.4": [share, share.round(1), share.sort_values().to_dict()],
    "08.5": [
        given(),
        pd.Series(given()),
        given() | {"low": round(given()["low"], 2), "high_rank": np.int64(given()["high_rank"])},
    ],
    "08.6": [threat_chart(), charts.page(threat_chart().figure, "alt", "caption")],
    "08.7": [buyer_map(once), buyer_map(once.iloc[::-1])],
}
WRONG = {
    "08.1": [
        list(formats.values()),
        {**formats, "yes_no": 64},
        two.percent.max(),
        {"yes_no": formats["yes_no"]},
        two.percent,
        polls[polls.date_earliest == "2024"].set_index("question_format").percent,
    ],
    "08.2": [
        -lead,
        lead.head(3),
        lead.tolist(),
        lead.abs(),
        young[young.answer == "for"].percent - young[young.answer == "against"].percent,
    ],
    "08.3": [
        contracts.groupby("buyer_iso3").value_usd_bn.sum(),
        once.value_usd_bn.sum(),
        once.groupby("buyer_iso3").value_usd_bn.mean(),
        once.groupby("buyer_iso3").value_usd_bn.sum(min_count=1),
        once.dropna(subset="value_usd_bn").groupby("buyer_iso3").value_usd_bn.sum(),
        contracts[contracts.counts_in_total == True].groupby("buyer_iso3").value_usd_bn.sum(),  # noqa: E712
    ],
    "08.4": [
        share / 100,
        100 / share,
        100 - share,
        share.round(0),
        (100 * promised.allocated_eur_m / promised.committed_eur_m).to_list(),
    ],
    "08.5": [
        given("total_eur_bn"),
        given(unit=1e6),
        given(own=0),  # the ranks are the same, the sums are not
        given() | {"low": given()["high"], "high": given()["low"]},
        {end: given()[f"{end}_rank"] for end in ("low", "high")},
        19,
    ],
    "08.6": [
        threat_chart(labels=False),
        threat_chart(camps=("government", "ruling")),
        threat_chart(shown=[q for q in quarters if q not in ("2024Q1", "2025Q2")]),
        threat_chart(camps="nobody"),
        threat_chart(kind="bar"),
        charts.figure(),
    ],
    "08.7": [
        buyer_map(once.drop_duplicates("buyer_iso3")),
        buyer_map(once, names=("before", "since")),
        buyer_map(contracts.dropna(subset="buyer_iso3")),
        buyer_map(once, names=("Since the news", "Before the news")),
        maps.base_map("x"),
    ],
}

# What the solution says of the tables, and whether it still holds.
margin = 1.96 * (two.percent * (100 - two.percent) / two.sample_size) ** 0.5
ends = sorted(zip(two.percent - margin, two.percent + margin, strict=True))
between = lead.drop(["age 18-29", "age 70+"])
without = donors[donors.iso3 == "KOR"].military_eur_bn.iloc[0]
government, refusals = (line.get_ydata() for line in threat_chart().lines[::-1])
since = once[once.date_earliest >= "2024-10-18"].buyer_iso3
SAID = {
    "The share doubles": 1.8 < formats["yes_no"] / formats["three_options"] < 2.3,
    "do not meet": ends[0][1] < ends[1][0],
    "The youngest and the oldest lean towards the review": lead["age 18-29"] > 0 < lead["age 70+"],
    "everybody between them against, those in their fifties most of all": between.max() < 0
    and between.idxmin() == "age 50-59",
    "one buyer carries nearly all of it": totals["POL"] > 0.85 * sum(totals.values()),
    "was nearly all allocated": share["humanitarian"] > 95,
    "hardly a tenth": 5 < share["financial"] < 11,
    "Seoul moves into its middle": (donors.military_eur_bn > without).sum() > 30 > 22 > given()["low_rank"],
    "each of them rules arms out": set(positions[positions.camp == "opposition"].position) == {"rules_out"},
    "its prices stand in euro, in `value_other` (ac034, ac035)": set(once[once.buyer_iso3 == "FIN"].row_id)
    == {"ac034", "ac035"}
    and once[once.buyer_iso3 == "FIN"].value_other.str.contains("EUR").all(),
    "The government's line rises twice": government[1] > government[0] and government[3] > government[2],
    "lies at zero in every quarter after 2024": sum(government[4:]) == 0,
    "Every buyer of the second layer stands in the first": set(since)
    <= set(once[once.date_earliest < "2024-10-18"].buyer_iso3),
}
