"""Patience: what one connection of a client may take."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Patience:
    """What one connection may take. Units: seconds, bytes, numbers.

    Attributes:
        head_s: from its first byte until the head of a request is complete.
        body_s: from then until its body is.
        idle_s: between two requests.
        write_s: without 64 kB of an answer being read.
        head_bytes: cap of a head.
        address_bytes: cap of the address in it; the parser takes no longer ones.
        headers: cap of their number.
        per_client: connections of one client address at once, in each process.
    """

    head_s: float = 10.0
    body_s: float = 10.0
    idle_s: float = 10.0
    write_s: float = 15.0
    head_bytes: int = 98_304
    address_bytes: int = 65_535
    headers: int = 100
    per_client: int = 128
