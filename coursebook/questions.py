"""What an answer in a learner's file is about: a stance, a forecast, a verdict, or an activity.

The portfolio reads one file with it, ``class_results`` thousands. What a file holds is
untrusted: an answer that the course never offered is not used.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from coursebook.discuss.positions import STANCES, VERDICTS


class Question(NamedTuple):
    """One question of the course.

    ``kind`` is stance, forecast, verdict, text or activity; ``about`` the id of a claim or forecast,
    or an activity's name; ``part`` the control, such as ``before.choice``, ``percent`` or ``for``.
    """

    lesson: str
    kind: str
    about: str
    part: str


FORMS = (
    ("stance", r"stance\.(C\w+)\.((?:before|after)\.(?:choice|reason|row|flip))"),
    ("forecast", r"forecast\.(fc\w+)\.(percent|reason)"),
    ("verdict", r"verdict\.(C\w+)\.(then|since|for|against|reason)"),
    ("text", r"(\w+)\.(text)"),
    ("verdict", r"court\.(C\w+)\.(then|since|for|against)"),
)
OFFERED = {"choice": frozenset(STANCES), "then": frozenset(VERDICTS), "since": frozenset(VERDICTS)}
CITING = ("row", "for", "against")  # parts that hold row ids


@lru_cache(maxsize=4096)
def question(key: str) -> Question:
    """Return what the answer under a key is about, such as ``"02.stance.C04.before.choice"``."""
    lesson, _, rest = key.partition(".")
    for kind, form in FORMS:
        if found := re.fullmatch(form, rest):
            return Question(lesson, kind, *found.groups())
    name, _, part = rest.partition(".")
    return Question(lesson, "activity", name, part)


@lru_cache(maxsize=4096)
def offered(part: str):
    """Return the answers that a list offered, None where any text was welcome.

    Args:
        part: the ``part`` of a question; ``percent`` gives the whole numbers from 0 to 100.
    """
    return range(101) if part == "percent" else OFFERED.get(part.rpartition(".")[2])


def usable(part: str, value) -> bool:
    """Tell whether a value can be the answer to a stance, a forecast or a verdict."""
    allowed = offered(part)
    if type(allowed) is range:
        return type(value) is int and value in allowed
    return type(value) is str and (allowed is None or value in allowed)


def rows_cited(words: str) -> list[str]:
    """Return what may be row ids in a text such as ``"ev020, ev041; none"``, each once, as typed."""
    # Words first, then a look into each: one expression for both takes minutes on a long word.
    found = re.findall(r"[A-Za-z][A-Za-z0-9_-]*", words)
    return list(dict.fromkeys(word for word in found if len(word) <= 40 and re.search("[0-9]", word)))
