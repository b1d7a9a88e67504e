"""Set 09: right answers by another route, and wrong ones."""

import pandas as pd

from coursebook import data, scores

forecasts, claims = scores.scored_forecasts(), data.table("claims").set_index("row_id")
verdicts, evidence = data.table("claim_verdicts"), data.table("evidence")
publisher = data.table("sources").set_index("source_id").publisher

trend = scores.brier(forecasts.trend_rate, forecasts.outcome).set_axis(forecasts.claim_id)
mean = {
    name: scores.brier(forecasts[name], forecasts.outcome).mean() for name in ("base_rate", "trend_rate")
} | {"author": scores.brier(scores.towards(forecasts.claim_points_to, 60), forecasts.outcome).mean()}

ORDER = ["no", "mostly not", "mixed", "mostly", "yes"]
lines = []
for claim, then, since in zip(verdicts.claim_id, verdicts.reasonable_2024, verdicts.borne_out, strict=True):
    if then in ORDER and since in ORDER:
        step = ORDER.index(since) - ORDER.index(then)
        lines.append((claims.loc[claim, "type"], "fell" if step < 0 else "rose" if step else "stayed"))
moved = pd.DataFrame(lines, columns=["type", "moved"])
cross = moved.groupby(["type", "moved"]).size().unstack(fill_value=0)

# Publishers of each row of evidence, and of each side of a claim, by plain loops.
of_row, of_side, pages, pages_of_row = {}, {}, {}, {}
for e in evidence[evidence.direction.isin(["supports", "undermines"])].itertuples():
    ids = data.row(e.cited_row).get("source_ids")
    names = {publisher[one] for one in ids.split(";")} if isinstance(ids, str) else set()
    if names:
        of_row[e.claim_id, e.direction, e.cited_row] = names
        pages_of_row[e.claim_id, e.direction, e.cited_row] = set(ids.split(";"))
        of_side.setdefault((e.claim_id, e.direction), set()).update(names)
        pages.setdefault((e.claim_id, e.direction), set()).update(ids.split(";"))


def side_table(found, fill=0):
    sizes = pd.Series({side: len(names) for side, names in found.items()})
    return sizes.rename_axis(["claim_id", "direction"]).unstack(fill_value=fill)


def alone(at_least=0.5, equal=True, voices=of_row):
    kept = []
    for claim, side in of_side:
        rows = [len(names) == 1 for (c, s, _), names in voices.items() if (c, s) == (claim, side)]
        share = sum(rows) / len(rows)
        if share > at_least or equal and share == at_least:
            kept.append({"direction": side, "share": share, "claim_id": claim})
    return pd.DataFrame(kept)


RIGHT = {
    "09.1": [trend, trend.to_dict(), trend.sort_values()],
    "09.2": [mean, pd.Series(mean).sort_values().round(3)],
    "09.3": [cross, cross[["rose", "stayed", "fell"]].astype(float), cross.iloc[::-1]],
    "09.4": [side_table(of_side), side_table(of_side)[["undermines", "supports"]].reset_index()],
    "09.5": [
        alone(),
        alone().sort_values("direction")[["claim_id", "direction", "share"]].round(2),
        alone().set_index(["claim_id", "direction"], drop=False),
    ],
}
WRONG = {
    "09.1": [
        trend**0.5,
        trend * 10_000,
        trend.mean(),
        trend.tolist(),
        trend.head(5),
        trend.round(2),
        trend.reset_index(drop=True),
    ],
    "09.2": [
        {name: value * 6 for name, value in mean.items()},
        {"base_rate": mean["base_rate"], "trend_rate": mean["trend_rate"]},
        list(mean.values()),
        {**mean, "author": 0.25},
        {
            **mean,
            "author": scores.brier(scores.towards(forecasts.claim_points_to, 75), forecasts.outcome).mean(),
        },
        {name: value**0.5 for name, value in mean.items()},
    ],
    "09.3": [
        cross.rename(columns={"fell": "rose", "rose": "fell"}),
        cross.T,
        cross.drop(columns="stayed"),
        cross / len(moved),
        cross.mask(cross == 0),
        moved.groupby(["type", "moved"]).size(),
    ],
    "09.4": [
        side_table(pages),
        side_table(of_side).T,
        side_table(of_side).supports,
        side_table(of_side).head(10),
        side_table(of_side, fill=None),
    ],
    "09.5": [
        alone(equal=False),
        alone(0),
        alone(voices=pages_of_row),
        alone().claim_id.tolist(),
        alone().drop(columns="direction"),
        alone().drop(columns="share"),
    ],
}

# What the solution says of the tables, and whether it still holds.
SAID = {
    "does better than both rivals on these six": mean["author"] < min(mean["base_rate"], mean["trend_rate"]),
    "a little better than always saying 50 percent (0.25)": 0.2 < mean["author"] < 0.25,
    "Look at the worst of the six": trend["C14"] == trend["C23"] == trend.max(),
    "More fell than rose": cross.fell.sum() > cross.rose.sum(),
    "Look for the forecasts among those that fell": cross.fell["predictive"] > 0,
}
