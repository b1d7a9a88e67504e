"""Set 03: right answers by another route, and wrong ones."""

import numpy as np
import pandas as pd

from coursebook import charts
from coursebook.data import table

estimates = table("strength_estimates")
five = estimates[
    estimates.metric.isin(["killed", "wounded", "casualties_total", "deployed_cumulative", "planned"])
]
floors = estimates[
    (estimates.metric == "deployed_cumulative") & estimates.high.isna() & estimates.low.notna()
]
killed = estimates[estimates.metric == "killed"]
both = estimates.dropna(subset=["low", "high"])
kinds = {
    "exact": np.int64(len(both.query("low == high"))),
    "range": float(len(both.query("low != high"))),
    "at least": len(estimates.dropna(subset=["low"])) - len(both),
    "up to": len(estimates.dropna(subset=["high"])) - len(both),
}


def metric_chart(values, labels=True, start=0):
    _, axes = charts.figure()
    axes.bar(values.index, values.to_numpy())
    axes.set_ylim(bottom=start)
    if labels:
        axes.set_xlabel("metric")
        axes.set_ylabel("figures")
    return axes


RIGHT = {
    "03.1": [estimates.loc[floors.index], floors.sort_values("low")],
    "03.2": [
        len(estimates.dropna(subset=["low", "high"], how="all").index.symmetric_difference(estimates.index)),
        2.0,
    ],
    "03.3": [np.float64(12.8), 100 * 600 / 4700],
    "03.4": [
        killed.sort_values("reported_on").groupby("issuer").reported_on.first(),
        killed.groupby("issuer").reported_on.min().to_dict(),
    ],
    "03.5": [
        {"up to": kinds["up to"], **kinds},
        pd.Series(kinds),
    ],
    "03.6": [metric_chart(five.metric.value_counts()), metric_chart(five.groupby("metric").size())],
}
WRONG = {
    "03.1": [
        floors.drop(columns="note"),
        estimates[estimates.high.isna()],
        floors.head(1),
        estimates[estimates.high == ""],
    ],
    "03.2": [0, 1, len(estimates), estimates.low.isna().sum()],
    "03.3": [0.128, 14.6, 13, 13.9],
    "03.4": [
        killed.groupby("issuer").reported_on.max(),
        killed.issuer,
        killed.groupby("issuer_iso3").reported_on.min(),
        killed.groupby("issuer").date_latest.min(),
    ],
    "03.5": [
        {"exact": 58, "range": 30, "at least": 1, "up to": 6},
        {k: v for k, v in kinds.items() if k != "range"},
        list(kinds.values()),
    ],
    "03.6": [
        metric_chart(five.metric.value_counts(), labels=False),
        metric_chart(estimates.metric.value_counts()),
        metric_chart(five.metric.value_counts(), start=3),
        metric_chart(five.metric.value_counts().set_axis(sorted(five.metric.unique()))),
        metric_chart(five.groupby("metric").low.count()),
    ],
}
figures = estimates.set_index("row_id")
silent = figures[figures.low.isna() & figures.high.isna()]
firsts = killed.groupby("issuer").reported_on.min().sort_values()
numbers = figures.low.fillna(figures.high)
# What the solutions say of the tables.
SAID = {
    "Both speakers were American": list(silent.index) == ["est012", "est031"],
    "Every floor here comes from South Korea": set(floors.issuer_iso3.dropna()) <= {"USA", "KOR"},
    "Seoul spoke first, Pyongyang last": firsts.index[0] == "NIS" and "North Korea" in firsts.index[-1],
    "eight months in which every figure came from an enemy": list(
        killed[killed.reported_on < "2025-08-19"].issuer_iso3.eq("PRK")
    ).count(True)
    == 0,
    "More than half of the rows give one exact number": kinds["exact"] > len(estimates) / 2,
    "hardly one of them says how it was reached": (both.method != "unknown").mean() < 0.15,
    "The wounded have the fewest rows of the five.": five.metric.value_counts().idxmin() == "wounded",
    "they outnumber the dead at each of the three briefings": all(
        numbers[hurt] > numbers[dead]
        for dead, hurt in [("est033", "est034"), ("est048", "est049"), ("est063", "est064")]
    ),
}
