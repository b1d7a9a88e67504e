"""Discussion activities: widgets that remember what was typed.

Every activity shows an HTML fallback where no kernel runs, can be used with the keyboard alone,
and keeps each answer in the learner's file at every change (:mod:`coursebook.responses`).
"""

from coursebook.discuss.cards import hunt, package, sort_cards, two_axes
from coursebook.discuss.clocks import newsroom, two_clocks
from coursebook.discuss.definition import definition, pick_first
from coursebook.discuss.positions import court, forecast, interval, stance, tally, verdict, write
from coursebook.discuss.roles import cabinet, role_play, stakes

__all__ = [
    "cabinet",
    "court",
    "definition",
    "forecast",
    "hunt",
    "interval",
    "newsroom",
    "package",
    "pick_first",
    "role_play",
    "sort_cards",
    "stakes",
    "stance",
    "tally",
    "two_axes",
    "two_clocks",
    "verdict",
    "write",
]
