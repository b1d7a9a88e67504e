"""Set 05: right answers by another route, and wrong ones."""

import folium
import pandas as pd

from coursebook import maps
from coursebook.data import table

partners, responses = table("partners_of_moscow"), table("responses_to_senders")
listings, aid, trade = table("sanction_listings"), table("aid_to_dprk"), table("trade")
countries = table("countries")

others = partners.query("sent_troops != 'yes'").asked_publicly_reported
asked = others.fillna("missing").value_counts().to_dict()

fts = aid.query("donor == 'All donors' and scope == 'fts_total'").assign(
    amount=lambda rows: rows.amount / 1e6
)
spans = fts.pivot_table(index="year", values="amount", aggfunc=["min", "max"])
spans.columns = ["low", "high"]

some = listings.query("lists_dprk in ['yes', 'unknown']")
people, bodies = some.persons_north_korea, some.bodies_north_korea
by_authority = pd.DataFrame(
    {
        "names": people.fillna(0).add(bodies.fillna(0)).groupby(some.authority).sum(),
        "no_number": (people.isna() & bodies.isna()).groupby(some.authority).sum(),
    }
)


def one_side(reporter, partner):
    rows = trade[(trade.reporter_iso3 == reporter) & (trade.partner_iso3 == partner)]
    return rows.set_index("year").total_usd_m


china_says, russia_says = one_side("CHN", "RUS"), one_side("RUS", "CHN")


def gaps(china=china_says, russia=russia_says):
    gap = (china - russia) / russia * 100
    return gap.dropna().rename("gap").reset_index()


men = partners[partners.sent_troops.isin(["yes", "individuals_recruited"])].iso3
rows = responses[responses.help_given == "men"]
real = rows[~rows.response_type.isin(["none_found", "unknown"])]
groups = {
    code: "answered" if code in set(real.iso3) else "nothing found" if code in set(rows.iso3) else "no row"
    for code in men
}
loose = {
    code: "answered" if code in set(responses.iso3) else "no row"  # any help, any row
    for code in men
}

troops = listings[listings.reason.str.contains("troops")]


def seat_map(rows=troops, names=("Listed", "Not settled"), seat="BEL"):
    made = maps.base_map("test")
    rows = rows.assign(iso3=rows.iso3.fillna(seat)).drop_duplicates(["iso3", "lists_dprk"])
    for name, value in zip(names, ("yes", "unknown"), strict=True):
        layer = folium.FeatureGroup(name)
        for code in rows[rows.lists_dprk == value].iso3:
            folium.Marker(maps.capital(countries, code)).add_to(layer)
        layer.add_to(made)
    return made


RIGHT = {
    "05.1": [asked, others.groupby(others, dropna=False).size()],
    "05.2": [spans, spans.reset_index()[["high", "low", "year"]]],
    "05.3": [by_authority, by_authority.reset_index().iloc[::-1]],
    "05.4": [gaps(), gaps().set_index("year"), gaps().round(1)],
    "05.5": [groups, pd.Series(groups)],
    "05.6": [seat_map(), seat_map(troops.iloc[::-1])],
}
WRONG = {
    "05.1": [
        {"yes": asked["yes"], "no_report_found": asked["no_report_found"] + asked["missing"]},
        others.value_counts(),
        asked["yes"],
        others.value_counts(normalize=True, dropna=False),
        list(asked.values()),
    ],
    "05.2": [
        spans.assign(high=spans.low),
        spans[["low"]],
        spans.iloc[1:],
        spans.mean(),
        fts.groupby("year").amount.agg(low="first", high="last"),
    ],
    "05.3": [
        by_authority[["names"]],
        by_authority.assign(names=by_authority.names + by_authority.no_number),
        listings.groupby("authority").targets_north_korea.sum(),
        by_authority.loc[["EU", "UK", "USA"]],
        by_authority.assign(names=some.groupby("authority").targets_north_korea.sum()),
        by_authority[by_authority.names > 0],
    ],
    "05.4": [
        gaps(russia_says, china_says),
        gaps(russia=one_side("RUS", "KOR")),
        gaps().assign(gap=gaps().gap.abs()),
        gaps().assign(gap=gaps().gap / 100),
        float(gaps().gap.mean()),
    ],
    "05.5": [
        loose,
        {code: group for code, group in groups.items() if group != "no row"},
        pd.Series(groups).value_counts(),
        groups | {"PRK": "nothing found"},
        groups | {"NPL": "no row"},
        groups | {"CUB": "nothing found", "PRK": "nothing found"},
    ],
    "05.6": [
        seat_map(troops.dropna(subset=["iso3"])),
        seat_map(seat="FRA"),
        seat_map(troops[troops.lists_dprk == "yes"]),
        seat_map(names=("Not settled", "Listed")),
        maps.base_map("x"),
    ],
}
# What the solutions say of the tables.
SAID = {
    "For most of these states no request is on record, or nobody has looked.": asked["yes"] < len(others) / 2,
    "The two reports of a year hardly differ": (spans.high / spans.low).max() < 1.03,
    "single grants, and three currencies": aid.currency.nunique() == 3,
    "differ by some percent, in both directions": gaps().gap.min() < 0 < gaps().gap.max() < 10,
    "Russia's own series stops": russia_says.dropna().index.max() < china_says.dropna().index.max(),
    "The largest group has no row at all": pd.Series(groups).value_counts().idxmax() == "no row",
    "only one was answered with more than words": real[
        real.iso3.isin(men) & (real.response_type != "statement")
    ].iso3.nunique()
    == 1,
    "The pins stand in Europe, North America, Korea and Oceania.": set(
        troops[troops.lists_dprk.isin(["yes", "unknown"])].iso3.fillna("BEL")
    )
    == {"BEL", "GBR", "USA", "KOR", "AUS", "NZL"},
}
