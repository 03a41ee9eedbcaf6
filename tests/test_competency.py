"""The competency questions: answers equal to what was written before, and able to fail.

The seeded changes are made one after the other on one copy of the graph (`seeded_world`).
"""

import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from allygraph.build import open_current
from allygraph.cli import ally
from allygraph.competency import Answer, Ask, Question, answer, read_questions
from allygraph.competency.page import command, page
from allygraph.errors import QueryFileError
from tests.seeded_world import World

ROOT = Path(__file__).resolve().parent.parent
QUESTIONS = read_questions(ROOT / "tests" / "competency")
ASKED = [question for question in QUESTIONS if question.asks]


@pytest.fixture(scope="module")
def built():
    """The built graph."""
    return open_current(ROOT)


@pytest.fixture(scope="module")
def answers(built):
    """All answers with their claims, from one run."""
    return {
        question.number: [answer(built, asked) for asked in question.asks] for question in QUESTIONS
    }


@pytest.fixture(scope="module")
def world():
    """The copy that all seeded changes share."""
    return World(ROOT)


def test_every_question_is_asked_or_says_why_it_cannot_be():
    """A question that was forgotten would look like one that is answered."""
    assert [question.number for question in QUESTIONS] == list(range(1, 94))
    assert all(question.seeded for question in ASKED)


@pytest.mark.parametrize("question", ASKED, ids=lambda question: f"q{question.number:03}")
def test_a_question_has_the_answer_written_for_it(question, answers):
    """The expected rows come from the questions and the sheets, not from the graph."""
    for asked, given in zip(question.asks, answers[question.number], strict=True):
        assert sorted(given.rows) == sorted(asked.expected), asked.query


@pytest.mark.parametrize("question", ASKED, ids=lambda question: f"q{question.number:03}")
def test_a_seeded_change_of_data_is_noticed(question, world):
    """An answer that stays the same whatever the data say would prove nothing."""
    assert world.notices(question), question.seeded.change


def test_the_page_of_questions_is_made_from_the_answers(built, answers):
    """The manual is generated; `make docs` writes it."""
    written = (ROOT / "docs" / "competency.md").read_text(encoding="utf-8")

    assert written == page(built, QUESTIONS, answers)


def test_a_long_answer_is_cut_and_says_so(built):
    """A page that hides rows without a word would show another answer."""
    rows = tuple((f"row {number}",) for number in range(63))
    asked = Ask("thing/named", {"words": "a b"}, ("thing",), frozenset(rows))
    question = Question(1, "What?", "A. All", (asked,), None, "", "Read so.")
    claims = (("claim:a", "claim:b", "claim:c", "claim:d"),) * 63
    text = page(built, [question], {1: [Answer(rows, claims)]})

    assert "1 of 1 questions" in text
    assert "$ ally query thing/named -p 'words=a b'" in text
    assert "| row 59 | `a`, `b`, `c` and 1 more |" in text
    assert "row 60" not in text
    assert "and 3 more rows." in text


def test_a_command_of_the_page_gives_the_rows_of_its_answer():
    """What the page shows can be asked again."""
    asked = next(question for question in ASKED if question.number == 8).asks[1]
    _, *words = shlex.split(command(asked))
    shown = CliRunner().invoke(ally, [*words, "-f", "tsv"])

    assert shown.exit_code == 0, shown.output
    assert "actor/mark-rutte" in shown.stdout


def test_a_change_is_taken_back(world):
    """Else one seeded change would answer for the next."""
    before = set(world.sources), set(world.whole)
    world.notices(ASKED[0])

    assert (set(world.sources), set(world.whole)) == before


@pytest.mark.parametrize(
    "text",
    [
        "question = ",
        'question = "q"\nsection = "s"\n',
        'question = "q"\nsection = "s"\ncannot = "c"\nother = 1\n',
        'section = "s"\ncannot = "c"\n',
        'question = "q"\nsection = "s"\n[[asks]]\nquery = "thing/named"\ncolumns = ["thing"]\n',
    ],
    ids=["not TOML", "no asks", "unknown key", "no question", "no table"],
)
def test_a_question_out_of_form_is_told_with_its_file(text, tmp_path):
    """The author is led to the file."""
    (tmp_path / "q001.toml").write_text(text, encoding="utf-8")

    with pytest.raises(QueryFileError) as caught:
        read_questions(tmp_path)

    assert "q001" in (caught.value.place or "")
