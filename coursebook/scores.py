"""Scores of forecasts: how far a stated probability was from what happened."""

from __future__ import annotations

import math

import pandas as pd

from coursebook.data import DataError, table
from coursebook.questions import usable


def brier(percent, outcome):
    """Return the Brier score: the squared distance between a probability and what happened.

    0 is best, 1 is worst, and whoever always says 50 percent gets 0.25. The score of several
    forecasts is the mean: ``brier(percent, outcome).mean()``.

    Args:
        percent: probability of yes in percent, from 0 to 100; a number, or a Series with gaps.
        outcome: ``"yes"`` or ``"no"``, or a Series of these with the same index.

    Returns:
        A number from 0 to 1, or a Series of them; a gap stays a gap.

    Raises:
        DataError: a probability is not from 0 to 100, or an outcome is neither yes nor no.
    """
    percents = pd.to_numeric(pd.Series(percent), errors="coerce").astype("float64")
    outcomes = pd.Series(outcome, dtype="str")
    if not percents.dropna().between(0, 100).all():
        raise DataError("A probability is a number of percent from 0 to 100. Correct it and run again.")
    if not outcomes.isin(["yes", "no"]).all():
        raise DataError("Only an outcome that is yes or no can be scored. Leave the others out.")
    squared = (percents / 100 - outcomes.eq("yes").astype("float64")) ** 2
    return squared if isinstance(percent, pd.Series) else float(squared.iloc[0])


def towards(points_to, percent: float):
    """Turn a direction into a probability of yes; the percentage is an assumption, so name it.

    Args:
        points_to: ``"yes"`` or ``"no"``, or a Series of these.
        percent: how sure the speaker is taken to be, from 0 to 100.

    Returns:
        ``percent`` where the direction is yes, ``100 - percent`` where it is no.
    """
    if isinstance(points_to, pd.Series):
        return points_to.map({"yes": float(percent), "no": 100 - float(percent)})
    return {"yes": float(percent), "no": 100 - float(percent)}[points_to]


def scored_forecasts() -> pd.DataFrame:
    """Return the forecasts whose rule has given an answer, in the order of their claims.

    Columns: those of the table ``forecasts`` (``row_id`` is the forecast, ``base_rate`` and
    ``trend_rate`` in percent), then ``outcome_id``, ``outcome`` (yes or no), ``outcome_reason``
    and ``claim_points_to`` (yes or no: the answer that the author's claim leads one to expect).
    """
    ends = table("forecast_outcomes")[
        ["row_id", "forecast_id", "outcome", "outcome_reason", "claim_points_to"]
    ].rename(columns={"row_id": "outcome_id", "forecast_id": "row_id"})
    joined = table("forecasts").merge(ends, on="row_id")
    return joined[joined.outcome.isin(["yes", "no"])].sort_values("claim_id", ignore_index=True)


def stated(answers: dict) -> pd.Series:
    """Return the probabilities that a learner has typed, by forecast.

    Args:
        answers: the ``answers`` of a learner's file, ``{key: {"value": ..., "saved_at": ...}}``.

    Returns:
        Percent from 0 to 100, with the ids of all forecasts as index; a gap where nothing was
        typed, or where the file holds something that is no whole number from 0 to 100.
    """
    found = {}
    for forecast_id in table("forecasts").row_id:
        value = answers.get(f"00.forecast.{forecast_id}.percent", {}).get("value")
        found[forecast_id] = float(value) if usable("percent", value) else float("nan")
    return pd.Series(found, name="percent", dtype="float64")


def at_this_pace(count: float, needed: int, days: int, window: float = 365) -> float:
    """Return the chance, in percent, of enough further events if a pace goes on.

    Events are taken to fall at random and one by one (a Poisson process), which is rough:
    listings come in packages, and each may make the next more or less likely.

    Args:
        count: events in the window before.
        needed: further events that the question asks for.
        days: days from the forecast to its deadline.
        window: days in which the events were counted.
    """
    expected = count * days / window
    fewer = sum(expected**k / math.factorial(k) for k in range(needed))
    return 100 * (1 - math.exp(-expected) * fewer)
