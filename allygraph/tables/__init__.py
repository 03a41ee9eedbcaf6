"""Tables: a tidy sheet and a mapping in, things and claims with their evidence out.

The language of mappings is described in ``docs/importing.md``.
"""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from allygraph.errors import MappingError, TableFaults
from allygraph.names import compact, graph_iri
from allygraph.resources import root
from allygraph.tables import folder, mapping, sheet
from allygraph.tables.documents import Library
from allygraph.tables.faults import Fault, RowFault
from allygraph.tables.known import Known, known
from allygraph.tables.program import Program
from allygraph.tables.sinks import Collected, Sink, Streamed
from allygraph.tables.templates import KEY
from allygraph.tables.things import Thing

__all__ = ["Fault", "Summary", "check", "to_folder", "to_quads"]

Tell = Callable[[str, int, int], None]


@dataclass
class Summary:
    """What an import made: rows, things by class, claims, and the rows that it skipped."""

    rows: int = 0
    made: dict[str, int] = field(default_factory=dict)
    unverified: int = 0
    kept: int = 0
    skipped: dict[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """Tell it in a few lines."""
        things = ", ".join(f"{count} {name}" for name, count in sorted(self.made.items()))
        lines = [f"{self.rows} rows: {things or 'nothing'}"]
        if self.unverified:
            lines.append(f"{self.unverified} claims are unverified")
        if self.kept:
            lines.append(f"{self.kept} things were in the data already and are kept as they are")
        lines += [f"skipped {key}: {reason}" for key, reason in self.skipped.items()]
        return "\n".join(lines)

    def json(self) -> str:
        """Give it as a JSON text."""
        fields = {
            "rows": self.rows,
            "made": dict(sorted(self.made.items())),
            "unverified": self.unverified,
            "kept": self.kept,
            "skipped": self.skipped,
        }
        return json.dumps(fields, ensure_ascii=False, indent=2) + "\n"


def to_folder(
    table: Path, mapping_file: Path, name: str, target: Path, *, tell: Tell | None = None
) -> Summary:
    """Import a sheet as canonical Turtle files below a folder, replaced as a whole.

    Args:
        table: the CSV file.
        mapping_file: the TOML file of its mapping.
        name: what the import is called: the first part of its claims' names.
        target: the folder.
        tell: told how far it is.

    Raises:
        MappingError: the mapping is wrong.
        TableFaults: rows are wrong; nothing is written.
        UnreadableFile: a file cannot be read.
        UsageError: the folder holds files that no import wrote.
    """
    folder.recover(target)
    folder.refuse_foreign(target)
    collected = Collected()
    run = _Run(table, mapping_file, name, target, collected)
    summary = run.run(tell)
    folder.write(collected, run.mapping.title, target)
    return summary


def to_quads(
    table: Path,
    mapping_file: Path,
    name: str,
    target: Path | IO[bytes],
    *,
    tell: Tell | None = None,
) -> Summary:
    """Import a sheet as N-Quads, streamed; the graph is called after the import.

    A file appears only when all is good. What goes to a stream is checked in a first pass.

    Args and errors as `to_folder`.
    """
    if not isinstance(target, Path):
        check(table, mapping_file, name, tell=tell)
        sink = Streamed(target)
        summary = _Run(table, mapping_file, name, None, sink).run(tell)
        sink.flush()
        return summary
    part = target.with_name(f".{target.name}.part")
    try:
        with part.open("wb") as file:
            sink = Streamed(file)
            summary = _Run(table, mapping_file, name, None, sink).run(tell)
            sink.flush()
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)
    return summary


def check(table: Path, mapping_file: Path, name: str, *, tell: Tell | None = None) -> Summary:
    """Judge a sheet and its mapping; write nothing. Args and errors as `to_folder`."""
    return _Run(table, mapping_file, name, None, Streamed(None)).run(tell)


class _Run:
    """One pass over a sheet."""

    def __init__(
        self, table: Path, mapping_file: Path, name: str, target: Path | None, sink: Sink
    ) -> None:
        self.table, self.sink = table, sink
        self.mapping = mapping.load(mapping_file)
        self.summary = Summary()
        self.faults: list[Fault] = []
        self.place = str(table)
        self.delimiter: str = self.mapping.sheet.get("delimiter", ",")
        self.row = 0
        self.known = self._known(name, target)
        graph = f"<{graph_iri(f'imports/{name}')}>"
        retrieved: str = self.mapping.sheet.get("retrieved", "")
        library = Library(self.known, graph, retrieved, self._emit)
        columns = sheet.columns(table, self.delimiter, self.place)
        self.program = Program(self.mapping, table, columns, name, graph, self.known, library)

    def _known(self, name: str, target: Path | None) -> Known:
        without = {(root() / "data" / "imports" / name).resolve()}
        if target is not None:
            without.add(target.resolve())
        return known(root(), without)

    def _emit(self, thing: Thing) -> None:
        self.sink.add(thing, self.row)

    def run(self, tell: Tell | None) -> Summary:
        """Work on all rows.

        Raises:
            TableFaults: some are wrong.
        """
        self.program.state_sources(sheet.sha256(self.table))
        step = None if tell is None else lambda done, total: tell("rows", done, total)
        for line in sheet.rows(self.table, self.delimiter, self.place, step):
            self.row = line.number
            self.summary.rows += 1
            if faults := self._faults_of(line):
                # Two claims of a row that stumble over one cell tell it once.
                self.faults += dict.fromkeys(self._placed(fault, line) for fault in faults)
        if self.faults:
            raise TableFaults(self.faults)
        if unused := self.program.unused_skips(self.summary.skipped):
            raise MappingError(
                f"[sheet.skip] names '{unused[0]}', which no row has for a key",
                expected="the key of a row",
                place=self.mapping.place,
            )
        for classes, count in self.sink.made.items():
            for name in map(compact, classes):
                self.summary.made[name] = self.summary.made.get(name, 0) + count
        self.summary.unverified = self.sink.unverified
        return self.summary

    def _faults_of(self, line: sheet.Line) -> list[RowFault]:
        faults: list[RowFault] = []
        try:
            row = self.program.begin(line)
            reason = self.program.identify(row, line.number)
        except RowFault as fault:
            return [fault]
        if reason is not None:
            self.summary.skipped[row[KEY]] = reason
            return []
        things = self.program.things(row, faults)
        if not faults:
            for thing in things:
                if thing.part == "things" and thing.iri in self.known.things:
                    self.summary.kept += 1
                    continue
                try:
                    self.sink.add(thing, line.number)
                except RowFault as fault:
                    faults.append(fault)
        return faults

    def _placed(self, fault: RowFault, line: sheet.Line) -> Fault:
        return Fault(
            self.place,
            line.line,
            line.number,
            fault.column,
            fault.code,
            fault.message,
            fault.expected,
        )
