"""Names: short names become IRIs and come back, and what is no name is refused."""

import time
from difflib import get_close_matches

import pytest

from allygraph.errors import UnknownName
from allygraph.names import PREFIXES, compact, did_you_mean, expand, graph_iri


@pytest.mark.parametrize("prefix", PREFIXES)
def test_every_prefix_goes_out_and_comes_back(prefix):
    """One table serves both ways."""
    assert compact(expand(f"{prefix}:some-name_1")) == f"{prefix}:some-name_1"


@pytest.mark.parametrize(
    "name", ["", "nato", "actor nato", "actor:na to", 'actor:"x', "acter:nato", "actor:<x>", "a:\n"]
)
def test_what_is_no_name_is_refused(name):
    """A space, a quote or an unknown prefix is an error, never a guess."""
    with pytest.raises(UnknownName):
        expand(name)


def test_a_slip_in_a_prefix_is_answered_with_the_near_one():
    """Most unknown prefixes are slips of the keyboard."""
    with pytest.raises(UnknownName) as caught:
        expand("acter:nato")

    assert caught.value.expected == "did you mean actor?"


def test_full_iris_stay_as_they_are():
    """Names of others have no short form here, and need none."""
    assert expand("https://example.org/x?y=1#z") == "https://example.org/x?y=1#z"
    assert expand("<https://example.org/x>") == "https://example.org/x"
    assert compact("https://example.org/x") == "https://example.org/x"


def test_the_graph_of_a_file_is_named_by_its_path():
    """So that every fact leads back to its file."""
    assert graph_iri("data/actors/states.ttl") == PREFIXES["graph"] + "data/actors/states"


def test_near_names_are_the_same_among_thousands_and_found_quickly():
    """A slip in one of 14,000 names must not cost a minute, nor change what is near."""
    many = [f"holding:{number:x}-{number * 7919:x}" for number in range(1000)]
    given = many[500][:-1]
    near = get_close_matches(given, many, n=3, cutoff=0.7)

    assert did_you_mean(given, many) == f"did you mean {', '.join(near)}?"
    started = time.monotonic()
    assert did_you_mean("x" * 100_000, many * 20) is None
    assert did_you_mean("\U0001f600" * 150, many * 20) is None
    assert time.monotonic() - started < 10
