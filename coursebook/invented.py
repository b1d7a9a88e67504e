"""An invented class: answers drawn by lot, to show what the class's results look like."""

from __future__ import annotations

import random
from collections.abc import Iterator

from coursebook import responses
from coursebook.data import table
from coursebook.discuss.positions import STANCES, VERDICTS

SEED = 19501015
STAND = "C01 C04 C26".split()  # claims on which the lessons ask for a stance
JUDGED = "C01 C04 C06 C10 C14 C18 C23 C26".split()
FOR = (
    "{row} would hardly exist if this were wrong.",
    "{row} comes from somebody who had no reason to say so.",
    "I looked for a row against it as good as {row} and found none.",
)
AGAINST = (
    "{row} fits another cause just as well.",
    "{row} is one voice, and the others repeat it.",
    "The claim says more than {row} can bear.",
)
BESIDE = ("The tables stop before this is decided.", "It hangs on a word that nobody has defined.")


def invented_files(count: int, seed: int = SEED) -> Iterator[bytes]:
    """Yield the files of an invented class, as the course writes them.

    Args:
        count: learners.
        seed: of the lot; the same seed gives the same class.
    """
    lot = random.Random(seed)
    evidence = table("evidence")
    rows = {
        (claim, side): list(
            evidence[(evidence.claim_id == claim) & (evidence.direction == side)].cited_row[:4]
        )
        for claim in JUDGED
        for side in ("supports", "undermines")
    }
    for _ in range(count):
        file = responses.empty() | {"learner": f"{lot.getrandbits(48):012x}"}
        for key, value, earlier in _drawn(lot, rows):
            entry = {"value": value, "saved_at": "2026-09-14T09:30:00.000000Z"}
            if earlier is not None:
                entry["earlier"] = [{"value": earlier, "saved_at": "2026-09-07T09:30:00.000000Z"}]
            file["answers"][key] = entry
        yield responses.as_text(file).encode()


def _drawn(lot: random.Random, rows: dict) -> Iterator[tuple]:
    """Yield key, value and earlier value of one invented learner's answers."""
    lessons = table("claims").set_index("row_id").lesson
    for claim in STAND:
        start = f"{lessons[claim]}.stance.{claim}"
        place = min(4, max(0, round(lot.gauss(1.6, 1.2))))
        yield f"{start}.before.choice", STANCES[place], None
        yield f"{start}.before.reason", *_reason(lot, rows, claim, place)
        if lot.random() < 0.85:
            place = min(4, max(0, place + lot.choice((-1, 0, 0, 1, 1, 2))))
            yield f"{start}.after.choice", STANCES[place], None
            yield f"{start}.after.reason", *_reason(lot, rows, claim, place)
    for item in table("forecasts").itertuples():
        percent = min(100, max(0, 5 * round(lot.gauss((item.base_rate + item.trend_rate) / 2, 22) / 5)))
        moved = min(100, max(0, percent + 5 * lot.randint(-4, 4)))
        changed = lot.random() < 0.3 and moved != percent
        yield (
            f"00.forecast.{item.row_id}.percent",
            moved if changed else percent,
            percent if changed else None,
        )
    for claim in JUDGED:
        start = f"{lessons[claim]}.verdict.{claim}"
        place = min(5, max(0, round(lot.gauss(1.8, 1.5))))
        yield f"{start}.then", VERDICTS[min(5, max(0, place + lot.choice((-1, -1, 0, 1))))], None
        yield f"{start}.since", VERDICTS[place], None
        for side, name in (("supports", "for"), ("undermines", "against")):
            known = rows[claim, side]
            cited = ", ".join(lot.sample(known, min(len(known), lot.randint(0, 2))))
            yield f"{start}.{name}", cited or "none found", None
        yield f"{start}.reason", *_reason(lot, rows, claim, place)


def _reason(lot: random.Random, rows: dict, claim: str, place: int) -> tuple[str, None]:
    """Return an invented reason that fits a place on a scale of five, whose middle is 2."""
    side, words = ("supports", FOR) if place < 2 else ("undermines", AGAINST)
    known = rows[claim, side]
    if place in (2, 5) or not known:
        return lot.choice(BESIDE), None
    return lot.choice(words).format(row=lot.choice(known)), None
