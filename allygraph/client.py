"""The library's front door to the graph, local or remote: saved questions in, tables out.

Clocks: where a question has ``as_of`` and ``known_by``, both default to today.
"""

from datetime import date
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from allygraph.answers import answer, question
from allygraph.dates import one_day
from allygraph.engines import Engine
from allygraph.names import expand
from allygraph.results import Table

if TYPE_CHECKING:
    from allygraph.difference import Difference
    from allygraph.succession import History


class Graph:
    """A graph to ask. Use it in a ``with`` statement, or `close` it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @classmethod
    def open(cls, endpoint: str | None = None, **limits: Any) -> Self:
        """Open the shipped graph, or the one behind an endpoint (see `allygraph.open_graph`)."""
        if endpoint is None:
            from allygraph.build import open_current

            return cls(open_current())
        from allygraph.engines.remote import RemoteEngine

        return cls(RemoteEngine(endpoint, **limits))

    def query(self, name: str, **values: object) -> Table:
        """Run a saved query.

        Args:
            name: its name, as ``membership/members-on``; `allygraph.queries.names` lists them.
            values: its parameters; names of things short or whole, days as ``date`` or EDTF text.

        Raises:
            UnknownName: there is no such query, or the graph has no such thing.
            UnknownParameter: it has no such parameter.
            ParameterError: a value does not fit, or is missing.
        """
        texts = {key: _text(value) for key, value in values.items()}
        return answer(self.engine, question(name, texts, today=date.today()))

    def claims(
        self,
        about: str | None = None,
        *,
        source: str | None = None,
        known_by: date | str | None = None,
    ) -> Table:
        """List the current claims about a thing, or of a source, with quote and speaker.

        Args:
            about: a relationship, event, rule, proposal or instrument, as ``rel:…``.
            source: a document, as ``doc:nikkei-asia-2023-06-ap4``. Exactly one of the two.
            known_by: the last day of publication that counts; by default today.

        Raises:
            TypeError: neither or both of ``about`` and ``source`` are given.
        """
        if (about is None) == (source is None):
            raise TypeError("give one of 'about' and 'source'")
        clock = {} if known_by is None else {"known_by": known_by}
        if about is not None:
            return self.query("evidence/claims-about", thing=about, **clock)
        return self.query("evidence/claims-of-source", source=source, **clock)

    def difference(
        self,
        from_day: date | str | None = None,
        to_day: date | str | None = None,
        *,
        known_by: date | str | None = None,
        known_from: date | str | None = None,
        known_to: date | str | None = None,
        as_of: date | str | None = None,
        **choice: Any,
    ) -> "Difference":
        """Tell what changed in the world between two days, or what was learned between two days.

        Args:
            from_day: the earlier day in the world; with ``known_from``, the first that counts.
            to_day: the later day in the world; by default today.
            known_by: the day of knowledge by which the world is compared; by default today.
            known_from: the earlier day of knowledge: what was learned since.
            known_to: the later day of knowledge; by default today.
            as_of: with ``known_from``, the one day in the world that counts.
            choice: ``about``, ``with_members``, ``kinds``, ``at_least`` and ``everything``, as in
                `allygraph.difference.Choice`.

        Raises:
            UsageError: the days do not go together; DateError: a text is not one day.
            UnknownName: the graph does not have an entity that is asked about.
        """
        from allygraph.difference import Choice, difference, period

        given = {
            "from_day": from_day,
            "to_day": to_day,
            "known_by": known_by,
            "known_from": known_from,
            "known_to": known_to,
            "as_of": as_of,
        }
        days = {name: one_day(day, name) for name, day in given.items() if day is not None}
        return difference(self.engine, period(date.today(), **days), Choice(**choice))

    def history(self, claim: str, *, known_by: date | str | None = None) -> "History":
        """Tell what became of a claim: what supersedes, corrects or retracts it, and the rest.

        Args:
            claim: its name, as ``claim:nikkei-ap4-s064``.
            known_by: the last day of publication that counts; by default today.

        Raises:
            UnknownName: the graph has no such claim; the error names what is near.
        """
        from allygraph.succession import history

        day = date.today() if known_by is None else one_day(known_by, "known_by")
        return history(self.engine, claim, day)

    def sparql(self, text: str) -> Table:
        """Run a SELECT query of your own; trusted text only, it has no deadline here."""
        return self.engine.select(text)

    def label(self, name: str, language: str = "en") -> str | None:
        """Give the label of a thing in a language, or None."""
        table = self.engine.select(
            "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>\n"
            "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>\n"
            f"SELECT ?label WHERE {{ <{expand(name)}> rdfs:label|skos:prefLabel ?label }}"
            " ORDER BY ?label"
        )
        labels = [value for (value,) in table.rows if getattr(value, "language", "") == language]
        return labels[0].value if labels and labels[0] is not None else None

    def close(self) -> None:
        """Let go of the store or the connection."""
        self.engine.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _text(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return ",".join(map(_text, value))
    return str(value)
