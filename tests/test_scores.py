"""Forecasts: the score, the direction made a number, and what a learner's file may hold."""

import re

import pandas as pd
import pytest

from coursebook import scores
from coursebook.data import DataError, row, row_index, table
from coursebook.scores import at_this_pace, brier, scored_forecasts, stated, towards

SCORED = ["C06", "C10", "C12", "C14", "C18", "C23"]


def test_the_score_punishes_confident_errors_most():
    assert brier(100, "yes") == brier(0, "no") == 0
    assert brier(0, "yes") == brier(100, "no") == 1
    assert brier(50, "yes") == brier(50, "no") == 0.25
    assert brier(90, "no") == pytest.approx(0.81)


def test_several_forecasts_are_scored_one_by_one_and_gaps_stay_gaps():
    scores = brier(pd.Series([80, None, 20]), pd.Series(["yes", "no", "no"]))
    assert scores.isna().tolist() == [False, True, False]
    assert scores.mean() == pytest.approx(0.04)


@pytest.mark.parametrize("percent, outcome", [(101, "yes"), (-1, "no"), (50, "condition_not_met")])
def test_what_cannot_be_scored_is_refused_in_a_sentence(percent, outcome):
    with pytest.raises(DataError, match="yes or no|0 to 100"):
        brier(percent, outcome)


def test_a_direction_becomes_a_probability():
    assert towards("yes", 80) == 80 and towards("no", 80) == 20
    assert towards(pd.Series(["no", "yes"]), 75).tolist() == [25, 75]


def test_six_claims_are_scored_and_two_conditions_are_not():
    scored = scored_forecasts()
    assert scored.claim_id.tolist() == SCORED
    assert set(scored.outcome) | set(scored.claim_points_to) <= {"yes", "no"}
    assert scored[["base_rate", "trend_rate"]].notna().all().all()
    unmet = table("forecast_outcomes").query("outcome == 'condition_not_met'")
    assert unmet.claim_id.tolist() == ["C27", "C28"] and unmet.forecast_id.isna().all()


def test_a_forecast_whose_rule_gave_no_answer_is_not_scored(monkeypatch):
    ends = table("forecast_outcomes")
    ends.loc[ends.forecast_id == "fc01", "outcome"] = "condition_not_met"
    monkeypatch.setattr(scores, "table", lambda name: ends if name == "forecast_outcomes" else table(name))
    assert "fc01" not in set(scored_forecasts().row_id)


def test_what_a_learner_typed_is_found_and_nonsense_is_a_gap():
    kept = {"fc01": 20, "fc02": True, "fc03": 400, "fc04": "90", "fc05": 0, "fc06": 20.5}
    answers = {f"00.forecast.{name}.percent": {"value": value} for name, value in kept.items()}
    assert stated(answers).dropna().to_dict() == {"fc01": 20, "fc05": 0}
    assert stated({}).isna().all() and stated({}).index.tolist() == table("forecasts").row_id.tolist()


def test_a_pace_becomes_a_probability():
    assert at_this_pace(0, 1, 365) == 0
    assert at_this_pace(1, 1, 365) == pytest.approx(63.2, abs=0.1)  # one a year, one more within a year
    assert at_this_pace(1, 2, 365) < at_this_pace(1, 1, 365) < at_this_pace(2, 1, 365)


def test_both_rivals_follow_their_rule_in_all_six_questions():
    """Nothing changes: 90 or 10. The trend: last year's pace in steps of five from 5 to 95, or 95."""
    for item in scored_forecasts().itertuples():
        assert item.base_rate == (90 if item.status_quo == "yes" else 10), item.row_id
        days = (item.deadline - item.reported_on).days
        paced = 95 if pd.isna(item.trend_count) else at_this_pace(item.trend_count, item.trend_needed, days)
        assert item.trend_rate == min(95, max(5, 5 * round(paced / 5))), item.row_id


def test_the_other_windows_that_the_table_names_give_what_it_says():
    days = scored_forecasts().set_index("row_id").pipe(lambda f: (f.deadline - f.reported_on).dt.days)
    assert at_this_pace(2, 3, days["fc01"], window=63) > 95  # from the first return, nine weeks before
    assert round(at_this_pace(1, 1, days["fc05"], window=33 * 365 / 12)) == 39  # over the whole war


def test_what_a_forecaster_is_said_to_have_known_had_been_reported():
    for end in table("forecast_outcomes").itertuples():
        for row_id in end.known_then_rows.split(";"):
            reported = row(row_id).get("reported_on")
            assert pd.isna(reported) or reported <= pd.Timestamp("2024-11-15"), (end.row_id, row_id)


@pytest.mark.parametrize("name", ["forecasts", "forecast_outcomes", "claim_verdicts", "premises"])
def test_every_row_cited_in_a_reason_exists(name):
    cited = re.compile(r"\b(?:[a-z]{2,5}\d{2,3}|[A-Z]{1,3}\d{2,3}|(?:EU|SC|MSMT)-[A-Z-]*\d+)\b")
    frame = table(name)
    reasons = [
        c for c in frame if c.endswith(("_reason", "_2024", "_now")) or c.startswith(("rows_", "known_"))
    ]
    for text in frame[reasons].stack():
        for row_id in cited.findall(str(text)):
            row(row_id)


def test_every_verdict_cites_a_row_for_both_halves():
    index = row_index()
    for verdict in table("claim_verdicts").itertuples():
        for text in (verdict.reason_2024, verdict.reason_now):
            assert set(re.findall(r"[A-Za-z][\w-]*\d\w*", text)) & set(index), (verdict.claim_id, text)
