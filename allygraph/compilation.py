"""What was made of the sheets: rows, claims and conflicts of each, and the rows that make none.

A sheet is a table in which editors noted facts (`ally:compiledIn`); its rows are numbered from 1
below the header (`ally:row`). Rows that make no claim are told by the mappings (``[sheet.skip]``)
and by ``data/mappings/skipped.tsv``, each with its reason, so that nothing is lost in silence.

Shape: a store and a root in, one `Sheet` for each sheet out, sorted by name. Source: decision 0066.
"""

import csv
import tomllib
from dataclasses import dataclass
from pathlib import Path

from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.graph import read
from allygraph.names import PREFIXES, compact

_PREFIXES = "".join(f"PREFIX {name}: <{PREFIXES[name]}>\n" for name in ("ally", "kind", "xsd"))
_ABOUT = "?claim ally:compiledIn ?sheet ; ally:affirms|ally:denies|ally:doubts ?thing ."
_COUNTS = {
    "rows": "SELECT ?sheet (COUNT(DISTINCT ?row) AS ?n) "
    "{ ?claim ally:compiledIn ?sheet ; ally:row ?row } GROUP BY ?sheet",
    "claims": "SELECT ?sheet (COUNT(?claim) AS ?n) "
    "{ ?claim ally:compiledIn ?sheet } GROUP BY ?sheet",
    "things": f"SELECT ?sheet (COUNT(DISTINCT ?thing) AS ?n) {{ {_ABOUT} }} GROUP BY ?sheet",
    "relationships": f"SELECT ?sheet (COUNT(DISTINCT ?thing) AS ?n) {{ {_ABOUT} "
    "?thing a/rdfs:subClassOf* ally:Relationship } GROUP BY ?sheet",
    "unverified": "SELECT ?sheet (COUNT(?claim) AS ?n) { ?claim ally:compiledIn ?sheet ; "
    "ally:review kind:review-unverified } GROUP BY ?sheet",
    "contested": f"SELECT ?sheet (COUNT(DISTINCT ?thing) AS ?n) {{ {_ABOUT} "
    "?holding ally:holdingOf ?thing ; ally:standing kind:standing-contested ; "
    'ally:knownUntil "9999-12-31"^^xsd:date } GROUP BY ?sheet',
}
_HEAD = """# The sheets

What became of the tables in which the editors noted facts with their sources. Written from the
graph by `make docs`; do not edit. A row is a row of the sheet; a thing is a relationship, event,
stage change, rule, proposal or document that a claim is about; contested are things about which
claims contradict each other on some day, by all that is known.

| sheet | rows | without a claim | claims | things | relationships | unverified | contested |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
"""
_REASONS = """
## Rows without a claim

| sheet | row | why |
| --- | --- | --- |
"""


@dataclass(frozen=True)
class Sheet:
    """The counts of one sheet, and the reasons for which rows make no claim.

    ``rows`` counts rows with a claim; ``skipped`` maps the id of each other row to its reason.
    """

    name: str
    rows: int
    claims: int
    things: int
    relationships: int
    unverified: int
    contested: int
    skipped: dict[str, str]


def sheets(engine: OxigraphEngine, root: Path) -> list[Sheet]:
    """Count what was made of each sheet.

    Args:
        engine: the built graph.
        root: the folder that holds data/.

    Raises:
        UnreadableFile: a mapping is missing or not UTF-8.
    """
    counts = {name: _by_sheet(engine, query) for name, query in _COUNTS.items()}
    named = _identifiers(engine)
    skipped = {
        sheet: {row: why for row, why in rows.items() if row not in named.get(sheet, ())}
        for sheet, rows in _skipped(root).items()
    }
    return [
        Sheet(
            name=sheet,
            skipped=skipped.get(sheet, {}),
            **{name: found.get(sheet, 0) for name, found in counts.items()},
        )
        for sheet in sorted(counts["claims"])
    ]


def sheets_page(engine: OxigraphEngine, root: Path) -> str:
    """Write the manual's page of sheets in Markdown: the counts, then the rows without a claim."""
    found = sheets(engine, root)
    rows = "".join(
        f"| {s.name} | {s.rows + len(s.skipped)} | {len(s.skipped)} | {s.claims} | {s.things} "
        f"| {s.relationships} | {s.unverified} | {s.contested} |\n"
        for s in found
    )
    reasons = [(s.name, row, why) for s in found for row, why in sorted(s.skipped.items())]
    table = "".join(f"| {sheet} | {row} | {why} |\n" for sheet, row, why in reasons)
    return f"{_HEAD}{rows}{_REASONS}{table}"


def _by_sheet(engine: OxigraphEngine, query: str) -> dict[str, int]:
    prefixes = f"{_PREFIXES}PREFIX rdfs: <{PREFIXES['rdfs']}>\n"
    found = {}
    for sheet, count in engine.select(prefixes + query).rows:
        assert sheet is not None
        assert count is not None
        found[_sheet_name(sheet.value)] = int(count.value)
    return found


def _identifiers(engine: OxigraphEngine) -> dict[str, set[str]]:
    """List the ids of rows that have a claim, also where a mapping leaves them to other files."""
    query = (
        f"{_PREFIXES}PREFIX dcterms: <{PREFIXES['dcterms']}>\n"
        "SELECT ?sheet ?row { ?claim ally:compiledIn ?sheet ; dcterms:identifier ?row }"
    )
    found: dict[str, set[str]] = {}
    for sheet, row in engine.select(query).rows:
        assert sheet is not None
        assert row is not None
        found.setdefault(_sheet_name(sheet.value), set()).add(row.value)
    return found


def _sheet_name(iri: str) -> str:
    return compact(iri).removeprefix("doc:allygraph-editors-sheet-of-")


def _skipped(root: Path) -> dict[str, dict[str, str]]:
    folder = root / "data" / "mappings"
    found: dict[str, dict[str, str]] = {}
    for row in csv.DictReader(read(folder / "skipped.tsv").splitlines(), delimiter="\t"):
        found.setdefault(row["sheet"].replace("_", "-"), {})[row["row"]] = row["why"]
    for path in sorted(folder.glob("*.toml")):
        sheet = tomllib.loads(read(path)).get("sheet", {})
        for row, why in sheet.get("skip", {}).items():
            found.setdefault(path.stem, {})[row] = why
    return found
