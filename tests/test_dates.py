"""Dates: every value of tests/edtf/bounds.tsv, and the ways in which a text can be refused."""

import csv
from datetime import date
from pathlib import Path

import pytest

from allygraph.dates import bounds
from allygraph.errors import DateError

with (Path(__file__).parent / "edtf" / "bounds.tsv").open(encoding="utf-8", newline="") as table:
    CASES = list(csv.DictReader(table, delimiter="\t"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["edtf"])
def test_bounds_cover_all_that_the_text_can_mean(case):
    """The earliest and the latest day are those that a careful reader would give."""
    expected = (date.fromisoformat(case["earliest"]), date.fromisoformat(case["latest"]))

    assert bounds(case["edtf"]) == expected


@pytest.mark.parametrize(
    "text", ["", "2023-00", "2023-13", "2023-02-30", "23", "2023/", "/2023", "next year", "٢٠٢٣"]
)
def test_a_text_that_is_no_date_is_refused_by_name(text):
    """The error repeats the text and shows the forms that would be accepted."""
    with pytest.raises(DateError, match=f"^'{text}' ") as caught:
        bounds(text)

    assert caught.value.code == "date-invalid"
    assert "2023-07-11" in caught.value.expected


def test_an_interval_cannot_run_backwards():
    """Swapped ends are a slip of the pen, not a longer interval."""
    with pytest.raises(DateError, match="ends before it begins"):
        bounds("2023-07-12/2023-07-11")
