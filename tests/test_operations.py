"""What an operator sees and sets: health, version, counts, log, and what one client may ask for."""

import json
import os
import re
import shutil
import signal
import threading
import time
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.serving import serving

QUERY = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o } #"
PRODUCT = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


def counts(web: httpx.Client) -> dict[tuple[str, tuple[str, ...]], float]:
    """Read the metrics: name and values of the labels, sorted by label, to number."""
    answer = web.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {
        (sample.name, tuple(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_a_service_that_answers_is_healthy_and_ready(client):
    for path in ("/healthz", "/readyz"):
        answer = client.get(path)

        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"


def test_the_version_names_software_and_graph(client, store):
    told = client.get("/version").json()

    assert re.fullmatch(r"\d+\.\d+\.\d+", told["allygraph"])
    assert told["graph"]["version"] == store.name[:16]
    assert told["graph"]["quads"] == 3000
    assert told["engine"]["pyoxigraph"]


def test_every_answer_has_a_request_id_of_its_own(client):
    paths = ("/healthz", "/sparql?query=ASK%20%7B%7D", "/sparql?query=ASK%20%7B%7D", "/nothing")
    ids = [client.get(path).headers["x-request-id"] for path in paths]

    assert len(set(ids)) == len(paths)


def test_requests_answers_and_problems_are_counted(client):
    before = counts(client)
    client.get("/sparql", params={"query": f"{QUERY} counted"})
    client.get("/sparql", params={"query": f"{QUERY} counted"})
    client.get("/sparql", params={"query": "SELEC"})
    client.get("/no/such/address")
    after = counts(client)

    def grown(name: str, *labels: str) -> float:
        return after.get((name, labels), 0) - before.get((name, labels), 0)

    assert grown("allygraph_requests_total", "GET", "/sparql", "200") == 2
    assert grown("allygraph_requests_total", "GET", "/sparql", "400") == 1
    assert grown("allygraph_requests_total", "GET", "other", "404") == 1
    assert grown("allygraph_problems_total", "query-syntax") == 1
    assert grown("allygraph_cache_answers_total", "hits") == 1
    assert grown("allygraph_request_seconds_count", "/sparql") >= 2


def test_what_ended_a_worker_is_counted(client):
    before = counts(client)
    assert client.get("/sparql", params={"query": PRODUCT}).status_code == 503
    after = counts(client)

    ended = ("allygraph_worker_ends_total", ("queries", "deadline"))
    assert after[ended] == before.get(ended, 0) + 1
    places = [value for (name, labels), value in after.items() if name == "allygraph_places"]
    assert sum(places) >= 3


def test_processes_tell_their_sum(store):
    """Whichever process is asked, all requests are in its answer."""
    with serving(store, processes=2) as running:
        for number in range(40):
            httpx.get(f"{running.address}/sparql", params={"query": f"ASK {{}} # {number}"})
        time.sleep(1.5)
        for _ in range(4):
            with httpx.Client(base_url=running.address) as web:
                found = counts(web)
            assert found["allygraph_requests_total", ("GET", "/sparql", "200")] == 40
            version = [n for (name, n) in found if name == "allygraph_graph_info"]
            assert version == [(store.name[:16],)]


def test_a_service_whose_store_is_gone_is_not_ready(tmp_path, store):
    """The workers are killed and cannot come back: that is told to the balancer."""
    own = tmp_path / "own"
    shutil.copytree(store, own)
    with serving(own) as running:
        assert httpx.get(f"{running.address}/readyz").status_code == 200
        shutil.rmtree(own)
        me = running.process.pid
        for child in Path(f"/proc/{me}/task/{me}/children").read_text().split():
            os.kill(int(child), signal.SIGKILL)
        answer = httpx.get(f"{running.address}/readyz", timeout=20)
        alive = httpx.get(f"{running.address}/healthz")

    assert answer.status_code == 503
    assert answer.json()["type"].endswith("#not-ready")
    assert alive.status_code == 200


def test_the_sixty_first_query_of_a_minute_is_told_to_wait(store):
    """Kept answers cost nothing, and another client is not touched."""
    with serving(store, per_client=[60, 0]) as running:
        with httpx.Client(base_url=running.address) as web:
            first = [web.get("/sparql", params={"query": f"{QUERY}{n}"}) for n in range(61)]
            kept = web.get("/sparql", params={"query": f"{QUERY}0"})
        elsewhere = httpx.HTTPTransport(local_address="127.0.0.2")
        with httpx.Client(base_url=running.address, transport=elsewhere) as other:
            else_asked = other.get("/sparql", params={"query": f"{QUERY}x"})

    assert [answer.status_code for answer in first] == [200] * 60 + [429]
    assert 1 <= int(first[60].headers["retry-after"]) <= 60
    assert first[60].json()["type"].endswith("#rate-limited")
    assert kept.status_code == 200
    assert else_asked.status_code == 200


def test_time_at_work_is_limited_too(store):
    """Three queries that use up their deadline are enough of two seconds a minute."""
    with (
        serving(store, deadline_s=1.0, per_client=[0, 2]) as running,
        httpx.Client(base_url=running.address, timeout=20) as web,
    ):
        told = [
            web.get("/sparql", params={"query": f"{PRODUCT} #{n}"}).status_code for n in range(3)
        ]

    assert told == [503, 503, 429]


def test_one_client_cannot_take_all_places(store):
    """Of six places three are left, however many queries one address sends."""
    with serving(store, deadline_s=8.0) as running:
        statuses: list[int] = []

        def attack(number: int) -> None:
            query = {"query": f"{PRODUCT} #{number}"}
            answer = httpx.get(f"{running.address}/sparql", params=query, timeout=60)
            statuses.append(answer.status_code)

        attackers = [threading.Thread(target=attack, args=(n,)) for n in range(40)]
        for attacker in attackers:
            attacker.start()
        time.sleep(1)
        elsewhere = httpx.HTTPTransport(local_address="127.0.0.2")
        began = time.monotonic()
        with httpx.Client(base_url=running.address, transport=elsewhere, timeout=20) as other:
            answers = [
                other.get("/sparql", params={"query": f"{QUERY}{n}"}).status_code for n in range(20)
            ]
        spent = time.monotonic() - began
        for attacker in attackers:
            attacker.join()

    assert answers == [200] * 20
    assert spent < 15
    assert set(statuses) == {503}


@pytest.mark.parametrize("with_queries", [False, True])
def test_the_log_is_json_that_names_no_person_and_no_query(store, with_queries):
    secret = 'ASK { ?s ?p "secret" }'
    with serving(store, log_queries=with_queries) as running:
        answer = httpx.get(f"{running.address}/sparql", params={"query": secret})
        posted = httpx.post(f"{running.address}/sparql", data={"query": f"{secret} # sent"})
        httpx.get(f"{running.address}/forged%0A%7B%22status%22:200%7D%1b[31m")
        log = running.stop()
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]

    assert [line["status"] for line in lines] == [200, 200, 404]
    assert [line["request"] for line in lines[:2]] == [
        one.headers["x-request-id"] for one in (answer, posted)
    ]
    assert {line["client"] for line in lines} == {"127.0.0.0/24"}
    assert {line["graph"] for line in lines} == {store.name[:16]}
    assert ("secret" in log) is with_queries
    assert "\x1b" not in log
    if with_queries:
        assert lines[1]["query"] == f"{secret} # sent"
