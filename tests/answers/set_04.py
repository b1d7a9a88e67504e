"""Set 04: right answers by another route, and wrong ones."""

import folium
import numpy as np
import pandas as pd

from coursebook import charts, maps
from coursebook.data import known_by, table

years, speeches = table("ungd_attention_by_year"), table("ungd_attention_by_country")
statements, summits = table("statements"), table("summit_mentions")
embassies, countries = table("embassies"), table("countries")
news = pd.Timestamp("2024-10-18")
share = dict(zip(years.year, years.european_share_pct, strict=True))
reached = {year: percent for year, percent in share.items() if year > 2006 and percent >= share[2006]}
per_words = years.set_index("year").mentions_per_10000_words
recent = years[years.year > 2003]


def chart(rows=recent, column="european_share_pct", end=2024.8, labels=True, page=False):
    drawn, axes = charts.figure()
    axes.plot(rows.year.astype(float), rows[column].astype(float))
    axes.plot([end, end], [0, 100])
    if labels:
        axes.set_xlabel("year")
        axes.set_ylabel("%")
    return charts.page(drawn, "words", "caption") if page else drawn


day = statements.reported_on.dt.strftime("%Y-%m-%d")
word = np.select([day.isna(), day < "2024-10-18"], ["no_day", "before"], "after")
by_topic = statements.assign(word=word).groupby(["topic", "word"]).size().unstack(fill_value=0)

named = summits[summits.date_earliest.dt.year >= 2006].mentions_dprk
read = named.dropna()
low, high = 100 * named.eq("yes").mean(), 100 * named.ne("no").mean()


by_hand = speeches[speeches.frame_read_by_hand.notna()]


def measures(rows=by_hand, frames=("nuclear", "arms_to_russia")):
    """Agreement and kappa from a table of two by two, not from the formula with shares."""
    found = []
    for frame in frames:
        column = "near_nuclear_words" if frame == "nuclear" else "near_russia_ukraine_words"
        both = pd.crosstab(rows.frame_read_by_hand == frame, rows[column] == "yes", normalize=True)
        agreement = both.loc[True, True] + both.loc[False, False]
        chance = (both.sum() * both.sum(axis=1)).sum()
        found.append({"kappa": 1 - (1 - agreement) / (1 - chance), "agreement": agreement, "frame": frame})
    return pd.DataFrame(found)


here = embassies.query("embassy_before_pandemic == 'yes' and iso3 in @speeches.iso3")
LAYERS = ("Back before the news", "Back after the news", "No return reported")


def embassy_map(rows=here, names=LAYERS, news=news):
    made = maps.base_map("test")
    day = rows.staff_returned_on
    early = rows[day < news]
    late = rows[day.notna() & ~rows.iso3.isin(early.iso3)]
    for name, part in zip(names, (early, late, rows[day.isna()]), strict=True):
        layer = folium.FeatureGroup(name).add_to(made)
        for code in part.iso3:
            folium.CircleMarker(maps.capital(countries, code)).add_to(layer)
    return made


RIGHT = {
    "04.1": [reached, pd.Series(reached).sort_values(), pd.Series(reached).rename_axis("year").astype(float)],
    "04.2": [chart(), chart(page=True), chart(recent.iloc[::-1]).axes[0]],
    "04.3": [by_topic, by_topic.reset_index()[["topic", "no_day", "before", "after"]]],
    "04.4": [
        {"high": float(high), "low": float(low)},
        pd.Series({"low": low, "high": high}).round(1),
    ],
    "04.5": [measures(), measures(frames=("arms_to_russia", "nuclear")).round(2)],
    "04.6": [embassy_map(), embassy_map(here.iloc[::-1])],
}
WRONG = {
    "04.1": [
        reached | {2006: share[2006]},
        sorted(reached),
        len(reached),
        years[years.year > 2006].query("european_share_pct > 20").set_index("year").european_share_pct,
        per_words[list(reached)],
    ],
    "04.2": [
        chart(end=2024.0),
        chart(labels=False),
        chart(column="world_speeches_naming_north_korea"),
        chart(years),
        chart(years[years.year > 2004]),
        chart(recent.assign(year=recent.year + 1)),
    ],
    "04.3": [
        by_topic.where(by_topic > 0),
        by_topic.drop(columns="no_day"),
        by_topic.rename(columns={"before": "after", "after": "before"}),
        by_topic.T,
        pd.crosstab(
            known_by(statements, "2030-01-01").topic,
            (statements.reported_on < news).map({True: "before", False: "after"}),
        ),
    ],
    "04.4": [
        {"low": low},
        {"low": low, "high": low},
        dict.fromkeys(["low", "high"], 100 * (read == "yes").mean()),
        {"low": low, "high": 100.0},
        {
            "low": 100 * summits.mentions_dprk.eq("yes").mean(),
            "high": 100 * summits.mentions_dprk.ne("no").mean(),
        },
        [low, high],
    ],
    "04.5": [
        measures(speeches[speeches.near_nuclear_words.notna()]),
        measures(frames=("nuclear",)),
        measures().assign(kappa=lambda made: made.agreement),
        measures().assign(frame=["arms_to_russia", "nuclear"]),
        measures().round(1),
        measures().assign(agreement=lambda made: 100 * made.agreement),
    ],
    "04.6": [
        embassy_map(here[here.iso3 != "SWE"]),
        embassy_map(names=LAYERS[::-1]),
        embassy_map(news=pd.Timestamp("2024-11-16")),
        embassy_map(embassies[embassies.iso3.isin(["RUS", "CHN", "MNG"])]),
        maps.base_map("x"),
    ],
}
back = here.staff_returned_on
reread = by_hand.copy()
reread.loc[reread.frame_read_by_hand.eq("nuclear").idxmax(), "frame_read_by_hand"] = "other"
# What the solutions say of the tables.
SAID = {
    "the last year of the series is not among them": years.year.max() not in reached and len(reached) > 2,
    "with its peak of": max(share, key=share.get) == 2017,
    "Tests and missiles before, soldiers after": set(by_topic.before.nlargest(2).index)
    == {"nuclear_test", "missile"}
    and by_topic.after.idxmax() == "troops",
    "Eighteen speeches are few": len(by_hand) == 18,
    "a single one read otherwise moves kappa by about a tenth": round(
        (measures().kappa - measures(reread).kappa).abs().max(), 1
    )
    == 0.1,
    "One return came before anybody spoke of soldiers": (back < news).sum() == 1,
    "Two came after.": (back >= news).sum() == 2,
    "The largest group is still the one without a return": back.isna().sum() > 2,
}
