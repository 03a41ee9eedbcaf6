"""The program of a mapping: everything compiled, run on one row after another."""

from pathlib import Path
from typing import Any

from allygraph.errors import MappingError
from allygraph.names import compact
from allygraph.tables import sheet
from allygraph.tables.claims import Claim, Setting
from allygraph.tables.conditions import choice
from allygraph.tables.documents import GENERAL_KNOWLEDGE, Library, from_table
from allygraph.tables.evidence import Evidence, Reader
from allygraph.tables.faults import RowFault
from allygraph.tables.filters import filters, slug
from allygraph.tables.known import Known
from allygraph.tables.mapping import MappingFile
from allygraph.tables.templates import (
    IDENTIFIER,
    KEY,
    NOTE,
    NUMBER,
    SLUG,
    SPELL,
    Row,
    Scope,
    Template,
)
from allygraph.tables.terms import full, plain
from allygraph.tables.things import Node, Thing, scope_for

_RESERVED = frozenset({"#", "flag", "item", "item#", "key", "source_note", "spell"})


class Joined:
    """Another table, by its key: its row beside each row of the sheet.

    Its file is looked for beside the sheet, then beside the mapping.

    Raises:
        MappingError: a row has too many or too few cells, or a key stands twice.
        UnreadableFile: it cannot be read.
    """

    def __init__(
        self, name: str, spec: dict[str, Any], mapping: MappingFile, scope: Scope, beside: Path
    ) -> None:
        place = f"{mapping.place}: [tables.{name}]"
        path = beside / spec["file"]
        if not path.exists():
            path = mapping.path.parent / spec["file"]
        delimiter = spec.get("delimiter", ",")
        self.name = name
        self.names = sheet.columns(path, delimiter, path.name)
        own = Scope({column: (column,) for column in self.names}, scope.filters)
        key = own.compile(spec["key"], place)
        self.on = scope.compile(spec["on"], place)
        self.optional: bool = spec.get("optional", False)
        self.nothing = dict.fromkeys((f"{name}.{column}" for column in self.names), "")
        self.rows: dict[str, Row] = {}
        for line in sheet.rows(path, delimiter, path.name):
            if len(line.cells) != len(self.names):
                raise MappingError(
                    f"the row has {len(line.cells)} cells",
                    expected=f"{len(self.names)}, as the header has",
                    place=f"{path.name}:{line.line}",
                )
            row = dict(zip(self.names, line.cells, strict=True))
            if (text := key.fill(row)) in self.rows:
                raise MappingError(
                    f"the key '{text}' stands twice",
                    expected="a key that tells the rows apart",
                    place=f"{path.name}:{line.line}",
                )
            self.rows[text] = {f"{name}.{column}": cell for column, cell in row.items()}

    def partner(self, row: Row) -> Row:
        """Give the cells of the partner of a row.

        Raises:
            RowFault: there is none, and there must be.
        """
        found = self.rows.get(key := self.on.fill(row))
        if found is not None:
            return found
        if self.optional:
            return self.nothing
        raise RowFault(
            "table-partner",
            f"'{key}' has no row in the table '{self.name}'",
            "a row there, or optional = true",
        ).at(self.on.columns)


class Program:
    """A mapping, compiled for a sheet.

    Args:
        mapping: the mapping.
        table: the sheet's file.
        columns: the sheet's columns.
        name: what the import is called.
        graph: the graph as N-Quads writes it.
        known: what the data has.
        library: the documents.

    Raises:
        MappingError: the mapping does not fit the sheet, or is malformed.
    """

    def __init__(
        self,
        mapping: MappingFile,
        table: Path,
        columns: list[str],
        name: str,
        graph: str,
        known: Known,
        library: Library,
    ) -> None:
        self.mapping, self.columns, self.known, self.library = mapping, columns, known, library
        place = mapping.place
        scope = Scope({c: (c,) for c in columns}, filters(known, mapping.values))
        scope.add_private("#", NUMBER, ())
        self.joined = [
            Joined(key, spec, mapping, scope, table.parent)
            for key, spec in sorted(mapping.tables.items())
        ]
        for other in self.joined:
            scope.names.update(dict.fromkeys(other.nothing, other.on.columns))
        self.required = self._required(place)
        self.spell = scope.compile(mapping.sheet.get("spell", ""), f"{place}: [sheet] spell")
        scope.add_private("spell", SPELL, self.spell.columns)
        self.key = scope.compile(mapping.sheet["key"], f"{place}: [sheet] key")
        scope.add_private("key", KEY, self.key.columns)
        # A number alone tells all rows apart; any other key has to be remembered.
        self.numbered = mapping.sheet["key"] == "{#}"
        self.skip: dict[str, str] = mapping.sheet.get("skip", {})
        self.spells: dict[str, int] = {}
        self.keys: dict[str, int] = {}
        self.reader = Reader(mapping.sources, library, place) if mapping.sources else None
        if self.reader is not None:
            self._column(self.reader.column, f"{place}: [sources]")
            scope.add_private("source_note", NOTE, (self.reader.column,))
        self.variables = self._variables(scope, place)
        self.nodes = self._nodes(scope, graph)
        names = frozenset(node.name for node in self.nodes) - {""}
        column = self.reader.column if self.reader is not None else ""
        self.claims = self._claims(scope, Setting(name, graph, library, names, column, self.reader))
        self.evidence: Evidence | None = None

    def _nodes(self, scope: Scope, graph: str) -> list[Node]:
        nodes: list[Node] = []
        for number, spec in enumerate(self.mapping.nodes, start=1):
            place = f"{self.mapping.place}: [[node]] {spec.get('name', number)}"
            nodes.append(Node(spec, scope_for(scope, nodes, spec), place, graph))
        return nodes

    def _claims(self, scope: Scope, setting: Setting) -> list[Claim]:
        claims: list[Claim] = []
        for number, spec in enumerate(self.mapping.claims, start=1):
            place = f"{self.mapping.place}: [[claim]] {spec.get('suffix') or number}"
            claims.append(Claim(spec, scope_for(scope, self.nodes, spec), place, setting))
        return claims

    def _column(self, name: str, place: str) -> None:
        if name not in self.columns:
            raise MappingError(
                f"the sheet has no column '{name}'",
                expected=f"one of {', '.join(self.columns)}",
                place=place,
            )

    def _required(self, place: str) -> list[str]:
        wanted: list[str] = self.mapping.sheet.get("columns", self.columns)
        if wanted != self.columns:
            raise MappingError(
                f"the sheet has the columns {', '.join(self.columns)}",
                expected=f"those of the mapping: {', '.join(wanted)}",
                place=f"{place}: [sheet] columns",
            )
        required: list[str] = self.mapping.sheet.get("required", [])
        for name in required:
            self._column(name, f"{place}: [sheet] required")
        return required

    def _variables(self, scope: Scope, place: str) -> list[tuple[str, Template]]:
        found = []
        for name, value in self.mapping.variables.items():
            if name in _RESERVED:
                raise MappingError(
                    f"[vars] '{name}' has a meaning of its own",
                    expected=f"another name than {', '.join(sorted(_RESERVED))}",
                    place=place,
                )
            template = choice(value, scope, f"{place}: [vars] {name}")
            scope.names[name] = template.columns
            scope.keys.pop(name, None)
            found.append((name, template))
        return found

    def state_sources(self, sha256: str) -> None:
        """Make the documents that the mapping states: the table as a source, the sheet itself.

        Raises:
            MappingError: a stated document is wrong.
        """
        try:
            if (spec := self.mapping.source) is not None:
                document = self._stated(spec)
                general = document.iri == full(GENERAL_KNOWLEDGE)
                self.evidence = Evidence((document,), general, "")
            if (spec := self.mapping.sheet.get("document")) is not None:
                named = isinstance(spec, str)
                document = (
                    self.library.named(spec) if named else self.library.with_checksum(spec, sha256)
                )
                for claim in self.claims:
                    claim.compiled_in(document)
        except RowFault as fault:
            raise MappingError(
                fault.message, expected=fault.expected, place=self.mapping.place
            ) from fault

    def _stated(self, spec: dict[str, Any]) -> Any:
        if "title" not in spec:
            return self.library.named(spec["iri"])
        return self.library.document(from_table(spec), spec["iri"])

    def begin(self, line: sheet.Line) -> Row:
        """Make the row of a line, with its number and key.

        Raises:
            RowFault: the number of cells is wrong.
        """
        if len(line.cells) != len(self.columns):
            raise RowFault(
                "table-cells",
                f"the row has {len(line.cells)} cells",
                f"{len(self.columns)}, as the header has",
            )
        row = dict(zip(self.columns, line.cells, strict=True))
        row[NUMBER] = str(line.number)
        row[KEY] = ""
        return row

    def identify(self, row: Row, number: int) -> str | None:
        """Give the row its key; tells why it is skipped, or None.

        Raises:
            RowFault: the key is empty, or another row has it; or a partner is missing.
        """
        for table in self.joined:
            row.update(table.partner(row))
        row[SPELL] = self._spell(row)
        row[KEY] = key = self.key.fill(row)
        if key in self.skip:
            return self.skip[key]
        try:
            row[IDENTIFIER] = plain(key)
        except RowFault as fault:
            raise fault.at(self.key.columns) from None
        row[SLUG] = name = slug(key)
        if not name:
            raise RowFault("table-empty", "the row has no key", "a value").at(self.key.columns)
        if not self.numbered and (before := self.keys.setdefault(name, number)) != number:
            raise RowFault(
                "table-duplicate",
                f"'{key}' is the key of row {before} as well",
                "a key of its own for each row; {#} is the row's number",
            ).at(self.key.columns)
        return None

    def things(self, row: Row, faults: list[RowFault]) -> list[Thing]:
        """Give the things of a row, nodes first, then claims.

        Each part that fails adds its fault and is left out; the others are still made.
        """
        evidence = self.evidence
        for column in self.required:
            if not row[column].strip():
                faults.append(
                    RowFault("table-empty", "the cell is empty", "a value", column=column)
                )
        if self.reader is not None:
            evidence = self._evidence(row, self.reader, faults)
        for name, template in self.variables:
            try:
                row[name] = template.fill(row)
            except RowFault as fault:
                row[name] = ""
                faults.append(fault.at(template.columns))
        things: list[Thing] = []
        if not faults:
            self._make(row, evidence, things, faults)
        return things

    def _evidence(self, row: Row, reader: Reader, faults: list[RowFault]) -> Evidence | None:
        row[NOTE] = ""
        try:
            evidence = reader.read(row[reader.column])
        except RowFault as fault:
            faults.append(fault.at([reader.column]))
            return None
        row[NOTE] = evidence.note
        return evidence

    def _make(
        self, row: Row, evidence: Evidence | None, things: list[Thing], faults: list[RowFault]
    ) -> None:
        for node in self.nodes:
            before = len(things)
            try:
                node.make(row, things)
                for thing in things[before:]:
                    self.known.learn(thing.iri, thing.label)
                    if node.existing == "error" and thing.iri in self.known.things:
                        raise RowFault(
                            "table-existing",
                            f"{compact(thing.iri)} is in the data already",
                            'a new thing, or existing = "keep"',
                        ).at(node.iri.columns)
            except RowFault as fault:
                faults.append(fault)
        for claim in self.claims:
            try:
                claim.make(row, evidence, things)
            except RowFault as fault:
                faults.append(fault)
        self.known.forget()

    def _spell(self, row: Row) -> str:
        text = self.spell.fill(row)
        if not text:
            return ""
        self.spells[text] = count = self.spells.get(text, 0) + 1
        return f"-{count}" if count > 1 else ""

    def unused_skips(self, used: dict[str, str]) -> list[str]:
        """List the keys of ``[sheet.skip]`` that no row has."""
        return sorted(set(self.skip) - set(used))
