"""``ally query``, ``ally queries``, ``ally sparql``: questions in, answers out, slips refused."""

import json

import pytest
from click.testing import CliRunner

from allygraph.cli import ally
from allygraph.errors import AllygraphError, UnknownName, UnknownParameter, UnsafeQuery
from allygraph.names import expand
from allygraph.queries import names

BLOCKERS = ("query", "proposal/blockers", "-p", "proposal=proposal:nato-tokyo-office")
THEN = ("--as-of", "2023-06-13", "--known-by", "2023-06-13")


def run(*arguments: str, text: str | None = None) -> str:
    """Run a command in this process and give its output; its errors are raised."""
    done = CliRunner().invoke(ally, arguments, input=text, standalone_mode=False)
    if done.exception is not None:
        raise done.exception
    return done.stdout


def test_why_prints_the_words_the_speaker_and_the_source():
    """The first promise of the project."""
    answer = run(*BLOCKERS, *THEN, "--why")

    assert "actor:france" in answer
    assert "“the idea has faced opposition from France”" in answer
    assert "“which fears it sends the wrong message to China”" in answer
    assert "Nikkei Asia, 2023-06-13" in answer


def test_json_is_a_list_of_objects_keyed_by_column():
    """Values are plain, IRIs whole; with --why each object carries its claims."""
    (plain,) = json.loads(run(*BLOCKERS, *THEN, "-f", "json"))
    (told,) = json.loads(run(*BLOCKERS, *THEN, "-f", "json", "--why"))

    assert plain["blocker"] == expand("actor:france")
    assert {"blocker", "rule", "reason"} <= set(plain)
    assert {key: told[key] for key in plain} == plain
    assert "S037" in {claim["identifier"] for claim in told["claims"]}


def test_a_spreadsheet_cannot_hold_the_claims():
    """Better refused than dropped."""
    with pytest.raises(AllygraphError, match="--why"):
        run(*BLOCKERS, *THEN, "--why", "-f", "csv")


def test_a_number_leads_to_the_query_that_lists_what_it_counts():
    """Behind a number stand rows, and only behind these the claims."""
    with pytest.raises(AllygraphError, match="counts rows") as caught:
        run("query", "evidence/hit-rate-by-speaker", "--why")

    assert "evidence/verdicts" in str(caught.value.expected)


def test_a_slip_in_the_name_of_a_thing_is_no_empty_answer():
    """The answer that nobody blocks it would be believed."""
    with pytest.raises(UnknownName, match="nato-tokio-office") as caught:
        run("query", "proposal/blockers", "-p", "proposal=proposal:nato-tokio-office")

    assert "proposal:nato-tokyo-office" in (caught.value.expected or "")


def test_a_clock_that_a_query_does_not_have_is_refused():
    """An event's participants do not depend on a day in the world."""
    event = "event=event:nato-summit-vilnius-2023"
    with pytest.raises(UnknownParameter, match="as_of"):
        run("query", "event/participants", "-p", event, "--as-of", "2023-07-11")


def test_explain_prints_a_query_that_runs_as_it_is():
    """What is printed can be pasted anywhere; here it is given back to ourselves."""
    text = run(*BLOCKERS, *THEN, "--explain")

    assert run("sparql", "-", "-f", "csv", text=text) == run(*BLOCKERS, *THEN, "-f", "csv")


def test_all_saved_queries_are_listed_with_their_questions():
    """The list is the way in."""
    listed = json.loads(run("queries", "-f", "json"))

    assert [row["name"] for row in listed] == names()
    assert all(row["question"].endswith("?") for row in listed)


def test_a_query_of_ones_own_may_ask_in_three_ways():
    """SELECT, ASK, CONSTRUCT; the prefixes of the table are known."""
    pattern = "{ actor:france a ?class }"

    rows = run("sparql", f"SELECT ?class WHERE {pattern}", "-f", "csv").splitlines()

    assert rows == ["class", expand("ally:State")]
    assert run("sparql", f"ASK {pattern}") == "true\n"
    assert run("sparql", f"CONSTRUCT {pattern} WHERE {pattern}").endswith("State> .\n")


@pytest.mark.parametrize("word", ["SERVICE", "service", "SERVICE SILENT"])
def test_a_local_query_reaches_no_other_endpoint(word):
    """A silent host would hold the command for ever."""
    with pytest.raises(UnsafeQuery):
        run("sparql", f"SELECT * WHERE {{ {word} <http://127.0.0.1/> {{ ?s ?p ?o }} }}")


def test_the_word_service_may_stand_in_a_text():
    """Only the keyword is refused."""
    assert run("sparql", 'ASK { ?x rdfs:label "SERVICE <http://a/>" } # SERVICE') == "false\n"
