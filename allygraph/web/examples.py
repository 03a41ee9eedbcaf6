"""Examples: questions that the form for queries shows."""

from typing import NamedTuple


class Example(NamedTuple):
    """A question in words, how to read its answer, and the query that answers it."""

    question: str
    reading: str
    query: str
