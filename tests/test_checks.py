"""Checks: each query finds the faults of its examples, and nothing in the sound ones.

An example under ``tests/checks/<check>/`` is judged in a graph built from the ontology, the
examples' common neighbours and itself; its first line ends with "finds" and the things at fault.
"""

import re
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest

from allygraph.derive import extend
from allygraph.graph import file_quads
from allygraph.names import expand
from allygraph.resources import check_files, ontology_files
from allygraph.validation.findings import SEVERITIES
from allygraph.validation.queries import OFF, levels, read_check, run, table

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "tests" / "checks"
CASES = sorted(EXAMPLES.glob("*/*.ttl"))
CHECKS = check_files(ROOT)


@cache
def background() -> list[ox.Quad]:
    """Read the ontology and what examples refer to."""
    files = [*ontology_files(ROOT), EXAMPLES / "neighbours.ttl"]
    return [quad for path in files for quad in file_quads(path, name=path.stem)]


def graph_with(path: Path) -> ox.Store:
    """Build the graph in which an example is judged; its things replace their namesakes."""
    quads = list(file_quads(path, name=f"examples/{path.stem}"))
    replaced = {quad.subject for quad in quads}
    store = ox.Store()
    store.extend(quads + [quad for quad in background() if quad.subject not in replaced])
    extend(store, ROOT)
    return store


def expected(path: Path) -> set[str]:
    """Give the things that the first line of an example says are found."""
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    named = re.search(r": finds (.+)$", first)
    return {expand(name) for name in named[1].split()} if named else set()


def test_every_check_has_invalid_and_valid_examples():
    """A check without a case that it finds may find nothing; one without a sound case, too much."""
    kinds = {(path.parent.name, path.stem.partition("-")[0]) for path in CASES}

    assert len(CHECKS) >= 30
    assert sorted({(path.stem, kind) for path in CHECKS for kind in ("invalid", "valid")}) == (
        sorted(kinds)
    )


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_check_finds_what_its_example_says(path):
    """No more and no less; an invalid example names at least one thing."""
    check = read_check(ROOT / "queries" / "checks" / f"{path.parent.name}.rq")

    found = {focus.value for focus, _, _ in run(check, graph_with(path))}

    assert found == expected(path)
    assert bool(found) == path.stem.startswith("invalid-")


@pytest.mark.parametrize("path", CHECKS, ids=lambda path: path.stem)
def test_a_check_says_the_problem_and_the_remedy_in_sentences(path):
    """They are the message of every finding."""
    check = read_check(path)

    assert check.title[0].isupper()
    assert not check.title.endswith(".")
    assert check.problem.endswith(".")
    assert check.remedy.endswith(".")
    assert "ORDER BY ?focus ?path ?value" in check.text


def test_every_check_has_a_level_and_every_level_a_rule():
    """levels.tsv also holds the rules that are Python, because SPARQL cannot say them."""
    in_python = {
        "blank-node", "bounds-disagree", "dangling-name", "engines-differ", "form", "head-lines",
        "not-derivable", "owl", "quote-not-in-text", "saved-query", "shape-refused",
        "subject-twice",
    }  # fmt: skip
    known = table(ROOT)

    assert set(known) == {path.stem for path in CHECKS} | in_python
    assert set(known.values()) <= {*SEVERITIES, OFF}
    assert list(known) == sorted(known)
    assert levels(ROOT) == {name: level for name, level in known.items() if level != OFF}
