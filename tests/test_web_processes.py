"""Several processes behind one port: how they start, are replaced, and end."""

import os
import signal
import time
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from allygraph.cli import ally
from allygraph.cli.serve import _base
from allygraph.errors import UnreadableFile, UsageError
from allygraph.web.examples import Example
from allygraph.web.patience import Patience
from allygraph.web.server import listen, serve
from allygraph.web.settings import Settings
from allygraph.web.workers import Limits
from tests.serving import serving

pytestmark = pytest.mark.skipif(not os.path.exists("/proc/self/task"), reason="needs /proc")
QUERY = {"query": "ASK { ?s ?p ?o }"}


def children(pid):
    """Give the processes that a process has started."""
    listing = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in listing.read_text(encoding="ascii").split()]


def descendants(pid):
    """Give these, and theirs."""
    own = children(pid)
    return own + [other for child in own for other in descendants(child)]


def alive(pid):
    """Say whether a process runs."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state.rpartition(")")[2].split()[0] not in ("Z", "X")


def until(condition, seconds=8.0):
    """Wait for something; give whether it came true."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if condition():
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def pair(store):
    """A service in two processes."""
    with serving(store, processes=2) as running:
        yield running


def test_a_process_that_dies_is_replaced_and_its_port_answers_on(pair):
    """Connections that come meanwhile wait for the new process; none is refused."""
    before = children(pair.process.pid)
    os.kill(before[0], signal.SIGKILL)

    for number in range(40):
        # Each on a connection of its own: they are spread over both sockets.
        query = {"query": f"ASK {{ ?s ?p {number} }}"}
        answer = httpx.get(f"{pair.address}/sparql", params=query, timeout=20)
        assert answer.status_code == 200

    after = children(pair.process.pid)
    assert len(before) == len(after) == 2
    assert len(set(before) & set(after)) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_all_processes_and_is_a_success(pair, number):
    """One signal, to the first process alone."""
    family = descendants(pair.process.pid)
    pair.stop(number)

    assert pair.process.returncode == 0
    assert len(family) > 4
    assert until(lambda: not any(alive(pid) for pid in family))


def test_no_process_outlives_a_supervisor_that_is_killed(pair):
    """Even kill -9 leaves nothing behind."""
    family = descendants(pair.process.pid)
    pair.process.kill()
    pair.process.wait()

    assert until(lambda: not any(alive(pid) for pid in family))


def test_a_port_is_never_shared_with_another_service(store):
    """Two services on one port would each get half of the questions."""
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match="cannot be listened on"):
            serve(Settings(store, port=port, processes=2), print)


@pytest.mark.parametrize("processes", [1, 2])
def test_a_store_that_cannot_be_opened_is_an_error_in_words(tmp_path, processes):
    """It is told by whoever starts the service, not by a log."""
    with pytest.raises(UnreadableFile, match="cannot be opened"):
        serve(Settings(tmp_path / "no-store", port=0, processes=processes), print)


def test_settings_cross_to_a_process_unchanged():
    """What a process reads is what the command was told."""
    settings = Settings(
        Path("/s"),
        processes=3,
        limits=Limits(deadline_s=2.5),
        patience=Patience(head_s=7),
        examples=(Example("a", "b", "c"),),
        base="https://example.org/",
        follow=Path("/r"),
    )

    assert Settings.from_record(settings.record()) == settings


def test_processes_share_the_places_of_a_service():
    """Each has the whole queue, because the kernel does not spread connections evenly."""
    whole = Settings(Path("/s"), processes=2, limits=Limits(workers=10, long_workers=4, queue=64))
    limits = whole.share().limits

    assert (limits.workers, limits.long_workers, limits.queue) == (5, 2, 64)
    assert Settings(Path("/s"), processes=4).share().limits.workers >= 3


def test_the_options_of_the_command_become_settings(monkeypatch):
    """Each option reaches the part that it is about."""
    told = []
    monkeypatch.setattr("allygraph.web.server.serve", lambda settings, _: told.append(settings))
    monkeypatch.setattr("allygraph.build.current_store", lambda **_: Path("/s"))
    options = (
        "--host :: --port 0 --workers 3 --deadline 2 --saved-deadline 5 --rows 7 --cache 1 "
        "--base-iri https://example.org/x --trust-forwarded --access-log"
    )

    result = CliRunner().invoke(ally, ["serve", *options.split()])

    assert result.exit_code == 0, result.output
    (made,) = told
    assert (made.host, made.port, made.processes) == ("::", 0, 3)
    assert (made.limits.deadline_s, made.limits.rows, made.reading.deadline_s) == (2, 7, 5)
    assert (made.cache_bytes, made.base) == (1_000_000, "https://example.org/x/")
    assert made.trust_forwarded
    assert made.access_log


@pytest.mark.parametrize("given", ["example.org", "ftp://example.org/", "https://x/?a=b", "https:"])
def test_a_public_address_has_to_be_one(given):
    """Otherwise every link of the service would be wrong."""
    with pytest.raises(UsageError, match="no address of a service"):
        _base(given)
