"""What is said of a query that cannot be read: where, and in words that help."""

import time

import pyoxigraph as ox
import pytest

from allygraph.names import PREFIXES
from allygraph.web.faults import evaluation, syntax

CASES = [
    ("SELECT * {\n  ?s ?p ?o .\n  FILTER(\n}", 4, 2, "past line 4, column 2"),
    ("ASK { ?s ally:partner ?o }", 1, 10, "the prefix 'ally:' is not declared"),
    ("PREFIX a: <x:>\nASK { 'a:b c:d' ?p b:c } # d:e", 2, 20, "the prefix 'b:' is not"),
    ("PREFIX a: <x:> ASK { ?s a:b ?o ; :c 1 }", 1, 34, "the prefix ':' is not declared"),
    ("ASK {\n <http://a b> ?p ?o }", 2, 2, "a sign that no IRI has"),
    ("ASK { <http://a/%zz> ?p ?o }", 1, 21, "IRI parsing failed"),
    ("SELECT ?s (COUNT(?o) AS ?n) { ?s ?p ?o }", 1, 41, "a variable that is unbound"),
    ("SELECT (1 AS ?y) (2 AS ?y) {}", 1, 30, "Duplicated variable name"),
    ("ASK { ?s ?p ?o . OPTIONAL ?s }", 1, 27, "what may stand there: {"),
    ("SELECT * { ?日本 ?p 'é' . BOGUS }", 1, 32, "after '"),
    ("ASK {} ASK {}", 1, 14, "past line 1"),
    ("", 1, 1, "past line 1"),
]


@pytest.mark.parametrize(("query", "line", "column", "words"), CASES, ids=lambda value: str(value))
def test_a_fault_has_its_place_and_words(query, line, column, words):
    with pytest.raises(SyntaxError) as caught:
        ox.Store().query(query)

    told = syntax(query, str(caught.value), PREFIXES)

    assert (told["line"], told["column"]) == (line, column)
    assert words in told["message"]
    assert "\\u{" not in told["message"]


def test_a_prefix_that_we_know_comes_with_its_namespace():
    told = syntax("ASK { ?s ally:partner ?o }", "error at 1:2: expected x", PREFIXES)

    assert told["expected"] == f"PREFIX ally: <{PREFIXES['ally']}> before the query"


def test_words_of_an_unknown_kind_are_passed_on():
    assert syntax("ASK {}", "out of luck", PREFIXES) == {"message": "out of luck"}


@pytest.mark.parametrize("sign", ["{", "'", "\\'", "<", "a:", "<a:", ":a.", "PREFIX a:", "a "])
def test_the_fault_of_a_hostile_text_is_found_in_linear_time(sign):
    text = (f"ASK {{ {sign * 70_000}")[:65_536]
    began = time.process_time()
    syntax(text, "error at 1:65000: expected x", PREFIXES)
    evaluation(text, "The custom function <x:a> is not supported")
    assert time.process_time() - began < 2.0


UNKNOWN = [
    ("SELECT (<x:f>(1) AS ?a)\n{ }", "<x:f>", 1, 9),
    ("PREFIX x: <x:>\nASK { FILTER(\n x:f(1)) }", "<x:f>", 3, 2),
    ("PREFIX x: <x:y/>\nASK { FILTER('x:f' = x:f(1)) }", "<x:y/f>", 2, 22),
]


@pytest.mark.parametrize(("query", "name", "line", "column"), UNKNOWN)
def test_a_function_that_does_not_exist_is_shown_in_the_query(query, name, line, column):
    with pytest.raises(RuntimeError) as caught:
        list(ox.Store().query(f"{query}"))

    told = evaluation(query, str(caught.value))

    assert name in told["message"]
    assert (told["line"], told["column"]) == (line, column)


def test_a_fault_of_evaluation_without_a_name_has_no_place():
    assert evaluation("ASK {}", "out of luck") == {"message": "out of luck"}
