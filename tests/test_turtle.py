"""Canonical Turtle: small diffs, nothing lost, the same bytes each time; and lines of subjects."""

import difflib
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from allygraph.errors import NotCanonical, UnreadableFile
from allygraph.names import PREFIXES
from allygraph.positions.tokens import comments
from allygraph.turtle import canonical, is_canonical

ROOT = Path(__file__).resolve().parent.parent
HEAD = "# what it holds\n# SPDX-License-Identifier: CC-BY-4.0\n"
PREFIX_LINES = "".join(
    f"PREFIX {name}: <{PREFIXES[name]}>\n" for name in ("ally", "claim", "owl", "rdfs", "xsd")
)
CLAIM = """claim:x-{n}
    a ally:Claim ;
    rdfs:label "claim {n}"@en ;
    ally:affirms claim:y ;
    ally:saidOn "2023-06-13"^^xsd:date ;
.
"""


def _claims(*numbers: int) -> str:
    return canonical(HEAD + PREFIX_LINES + "".join(CLAIM.format(n=n) for n in numbers))


def test_a_new_claim_changes_only_its_own_lines():
    """A review reads the change, not the reshuffling of what stood there."""
    before, after = _claims(*range(10, 60)), _claims(*range(10, 61))
    diff = list(difflib.unified_diff(before.splitlines(), after.splitlines(), n=0))[2:]
    changed = [line for line in diff if not line.startswith("@@")]

    assert all(line.startswith("+") for line in changed)
    assert len(changed) == len(CLAIM.splitlines()) + 1


def test_one_edited_literal_changes_at_most_three_lines():
    """The form keeps one value a line."""
    before = _claims(1, 2, 3)
    after = canonical(before.replace('"claim 2"', '"another"'))
    changed = [
        line for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line[0] in "+-"
    ]

    assert len(changed) <= 3


def test_the_form_of_the_form_is_the_same():
    """A second pass changes nothing, also where lists and blank nodes stand."""
    text = (
        HEAD
        + PREFIX_LINES
        + (
            "ally:B a owl:Class ; rdfs:subClassOf [ a owl:Restriction ; owl:onProperty ally:x ;"
            " owl:someValuesFrom ally:C ], [ a owl:Restriction ; owl:onProperty ally:y ;"
            " owl:hasValue ally:D ] .\n"
            "[] a owl:AllDisjointClasses ; owl:members ( ally:A ally:B ) .\n"
        )
    )
    once = canonical(text)

    assert canonical(once) == once
    assert is_canonical(once)
    assert "_:" not in once


def test_hash_seeds_do_not_change_the_form():
    """The order comes from the names, never from the memory of a process."""
    code = "import sys; from allygraph.turtle import canonical; print(canonical(sys.stdin.read()))"
    text = HEAD + PREFIX_LINES + "".join(CLAIM.format(n=n) for n in range(20))
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            input=text,
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": str(seed)},
        ).stdout
        for seed in range(3)
    }

    assert len(outputs) == 1


def test_a_comment_below_the_head_is_refused_with_its_line():
    """The form cannot keep it, and losing it silently would be worse than an error."""
    text = HEAD + PREFIX_LINES + "claim:a a ally:Claim . # a note\n"
    with pytest.raises(NotCanonical, match="a note") as caught:
        canonical(text, place="x.ttl")

    assert caught.value.place == "x.ttl:8"


def test_a_number_sign_in_a_string_or_an_iri_is_no_comment():
    """Only the grammar decides what is a comment."""
    text = (
        PREFIX_LINES + 'claim:a rdfs:label "# not one", """\n# nor this""" ; rdfs:seeAlso <x:y#z> .'
    )

    assert list(comments(text)) == []


def test_a_literal_that_the_form_would_rewrite_is_refused():
    """Nothing is changed that a reader might mean."""
    text = PREFIX_LINES + 'claim:a ally:hedged "1"^^xsd:boolean .\n'
    with pytest.raises(NotCanonical, match="would not mean the same"):
        canonical(text)


def test_broken_turtle_is_told_with_line_and_column():
    """A reader is led to the place."""
    with pytest.raises(UnreadableFile) as caught:
        canonical(
            PREFIX_LINES + "claim:a a ally:Claim ;; ally:x ally:y .\nclaim:b ally:x ]",
            place="x.ttl",
        )

    assert caught.value.place.startswith("x.ttl:7:")


@pytest.mark.parametrize("number", ["2.50", "00.5", "-0.0", "07", "+7", "true", "1.0e3", "-3"])
def test_a_number_is_canonical_only_if_rdflib_would_write_it_so(number, monkeypatch):
    """The quick answer is asked first, and may not call canonical what rdflib writes otherwise."""
    module = importlib.import_module("allygraph.turtle.canonical")
    prefixes = "".join(f"PREFIX {name}: <{PREFIXES[name]}>\n" for name in ("ally", "xsd"))
    text = f"{prefixes}\nally:b\n    ally:c {number} ;\n.\n"
    quick = module._is_written_so(text, module._quads(text, None))
    monkeypatch.setattr(module, "_is_written_so", lambda *_: False)

    assert not quick or canonical(text) == text


def test_the_quick_answer_is_that_of_rdflib_on_all_that_is_shipped(monkeypatch):
    """Two writers of one form: they agree on every file of data, and most are asked quickly."""
    module = importlib.import_module("allygraph.turtle.canonical")
    texts = [
        path.read_text(encoding="utf-8")
        for path in sorted((ROOT / "data" / "sources").rglob("*.ttl"))
    ]
    quick = [text for text in texts if module._is_written_so(text, module._quads(text, None))]
    monkeypatch.setattr(module, "_is_written_so", lambda *_: False)

    assert len(quick) > 0.9 * len(texts) > 0
    assert [text for text in quick if canonical(text) != text] == []
