"""``ally add claim`` with questions: asked on stderr, again where an answer cannot be read."""

import os
import pty
import re
import select
import shlex
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest

from allygraph.cli import interview
from allygraph.cli.add import claim
from allygraph.cli.interview import Interview
from allygraph.curation.checkout import Checkout
from allygraph.curation.questions import QUESTIONS, Answers
from allygraph.curation.things import Workshop
from allygraph.validation import validate
from tests.curating import ROOT, TEXT, add_claim, contents, make_checkout

SOURCE = ("new", "ASEAN grows", "2024-05", "", "A text of the tests.", "2024-06-02", "en")
PUBLISHER = ("new", "organ", "", "The Herald", "")
TYPED = (
    *SOURCE,
    *PUBLISHER,
    *("", "", ""),  # nothing more of the source, its label, its name
    *("aff", "new", "memb", "Empire", "Nippon", "observer", "ASEAN"),
    *("", "membership of Japan in ASEAN", ""),
    *("", "", "fact"),  # the publisher answers for it, through nobody
    *("", "Japan is an observer", "-", ""),  # no text; how it is quoted and when said is left out
    *("2024-05", "ongo", "", "Japan observes ASEAN", "verified"),
    *("nonsense", "note", "A remark.", "", "y"),
)
"""All answers; an empty one takes the default or leaves the question out."""


@pytest.fixture
def root(tmp_path) -> Path:
    """A small checkout that a test may edit."""
    return make_checkout(tmp_path / "checkout")


def typed(*answers: str) -> str:
    """Join answers as they are typed."""
    return "".join(f"{answer}\n" for answer in answers)


def test_questions_make_the_claim_and_all_that_it_needs(root):
    """A new source, publisher and relationship are described where they are first named."""
    done = add_claim(root, "--ask", typed=typed(*TYPED))

    assert done.exception is None, done.output
    assert "claim:the-herald-asean-grows-s001 is written" in done.stderr
    assert set(contents(root)) - set(contents(make_checkout(root.parent / "as-it-was"))) == {
        "data/actors/publishers.ttl",
        "data/relationships/memberships/other.ttl",
        "data/sources/2024/the-herald-asean-grows.ttl",
    }
    assert [finding.text() for finding in validate([root / "data"], root=root).findings] == []


def test_candidates_and_choices_are_shown_with_their_labels(root):
    """Nobody has to know the names by heart; what is not sure is chosen."""
    done = add_claim(root, "--ask", typed=typed(*TYPED))

    assert "   1  actor:japan-old (Empire of Japan)" in done.stderr
    assert "  → actor:japan (Japan)" in done.stderr
    assert "kind:membership-observer (observer status)" in done.stderr
    assert "  'nonsense' is none of them" in done.stderr
    assert "+claim:the-herald-asean-grows-s001" in done.stdout


def test_the_options_that_say_the_same_are_told_and_do_the_same(root, tmp_path):
    """What was asked can be given by options: the second checkout gets the same files."""
    other = make_checkout(tmp_path / "other")
    done = add_claim(root, "--ask", typed=typed(*TYPED))
    command = re.search(r"^  ally add claim (.*)\Z", done.stderr, re.MULTILINE | re.DOTALL)
    assert command is not None

    again = add_claim(other, *shlex.split(command[1]))

    assert again.exception is None, again.output
    assert contents(root) == contents(other)
    assert again.stdout == done.stdout


def test_options_answer_questions_before_they_are_asked(root):
    """What is given is not asked again."""
    given = [
        *("--source", "doc:gazette-2023-06-japan", "--affirms", "rel:nato-japan-itpp"),
        *("--asserted-by", "The Gazette", "--modality", "fact", "--review", "verified"),
        *("--no-quote", "A claim of the tests.", "--start", "2023", "--end", "2024"),
        *("--label", "it was so", "--reported-by", "NATO", "--said-on", "2023-06-12"),
    ]

    done = add_claim(root, "--ask", *given, typed=typed("", "y"))

    questions = re.findall(r"^(.+?)(?: \[.*\])?: ", done.stderr, re.MULTILINE)
    assert done.exception is None, done.output
    assert questions[0].startswith("Anything more")
    assert "is written" in done.stderr


def test_a_quote_that_the_text_does_not_print_is_asked_for_again(root, tmp_path):
    """The printed words are shown, and can be taken."""
    text = tmp_path / "text.txt"
    text.write_text(TEXT, encoding="utf-8")
    answers = [
        *("The Gazette on Japan", "doubts", "rel:nato-japan-itpp", "", "", "uncertainty"),
        *("no-such.txt", str(text), "it is 'not yet clear'", ""),
        *("verbatim", "", "2023-02-30", "2023-02", "unknown", "soon", "2023-06-01"),
        *("when is not clear", "verified", "", "y"),
    ]

    done = add_claim(root, "--ask", typed=typed(*answers))

    assert done.exception is None, done.output
    assert "cannot be read" in done.stderr
    assert "expected: “it is “not yet clear””" in done.stderr
    assert "'2023-02-30' names no real day" in done.stderr
    assert "'soon' is not a date" in done.stderr
    assert '+    ally:earliestEnd "2023-06-01"^^xsd:date ;' in done.stdout
    assert '+    oa:exact "it is “not yet clear”" ;' in done.stdout
    assert "+    ally:checkedAgainst" in done.stdout


def test_no_is_no(root):
    """Without a yes nothing is written, and what was said is not lost."""
    before = contents(root)

    done = add_claim(root, "--ask", typed=typed(*TYPED[:-1], "n"))

    assert contents(root) == before
    assert "nothing was changed" in done.stderr
    assert "--new actor:the-herald ally:Organization" in done.stderr


def test_an_interrupted_session_tells_what_was_answered(root):
    """Ctrl-D in the middle: the options so far can be used again."""
    before = contents(root)

    done = add_claim(root, "--ask", typed=typed(*TYPED[:20]))

    assert isinstance(done.exception, click.Abort)
    assert "--source doc:the-herald-asean-grows" in done.stderr
    assert contents(root) == before


def test_where_nobody_answers_nothing_is_asked(root):
    """A script without --yes is told how to say whether to write."""
    done = add_claim(root, "--source", "doc:gazette-2023-06-japan")

    assert "lacks --modality" in str(done.exception)
    assert "Source document" not in done.stderr


def test_every_question_has_an_option_and_is_asked():
    """The table makes both; the rare ones are asked of those who name them."""
    options = {option for parameter in claim.params for option in parameter.opts}
    asked: list[str] = []

    class Recorder(Interview):
        def _value(self, question, *, optional, default):
            asked.append(question.key)
            kinds = {"end_kind": "kind:end-known", "modality": "kind:modality-fact"}
            texts = {"source": "doc:nikkei-asia-2023-06-ap4", "quote": None, "asserted_by": None}
            return texts.get(question.key, kinds.get(question.key)) if not question.many else None

        def _choose(self, words, choices, default):
            return choices[len(asked) % 3]

        def _line(self, words, default=None):
            rare = re.search(r"\((.*);", words)
            return next((key for key in rare[1].split(", ") if key not in tried(key)), "")

    def tried(key: str) -> set[str]:
        return {one.replace("_", "-") for one in asked} | {"into"}

    checkout = Checkout.read(ROOT)
    for kind in ("known", "ongoing"):
        answers = Answers({} if kind == "known" else {"end_kind": ["ongoing"]})
        Recorder(answers, Workshop(checkout), today="2024-01-01").run()
    for polarity in ("affirms", "denies", "doubts"):
        Recorder._choose = lambda *_, chosen=polarity: chosen
        Recorder(Answers(), Workshop(checkout), today="2024-01-01").run()

    assert {question.key for question in QUESTIONS} <= set(asked) | {"quotation"}
    assert {question.option for question in QUESTIONS} <= options
    assert set(interview.POLARITIES) <= set(asked)


def test_the_manual_shows_what_is_asked_and_an_example_that_works(root):
    """What the page shows is what the program prints, here on the small checkout."""
    page = (ROOT / "docs" / "adding.md").read_text(encoding="utf-8")
    asked, given = re.findall(r"```console\n\$ ally add claim(.*?)```", page, re.DOTALL)[:2]
    answers = re.findall(r"^(?:Source document|Does|Doubted).*?: (.*)$", asked, re.MULTILINE)

    done = add_claim(root, "--ask", typed=typed(*answers))
    example = add_claim(ROOT, *shlex.split(given.replace("\\\n", " ")))

    assert done.stderr.startswith(asked.lstrip("\n"))
    assert (example.exception, example.return_value) == (None, None), example.output
    assert "claim:example-times-2024-05-summit-s001 would be written" in example.stderr


def test_a_real_terminal_is_asked_unasked(root):
    """On a terminal questions come without --ask, the diff is coloured, and yes writes."""
    leader, follower = pty.openpty()
    arguments = [sys.executable, "-m", "allygraph", "add", "claim", "--root", str(root)]
    process = subprocess.Popen(
        arguments,
        cwd=ROOT,
        stdin=follower,
        stdout=follower,
        stderr=follower,
        env=os.environ | {"TERM": "xterm", "PYTHONPATH": str(ROOT)},
        start_new_session=True,
    )
    os.close(follower)
    try:
        seen = _typed_at(leader, [*TYPED])
        code = process.wait(timeout=60)
    finally:
        process.kill()
        process.wait()
        os.close(leader)

    assert code == 0, seen
    assert "claim:the-herald-asean-grows-s001 is written" in seen
    assert "\x1b[32m+claim:the-herald-asean-grows-s001" in seen
    assert (root / "data/sources/2024/the-herald-asean-grows.ttl").exists()


def _typed_at(leader: int, answers: list[str]) -> str:
    """Type an answer whenever the program waits at a prompt; give all that was seen."""
    seen, answered = "", 0
    end = time.monotonic() + 120
    while time.monotonic() < end:
        ready, _, _ = select.select([leader], [], [], 0.5)
        if ready:
            try:
                part = os.read(leader, 65536).decode("utf-8", errors="replace")
            except OSError:  # the program has closed its side
                return seen
            seen += part
            answered_until = seen.rfind("\n") + 1
            if re.search(r": $", seen[answered_until:]) and answers:
                os.write(leader, f"{answers.pop(0)}\n".encode())
                answered += 1
    raise AssertionError(f"no end after {answered} answers: {seen[-2000:]}")
