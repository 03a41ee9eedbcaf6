"""Budgets of clients: the sixty-first request of a minute waits, and nobody else does."""

import multiprocessing
from pathlib import Path

import pytest

from allygraph.web.budgets import Allowance, Budgets, client_of, new_table


class Clock:
    """A clock that the test turns."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        """Give the time."""
        return self.now


@pytest.fixture
def clock():
    return Clock()


def test_the_sixty_first_request_of_a_minute_waits(clock):
    budgets = Budgets(Allowance(60, 0), clock=clock)
    waits = []
    for _ in range(61):
        waits.append(budgets.wait_s("192.0.2.1"))
        clock.now += 0.9

    assert waits[:60] == [0] * 60
    assert 1 <= waits[60] <= 60
    assert budgets.wait_s("192.0.2.2") == 0


def test_after_the_time_that_was_told_there_is_room_again(clock):
    budgets = Budgets(Allowance(60, 0), clock=clock)
    for _ in range(60):
        budgets.wait_s("a")
    clock.now += budgets.wait_s("a") + 1

    assert budgets.wait_s("a") == 0


def test_the_minute_before_fades_and_does_not_end_at_once(clock):
    """Sixty requests at the end of a minute and sixty at the start of the next are too many."""
    budgets = Budgets(Allowance(60, 0), clock=clock)
    budgets.wait_s("a")
    clock.now += 59
    for _ in range(59):
        assert budgets.wait_s("a") == 0
    clock.now += 2
    passed = sum(budgets.wait_s("a") == 0 for _ in range(60))
    clock.now += 150

    assert passed < 5
    assert sum(budgets.wait_s("a") == 0 for _ in range(60)) == 60


def test_seconds_of_work_count_too(clock):
    budgets = Budgets(Allowance(0, 60), clock=clock)
    assert budgets.wait_s("a") == 0
    budgets.spend("a", 59)
    assert budgets.wait_s("a") == 0
    budgets.spend("a", 2)

    assert budgets.wait_s("a") > 0
    assert budgets.wait_s("b") == 0


def test_without_limits_nothing_waits(clock):
    budgets = Budgets(Allowance(0, 0), clock=clock)

    assert {budgets.wait_s("a") for _ in range(1000)} == {0}


def test_a_table_that_is_full_forgets_the_oldest_and_still_counts(clock):
    budgets = Budgets(Allowance(3, 0), clock=clock)
    for number in range(50_000):
        budgets.wait_s(f"client {number}")
        clock.now += 0.0001

    assert [budgets.wait_s("new") > 0 for _ in range(5)] == [False, False, False, True, True]


def _ask(path: Path, asked: int, passed: "multiprocessing.Queue[int]") -> None:
    budgets = Budgets(Allowance(60, 0), path)
    passed.put(sum(budgets.wait_s("192.0.2.1") == 0 for _ in range(asked)))


def test_processes_share_one_budget(tmp_path):
    """Four processes ask at once; sixty requests pass, whichever process they come to."""
    context = multiprocessing.get_context("spawn")
    passed = context.Queue()
    path = tmp_path / "table"
    new_table(path)
    processes = [context.Process(target=_ask, args=(path, 50, passed)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(30)

    assert sum(passed.get(timeout=5) for _ in processes) == 60


@pytest.mark.parametrize(
    ("host", "client"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
    ],
)
def test_a_client_is_an_address_or_a_network(host, client):
    assert client_of({"client": (host, 1)}) == client


def test_a_request_from_nowhere_has_a_client_too():
    assert client_of({"client": None}) == ""
