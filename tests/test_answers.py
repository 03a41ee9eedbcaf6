"""Answers: the competency questions, asked of the built graph, with what the sheets lead to expect.

Each row of ``tests/queries/answers.tsv`` is a question: a query, its values, and the distinct
things in its first column (by name, or how many). Both clocks are late when a row does not say.
"""

import csv
from pathlib import Path

import pytest

from allygraph.build import open_current
from allygraph.names import compact
from allygraph.queries import bind, load

ROOT = Path(__file__).resolve().parent.parent
LATE = {"as_of": "2026-11-23", "known_by": "2026-11-23"}
with (ROOT / "tests" / "queries" / "answers.tsv").open(encoding="utf-8", newline="") as table:
    CASES = list(csv.DictReader(table, delimiter="\t"))


@pytest.fixture(scope="module")
def engine():
    """The built graph."""
    return open_current(ROOT)


def test_there_are_enough_questions():
    """A table that was emptied would pass."""
    assert len(CASES) >= 25


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['query']} {case['values']}")
def test_a_question_has_the_answer_of_the_sheets(case, engine):
    """By thought first, from the sheets; then asked."""
    query = load(case["query"])
    clocks = {name: day for name, day in LATE.items() if name in query.params}
    given = dict(pair.split("=", 1) for pair in case["values"].split())
    rows = engine.select(bind(query, clocks | given)).rows
    found = sorted({compact(row[0].value) for row in rows})

    expected = case["answers"]
    assert (str(len(found)) if expected.isdigit() else " ".join(found)) == expected
