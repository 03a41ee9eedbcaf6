"""Settings: all that a service is told when it starts; plain values, which cross to processes."""

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from allygraph.web.budgets import Allowance
from allygraph.web.examples import Example
from allygraph.web.patience import Patience
from allygraph.web.workers import READING, Limits

QUERIES_PER_CLIENT = Allowance(requests=60, seconds=60.0)
PAGES_PER_CLIENT = Allowance(requests=600, seconds=120.0)
_MOST_PROCESSES = 4
_FEWEST_PLACES = 3


def default_processes() -> int:
    """Give the number of web processes: the cores, but not more than a small service needs."""
    return max(1, min(_MOST_PROCESSES, os.cpu_count() or 1))


@dataclass(frozen=True)
class Settings:
    """How a service is run.

    Attributes:
        store: folder of the store.
        host: name or address to listen on.
        port: 0 takes a free one.
        processes: of the web; each has workers of its own.
        limits: what one query of a visitor may cost; places are for all processes together.
        reading: the same for readers, who answer pages, documents and saved questions.
        patience: what one connection may take.
        cache_bytes: cap of the kept answers of a process.
        base: public address of the service, ending in a slash; empty: the one asked for.
        trust_forwarded: believe one proxy what it says of clients.
        per_client: what one client may ask for in a minute, of queries of its own.
        pages_per_client: the same of the site.
        access_log: log one line a request.
        log_queries: write what was asked into that line.
        examples: questions shown on the form.
        follow: root whose later builds are taken over while the service runs.
        shared: folder for what the processes of a service share; empty: there is one process.
    """

    store: Path
    host: str = "127.0.0.1"
    port: int = 8000
    processes: int = 1
    limits: Limits = field(default_factory=Limits)
    reading: Limits = READING
    patience: Patience = field(default_factory=Patience)
    cache_bytes: int = 64_000_000
    base: str = ""
    trust_forwarded: bool = False
    per_client: Allowance = QUERIES_PER_CLIENT
    pages_per_client: Allowance = PAGES_PER_CLIENT
    access_log: bool = False
    log_queries: bool = False
    examples: tuple[Example, ...] = ()
    follow: Path | None = None
    shared: str = ""

    def share(self) -> "Settings":
        """Give the settings of one of the processes, with its share of the places."""
        return replace(
            self,
            limits=_share(self.limits, self.processes),
            reading=_share(self.reading, self.processes),
        )

    def record(self) -> dict[str, Any]:
        """Give the settings as plain values."""
        follow = None if self.follow is None else str(self.follow)
        return asdict(self) | {"store": str(self.store), "follow": follow}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Settings":
        """Read what `record` has given."""
        return cls(
            **{
                **record,
                "store": Path(record["store"]),
                "limits": Limits(**record["limits"]),
                "reading": Limits(**record["reading"]),
                "per_client": Allowance(**record["per_client"]),
                "pages_per_client": Allowance(**record["pages_per_client"]),
                "patience": Patience(**record["patience"]),
                "follow": None if record["follow"] is None else Path(record["follow"]),
                "examples": tuple(Example(*example) for example in record["examples"]),
            }
        )


def _share(limits: Limits, processes: int) -> Limits:
    if processes == 1:
        return limits
    return replace(
        limits,
        workers=max(_FEWEST_PLACES, -(-limits.workers // processes)),
        long_workers=-(-limits.long_workers // processes),
    )
