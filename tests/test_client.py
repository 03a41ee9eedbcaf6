"""The library: one front door to the local graph and to a remote one, with the same answers."""

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

import allygraph
from allygraph.build import current_store
from allygraph.errors import UnknownName, UnknownParameter
from tests.serving import serving

ROOT = Path(__file__).resolve().parent.parent
DAY = date(2023, 6, 13)


@pytest.fixture(scope="module")
def graph():
    """The shipped graph."""
    with allygraph.open_graph() as opened:
        yield opened


@pytest.fixture(scope="module")
def endpoint():
    """The same graph behind our own service."""
    with serving(current_store(ROOT), deadline_s=20) as running:
        yield f"{running.address}/sparql"


def test_a_question_gives_a_table_and_a_frame(graph):
    """Days as dates, names short; rows as pandas wants them."""
    table = graph.query("membership/members-on", alliance="actor:nato", as_of=DAY, known_by=DAY)
    frame = table.frame()

    assert len(table) == len(frame) == 31
    assert "https://w3id.org/allygraph/actor/finland" in set(frame["member"])


def test_the_clocks_are_today_unless_they_are_given(graph):
    """As on the command line."""
    today = date.today()
    given = graph.query("membership/members-on", alliance="actor:nato", as_of=today, known_by=today)

    assert graph.query("membership/members-on", alliance="actor:nato") == given
    assert len(given) == 32


def test_claims_are_listed_of_a_source_or_about_a_thing(graph):
    """One of the two; neither or both is a slip of the program."""
    of_source = graph.claims(source="doc:nikkei-asia-2023-06-ap4", known_by=DAY)
    about = graph.claims("rel:france-opposes-nato-tokyo-office", known_by=DAY)

    assert len(of_source) == 172
    assert {record["speaker"] for record in about.records()} == {
        "https://w3id.org/allygraph/actor/nikkei-asia"
    }
    with pytest.raises(TypeError):
        graph.claims()


def test_a_remote_graph_gives_the_same_tables(graph, endpoint):
    """Saved queries run anywhere."""
    with allygraph.open_graph(endpoint, deadline_s=30) as remote:
        for name, values in (
            ("membership/members-on", {"alliance": "actor:nato"}),
            ("proposal/blockers", {"proposal": "proposal:nato-tokyo-office"}),
        ):
            given = values | {"as_of": DAY, "known_by": DAY}
            assert remote.query(name, **given) == graph.query(name, **given)


def test_the_command_asks_an_endpoint_with_the_claims_behind_each_row(endpoint):
    """``--endpoint`` and ``--why`` work together."""
    arguments = ["query", "proposal/blockers", "-p", "proposal=proposal:nato-tokyo-office"]
    arguments += ["--as-of", "2023-06-13", "--known-by", "2023-06-13", "--why"]
    start = [sys.executable, "-m", "allygraph", *arguments]
    local = subprocess.run(start, capture_output=True, text=True, check=True)
    remote = subprocess.run(
        [*start, "--endpoint", endpoint], capture_output=True, text=True, check=True
    )

    assert remote.stdout == local.stdout
    assert "“the idea has faced opposition from France”" in local.stdout


def test_a_label_is_given_in_the_language_asked_for(graph):
    """Japan's name in four languages; nothing where there is none."""
    assert [graph.label("actor:japan", language) for language in ("en", "ja", "xx")] == [
        "Japan",
        "日本",
        None,
    ]


def test_slips_are_errors_of_ours(graph):
    """A program can catch them by their base."""
    with pytest.raises(UnknownName):
        graph.query("membership/nobody")
    with pytest.raises(UnknownName, match="nato-tokio-office") as caught:
        graph.query("proposal/blockers", proposal="proposal:nato-tokio-office")
    assert "proposal:nato-tokyo-office" in caught.value.expected
    with pytest.raises(UnknownParameter):
        graph.query("membership/members-on", aliance="actor:nato")
    with pytest.raises(allygraph.AllygraphError):
        graph.query("membership/members-on", as_of="yesterday")


def test_validation_and_ontology_have_the_same_front_door(tmp_path):
    """Four public names are all there is."""
    path = tmp_path / "x.ttl"
    path.write_text("# x\n# y\n<https://w3id.org/allygraph/claim/x> <http://e/p> 1 .\n")

    assert allygraph.validate(path).findings
    assert len(allygraph.ontology().Partnership.instances()) > 4
