"""Forecasts: the score, the direction made a number, and what a learner's file may hold."""

import pandas as pd
import pytest

from coursebook.data import DataError, table
from coursebook.scores import brier, scored_forecasts, stated, towards

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


def test_what_a_learner_typed_is_found_and_nonsense_is_a_gap():
    kept = {"fc01": 20, "fc02": True, "fc03": 400, "fc04": "90", "fc05": 0}
    answers = {f"00.forecast.{name}.percent": {"value": value} for name, value in kept.items()}
    assert stated(answers).dropna().to_dict() == {"fc01": 20, "fc05": 0}
    assert stated({}).isna().all() and stated({}).index.tolist() == table("forecasts").row_id.tolist()
