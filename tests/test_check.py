"""Checks: four outcomes, other routes to a right answer, named mistakes, and no answer given away."""

import folium
import numpy as np
import pandas as pd
import pytest

from coursebook import charts, maps
from coursebook import check as checks
from coursebook.data import known_by, table

events, places, legs = table("deployment_events"), table("places"), table("legs")
estimates = table("strength_estimates")


def outcome(task, answer):
    return checks.judge(task, answer)[0]


def training_map(rows, name="Training", swap=False):
    made = maps.base_map("test")
    layer = folium.FeatureGroup(name).add_to(made)
    for place in rows.itertuples():
        spot = (place.lon, place.lat) if swap else (place.lat, place.lon)
        maps.pin(*spot, place.name_en).add_to(layer)
    return made


def metric_chart(values, labels=True, start=0):
    _, axes = charts.figure()
    axes.bar(values.index, values.to_numpy())
    axes.set_ylim(bottom=start)
    if labels:
        axes.set_xlabel("metric")
        axes.set_ylabel("figures")
    return axes


sites = places[places.role == "training_site"]
combat = events[events.event_type == "combat"]
firsts = events[events.issuer.isin(["NIS", "White House", "NATO"])].groupby("issuer").reported_on.min()
five = estimates[
    estimates.metric.isin(["killed", "wounded", "casualties_total", "deployed_cumulative", "planned"])
]
floors = estimates[
    (estimates.metric == "deployed_cumulative") & estimates.high.isna() & estimates.low.notna()
]
killed = estimates[estimates.metric == "killed"]
there = estimates.query("metric == 'present_in_kursk'").dropna(subset=["low", "high"])

cases, countries, lists = table("cases"), table("countries"), table("europe_definitions")
later = cases[cases.start_year > 1945]
on_land = later[(later.ground_troops == "yes") & (later.combat_role == "yes")]
outside = on_land.query("is_location_in_europe == 'yes' and is_sender_european == 'no'")
disputed = lists[lists.lists_agree == "no"].iso3
FIVE = "is_location_in_europe is_sender_european ground_troops combat_role sent_by_government".split()
misses = {c: later[c] != ("no" if c == "is_sender_european" else "yes") for c in FIVE}
near = later[(sum(m.astype(int) for m in misses.values()) == 1) & ~misses["combat_role"]]


def mission_map(hosts, name="Missions"):
    made = maps.base_map("test")
    layer = folium.FeatureGroup(name).add_to(made)
    for host in hosts:
        folium.Marker(maps.capital(countries, host)).add_to(layer)
    return made


hosts = set(cases[cases.mandate.isin(["un_peacekeeping", "nato_operation"])].host_iso3)

# For every task: right answers by another route, and wrong ones.
RIGHT = {
    "01.1": [later.query("ground_troops == 'yes' and combat_role == 'yes'"), on_land.sort_values("name")],
    "01.2": [
        int(outside.sent_by_government.isin(["no", "contested"]).sum()),
        float(len(outside.query("sent_by_government != 'yes'"))),
    ],
    "01.3": [later[later.host_iso3.isin(disputed)].row_id, set(later[later.host_iso3.isin(disputed)].row_id)],
    "01.4": [list(near.row_id), near.row_id.to_numpy()],
    "01.5": [mission_map(hosts), mission_map(sorted(hosts))],
    "02.1": [events.query("event_type == 'combat'"), combat.iloc[::-1], combat[sorted(combat.columns)]],
    "02.2": [int((events.reported_on <= "2024-11-15").sum()), np.int64(len(known_by(events, "2024-11-15")))],
    "02.3": [int((events.reported_on - events.date_earliest).max().days), 251.0],
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
    "03.1": [estimates.loc[floors.index], floors.sort_values("low")],
    "03.2": [
        len(estimates.dropna(subset=["low", "high"], how="all").index.symmetric_difference(estimates.index)),
        1.0,
    ],
    "03.3": [np.float64(12.8), 100 * 600 / 4700],
    "03.4": [
        killed.sort_values("reported_on").groupby("issuer").reported_on.first(),
        killed.groupby("issuer").reported_on.min().to_dict(),
    ],
    "03.5": [
        {"high": int(there.high.max()), "low": float(there.low.min())},
        pd.Series({"low": there.low.min(), "high": there.high.max()}),
    ],
    "03.6": [metric_chart(five.metric.value_counts()), metric_chart(five.groupby("metric").size())],
}
WRONG = {
    "01.1": [on_land.head(2), later, on_land.drop(columns="name")],
    "01.2": [0, len(outside), 99],
    "01.3": [[], list(disputed), list(later[later.iso3.isin(disputed)].row_id)],
    "01.4": [list(near.row_id)[1:], near, list(later.row_id)],
    "01.5": [mission_map(list(hosts)[1:]), mission_map(hosts, "missions"), mission_map(set(cases.host_iso3))],
    "02.1": [combat.head(3), events, list(combat.row_id)],
    "02.2": [len(events), 0, "36"],
    "02.3": [250, -251, (events.reported_on - events.date_latest).dt.days.median()],
    "02.4": [firsts.head(2), events.groupby("issuer").reported_on.min(), firsts.tolist()],
    "02.5": [{"groups": 20, "sum": 0}, {"groups": 1}, legs.headcount_low.sum()],
    "02.6": [
        training_map(places),
        training_map(sites, swap=True),
        training_map(sites, name="training"),
        maps.base_map("x"),
    ],
    "03.1": [floors.drop(columns="note"), estimates[estimates.high.isna()], floors.head(1)],
    "03.2": [0, 2, estimates.low.isna().sum()],
    "03.3": [0.128, 14.6, 13.9],
    "03.4": [
        killed.groupby("issuer").reported_on.max(),
        killed.issuer,
        killed.groupby("issuer_iso3").reported_on.min(),
    ],
    "03.5": [{"low": 0, "high": 11000}, {"low": 3000}, [3000, 11000]],
    "03.6": [
        metric_chart(five.metric.value_counts(), labels=False),
        metric_chart(estimates.metric.value_counts()),
        metric_chart(five.metric.value_counts(), start=3),
    ],
}


@pytest.mark.parametrize(
    ("task", "place"), [(t, i) for t, answers in RIGHT.items() for i in range(len(answers))]
)
def test_a_right_answer_by_another_route_passes(task, place):
    assert checks.judge(task, RIGHT[task][place]) == ("correct", "")


@pytest.mark.parametrize(
    ("task", "place"), [(t, i) for t, answers in WRONG.items() for i in range(len(answers))]
)
def test_a_wrong_answer_fails_with_a_message(task, place):
    found, message = checks.judge(task, WRONG[task][place])
    assert found == "not yet" and message


def test_every_task_is_covered_here():
    kept = {task for lesson in checks.KEPT.glob("*.json") for task in checks.kept(lesson.stem)}
    assert kept == set(RIGHT) == set(WRONG)


def test_not_attempted_is_not_wrong(capsys):
    assert outcome("02.2", ...) == "not attempted"


def test_a_named_mistake_is_answered_with_its_idea():
    _, message = checks.judge("02.2", int((events.date_earliest <= "2024-11-15").sum()))
    assert "other clock" in message


def test_a_strange_answer_never_ends_in_a_traceback(capsys):
    class Strange:
        def __len__(self):
            raise RuntimeError("no")

    for answer in (Strange(), lambda: 1, {1, "a"}, object(), [[1], [2]], float("nan"), pd.NA, None):
        checks.check("02.2", answer)
        checks.check("02.4", answer)


def test_a_check_raises_only_for_the_grader(monkeypatch, capsys):
    checks.check("02.2", -1)
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    with pytest.raises(AssertionError, match="02.2: not yet"):
        checks.check("02.2", -1)


def test_messages_say_which_part_is_off():
    chart = metric_chart(five.metric.value_counts(), start=3)
    assert "start at zero" in checks.judge("03.6", chart)[1]
    assert "Name both axes" in checks.judge("03.6", metric_chart(five.metric.value_counts(), labels=False))[1]
    assert "column is missing: note" in checks.judge("03.1", floors.drop(columns="note"))[1]
    assert "3 entries, fewer" in checks.judge("02.1", combat.head(3))[1]
    assert "Latitude comes first" in checks.judge("02.6", training_map(sites.assign(lat=0)))[1]
    assert "layer is missing" in checks.judge("02.6", training_map(sites, name="training"))[1]
    assert "a number is asked for" in checks.judge("02.2", "36")[1]


def test_an_unknown_task_says_so():
    assert checks.judge("02.99", 1) == (
        "an error in your code",
        "There is no task 02.99. Has its name been changed?",
    )


def test_hints_open_one_inside_the_other(monkeypatch):
    shown = []
    monkeypatch.setattr(checks, "display", lambda page: shown.append(page.body))
    checks.check("02.2", -1)
    assert shown[0].index("Hint 1 of 2") < shown[0].index("Hint 2 of 2")
    assert shown[0].count("</details></details>") == 1


def test_no_answer_stands_in_clear():
    for lesson in checks.KEPT.glob("*.json"):
        for task, record in checks.kept(lesson.stem).items():
            form = record["expected"]
            allowed = {
                "decimals",
                "ordered",
                "type",
                "length",
                "columns",
                "rows",
                "index",
                "values",
                "layers",
                "labels",
                "zero",
            }
            assert set(form) <= allowed, task
            values = form.get("values", [])
            assert all(
                len(v) == 20 and int(v, 16) >= 0 for v in ([values] if isinstance(values, str) else values)
            )


def test_a_mistake_that_is_right_is_refused(monkeypatch):
    monkeypatch.setenv("COURSEBOOK_RECORD", "1")
    monkeypatch.setattr(checks, "_recorded", {})
    monkeypatch.setattr(checks, "display", lambda page: None)
    checks.check("99.1", 5)
    with pytest.raises(ValueError, match="gives the right answer"):
        checks.mistake("99.1", "five", lambda: 5.0)
