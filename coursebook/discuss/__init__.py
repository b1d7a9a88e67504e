"""Discussion activities: widgets that remember what was typed.

Every activity shows an HTML fallback where no kernel runs, can be used with the keyboard alone,
and keeps each answer in the learner's file at every change (:mod:`coursebook.responses`).
"""

from coursebook.discuss.cards import hunt, sort_cards
from coursebook.discuss.clocks import newsroom, two_clocks
from coursebook.discuss.definition import definition
from coursebook.discuss.positions import forecast, interval, stance, tally, verdict, write

__all__ = [
    "definition",
    "forecast",
    "hunt",
    "interval",
    "newsroom",
    "sort_cards",
    "stance",
    "tally",
    "two_clocks",
    "verdict",
    "write",
]
