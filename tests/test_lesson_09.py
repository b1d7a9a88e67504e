"""What lesson 09 says in words about the tables: it must change when they do."""

import nbformat
import pandas as pd
import pytest
from conftest import ROOT

from coursebook.data import row, table
from coursebook.scores import scored_forecasts

PATH = ROOT / "notebooks" / "09_judging_the_essay.ipynb"
RANK = {"yes": 3, "mostly": 3, "mixed": 2, "mostly not": 1, "no": 1}


def output_of(comment):
    """The HTML stored under the cell that opens with this comment."""
    for cell in nbformat.read(PATH, 4).cells:
        if cell.cell_type == "code" and cell.source.startswith(comment):
            return "".join(o.get("data", {}).get("text/html", "") for o in cell.outputs)
    raise AssertionError(f"no cell opens with {comment!r}")


def carrying():
    links, claims = table("claim_links"), table("claims").set_index("row_id")
    one = set(links[links.to_id == "C30"].from_id)
    below = one | set(links[links.to_id.isin(one)].from_id)
    return [c for c in claims.index if c in below and claims.testable[c] != "no"]


def test_six_to_eight_claims_carry_the_last_paragraph_and_have_a_dossier():
    text = PATH.read_text(encoding="utf-8")
    assert 6 <= len(carrying()) <= 8
    assert all(f"Evidence on {claim_id}: " in text for claim_id in carrying())


def test_the_best_and_the_weakest_claim_of_the_seven_are_alone_in_their_verdict():
    then = table("claim_verdicts").set_index("claim_id").reasonable_2024[carrying()]
    assert then.index[then == "yes"].tolist() == ["C22"]
    assert then.index[then == "mostly not"].tolist() == ["C26"]


def test_what_could_be_read_for_c26_on_the_day_of_the_column_told_nothing():
    rows = table("evidence").query("claim_id == 'C26' and direction == 'supports'")
    sharp = rows[rows.would_exist_if_false.str.match(r"(no|hardly)\b")].cited_row.tolist()
    assert sharp == ["op020"] and row("op020").date_latest == pd.Timestamp("2024-11-28")
    ours = table("evidence").query("claim_id == 'C22' and direction == 'supports'")
    assert ours.would_exist_if_false.str.match(r"(no|hardly)\b").all()


def test_the_picture_of_the_seven_claims_is_told_right():
    """C26 has six rows for it and one that tells, C18 five and none, C27 none at all."""
    rows = table("evidence").query("direction == 'supports'")
    telling = rows.would_exist_if_false.str.match(r"(no|hardly)\b")
    found = {c: ((rows.claim_id == c).sum(), (telling & (rows.claim_id == c)).sum()) for c in carrying()}
    assert found["C26"] == (6, 1) and found["C18"] == (5, 0) and found["C27"] == (0, 0)
    pale = {c: every - sharp for c, (every, sharp) in found.items()}
    assert max(pale.values()) == pale["C26"] == pale["C18"]
    kinds = set(rows[rows.claim_id.isin(carrying())].would_exist_if_false.str.extract(r"(\w+)")[0])
    assert kinds <= {"no", "hardly", "perhaps", "yes"}


def test_four_of_six_directions_came_true():
    six = scored_forecasts()
    hits = six[six.claim_points_to == six.outcome].claim_id.tolist()
    assert hits == ["C06", "C10", "C12", "C18"] and len(six) == 6


def test_the_claims_that_are_said_to_move_between_the_verdicts_do():
    judged = table("claim_verdicts").set_index("claim_id")
    then, since = (judged[c].map(RANK) for c in ("reasonable_2024", "borne_out"))
    assert judged.index[since > then].tolist() == ["C04", "C26"]
    assert judged.index[(then == 3) & (since < 3)].tolist() == ["C17a", "C18", "C23"]
    left_out = judged.index[judged.borne_out == "not applicable"].tolist()
    assert left_out == ["C19", "C27", "C28", "C29"]


def test_the_premises_shown_in_the_hour_are_those_of_c30_and_the_one_without_a_row():
    links = table("claim_links")
    direct = links[(links.to_id == "C30") & (links.link == "assumes")].from_id
    assert sorted([*direct, "P09"]) == ["P01", "P03", "P09"]
    shown = output_of("# Three of the unstated premises")
    assert all(f">{premise}<" in shown for premise in ("P01", "P03", "P09"))


@pytest.mark.parametrize("premise", table("premises").row_id)
def test_every_premise_is_walked(premise):
    assert f">{premise}<" in output_of("# The ten unstated premises")


def test_no_premise_but_one_stands_without_a_row():
    premises = table("premises").set_index("row_id")
    assert premises.index[premises.rows_for.isna()].tolist() == ["P09"]


def test_an_empty_file_gets_sentences():
    for comment in ("# Your advice of lesson 00", "# Your probabilities", "# Your verdicts"):
        assert "Your file holds no" in output_of(comment)
