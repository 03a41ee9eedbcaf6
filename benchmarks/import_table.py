"""Importing a big sheet against pandas: ``python benchmarks/import_table.py [ROWS]``.

A sheet of memberships (states x organisations x days, from a seed) becomes N-Quads twice, each time
in a process of its own: by ``ally import table`` and by pandas, as a good user of pandas would do
it: whole columns, one kind of statement after another. pandas is given the names and checks
nothing; it knows no row numbers of faults, no unknown names, no thing that is made twice. Both
files must hold the same lines. Prints CPU seconds, wall seconds and peak memory of the two
processes, and the ratios.
"""

import argparse
import csv
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

SEED = 20260101
FIRST_DAY, LAST_DAY = date(1945, 1, 1).toordinal(), date(2026, 1, 1).toordinal()
MAPPING = """
title = "memberships from a seed"
[sheet]
key = "{#}"
spell = "{organisation} {state}"
retrieved = "2026-11-23"
[vars]
member = "{state|actor}"
org = "{organisation|actor}"
[source]
iri = "doc:example-memberships"
title = "Memberships from a seed"
publisher = "actor:allygraph-editors"
[[node]]
name = "membership"
iri = "rel:benchmark-{org|local}-{member|local}{spell}"
[node.properties]
a = "ally:Membership"
"rdfs:label" = { text = "membership of {member|label} in {org|label}", lang = "en" }
"ally:member" = "{member}"
"ally:organization" = "{org}"
[[claim]]
about = "{membership}"
label = "{member|label} joined {org|label} on {joined}"
start = "{joined}"
end = "{left}"
"""


def names() -> dict[str, dict[str, tuple[str, str]]]:
    """Give IRI and label of every state by code, and of every organisation by its name."""
    from allygraph.tables.known import known

    found = known(ROOT, set())
    states = {}
    for path in sorted((ROOT / "data" / "actors").glob("states*.ttl")):
        for block in path.read_text(encoding="utf-8").split("\n.\n"):
            lines = block.strip().splitlines()
            code = next((x.split('"')[1] for x in lines if "ally:isoAlpha3" in x), None)
            head = next((x for x in lines if x.startswith("actor:")), None)
            if code and head:
                iri = "https://w3id.org/allygraph/actor/" + head.removeprefix("actor:")
                states[code] = (iri, found.label(iri) or "")
    organisations = {}
    for name in ("NATO", "African Union", "Organization of American States", "ASEAN"):
        iri = "https://w3id.org/allygraph/" + found.find(name, "actor").replace(":", "/")
        organisations[name] = (iri, found.label(iri) or "")
    return {"states": states, "organisations": organisations}


def rows(count: int, known: dict[str, Any]) -> Iterator[list[str]]:
    """Give the rows of the sheet: three in four days are days, the others months and years."""
    dice = random.Random(SEED)
    states, organisations = sorted(known["states"]), sorted(known["organisations"])
    for _ in range(count):
        joined = dice.randint(FIRST_DAY, LAST_DAY)
        left = dice.randint(joined, LAST_DAY) if dice.random() < 0.2 else None
        length = dice.choice((10, 10, 10, 10, 10, 10, 7, 4))
        yield [
            dice.choice(organisations),
            dice.choice(states),
            date.fromordinal(joined).isoformat()[:length],
            "" if left is None else date.fromordinal(left).isoformat()[:length],
        ]


def by_pandas(folder: Path) -> None:
    """Write the N-Quads with pandas: what an import makes of the sheet, column by column."""
    import numpy as np
    import pandas as pd

    known = json.loads((folder / "names.json").read_text())
    frame = pd.read_csv(folder / "sheet.csv", dtype=object, keep_default_na=False)
    state, organisation = known["states"], known["organisations"]
    member = frame["state"].map({key: pair[0] for key, pair in state.items()})
    member_label = frame["state"].map({key: pair[1] for key, pair in state.items()})
    org = frame["organisation"].map({key: pair[0] for key, pair in organisation.items()})
    org_label = frame["organisation"].map({key: pair[1] for key, pair in organisation.items()})
    spell = frame.groupby(["organisation", "state"]).cumcount() + 1
    tail = pd.Series(np.where(spell > 1, "-" + spell.astype(str), ""), dtype=object)
    base = "https://w3id.org/allygraph/"
    ally, xsd = f"{base}ns#", "http://www.w3.org/2001/XMLSchema#"
    rdfs_label = "<http://www.w3.org/2000/01/rdf-schema#label>"
    graph = f" <{base}graph/imports/benchmark> .\n"
    local = frame["organisation"].map(
        {key: pair[0].rpartition("/")[2] for key, pair in organisation.items()}
    )
    rel = f"<{base}rel/benchmark-" + local + "-"
    rel = rel + frame["state"].map({k: pair[0].rpartition("/")[2] for k, pair in state.items()})
    rel = rel + tail + ">"
    number = pd.Series(np.arange(1, len(frame) + 1).astype(str), dtype=object)
    claim = f"<{base}claim/benchmark-" + number + ">"
    joined, left = frame["joined"], frame["left"]

    def day(text: Any, last: bool) -> Any:
        # The first or last day of a year, month or day.
        full = text.where(text.str.len() == 10, text.str[:7] + "-01")
        full = full.where(text.str.len() > 4, text + "-01-01")
        if not last:
            return full
        days = pd.to_datetime(full, format="%Y-%m-%d")
        ends = days.where(text.str.len() > 4, days + pd.offsets.YearEnd(0))
        ends = ends.where(text.str.len() != 7, days + pd.offsets.MonthEnd(0))
        return pd.Series(ends.dt.strftime("%Y-%m-%d"), dtype=object)

    with (folder / "pandas.nq").open("w", encoding="utf-8") as file:

        def write(subject: Any, name: str, value: Any, where: Any = None) -> None:
            lines = subject + (f" {name} " + value + graph)
            file.write("".join(lines if where is None else lines[where]))

        def dated(name: str, text: Any, where: Any = None) -> None:
            write(claim, f"<{ally}{name}>", '"' + text + f'"^^<{xsd}date>', where)

        rdf_type = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
        write(rel, rdf_type, f"<{ally}Membership>")
        write(rel, rdfs_label, '"membership of ' + member_label + " in " + org_label + '"@en')
        write(rel, f"<{ally}member>", "<" + member + ">")
        write(rel, f"<{ally}organization>", "<" + org + ">")
        label = '"' + member_label + " joined " + org_label + " on " + joined + '"@en'
        ended = left != ""
        write(claim, rdf_type, f"<{ally}Claim>")
        write(claim, rdfs_label, label)
        write(claim, "<http://purl.org/dc/terms/identifier>", '"' + number + '"')
        write(claim, f"<{ally}row>", '"' + number + f'"^^<{xsd}integer>')
        write(claim, f"<{ally}affirms>", rel)
        write(claim, f"<{ally}source>", f"<{base}doc/example-memberships>")
        write(claim, f"<{ally}assertedBy>", f"<{base}actor/allygraph-editors>")
        write(claim, f"<{ally}modality>", f"<{base}kind/modality-fact>")
        write(claim, f"<{ally}review>", f"<{base}kind/review-verified>")
        reason = "The compilers kept the fact, not the words of the source."
        write(claim, f"<{ally}noQuoteReason>", f'"{reason}"@en')
        edtf = "http://id.loc.gov/datatypes/edtf/EDTF"
        write(claim, f"<{ally}start>", '"' + joined + f'"^^<{edtf}>')
        write(claim, f"<{ally}end>", '"' + left + f'"^^<{edtf}>', ended)
        latest_start = day(joined, True)
        dated("earliestStart", day(joined, False))
        dated("latestStart", latest_start)
        dated("earliestEnd", latest_start, ~ended)
        known_end = left.where(ended, "2000")
        dated("earliestEnd", day(known_end, False), ended)
        dated("latestEnd", day(known_end, True), ended)
        write(claim, f"<{ally}endKind>", f"<{base}kind/end-known>", ended)
        write(claim, f"<{ally}endKind>", f"<{base}kind/end-ongoing>", ~ended)


def measure(command: list[str]) -> tuple[float, float, float]:
    """Run a command; give its CPU seconds, wall seconds and peak memory in megabytes."""
    begin = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(command)} failed")
    wall = time.perf_counter() - begin
    return usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024


def fingerprint(path: Path, *, without: bytes = b"\0") -> tuple[int, int]:
    """Give the number of lines and a hash that does not depend on their order."""
    count = total = 0
    with path.open("rb") as file:
        for line in file:
            if without not in line[:80]:
                count += 1
                total = (total + hash(line)) % 2**64
    return count, total


def main() -> None:
    """Make the sheet, run both, compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="?", type=int, default=1_000_000)
    parser.add_argument("--pandas", type=Path, metavar="FOLDER", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.pandas:
        by_pandas(arguments.pandas)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        known = names()
        (folder / "names.json").write_text(json.dumps(known))
        (folder / "mapping.toml").write_text(MAPPING)
        with (folder / "sheet.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["organisation", "state", "joined", "left"])
            writer.writerows(rows(arguments.rows, known))
        command = [sys.executable, "-m", "allygraph", "import", "table", str(folder / "sheet.csv")]
        command += ["--mapping", str(folder / "mapping.toml"), "--name", "benchmark"]
        ours = measure([*command, "-f", "nq", "-o", str(folder / "ours.nq")])
        theirs = measure([sys.executable, __file__, "--pandas", str(folder)])
        # The document itself is made by the import only.
        mine = fingerprint(folder / "ours.nq", without=b"<https://w3id.org/allygraph/doc/")
        same = mine == fingerprint(folder / "pandas.nq")
        size = (folder / "ours.nq").stat().st_size / 1e6
    print(f"{arguments.rows:,} rows, {mine[0]:,} quads, {size:,.0f} MB; same lines: {same}")
    print(f"{'':8}{'CPU s':>9}{'wall s':>9}{'peak MB':>9}")
    for title, (cpu, wall, memory) in (("ally", ours), ("pandas", theirs)):
        print(f"{title:8}{cpu:9.1f}{wall:9.1f}{memory:9.0f}")
    ratios = [one / other for one, other in zip(ours, theirs, strict=True)]
    print(f"{'ratio':8}" + "".join(f"{ratio:9.2f}" for ratio in ratios))


if __name__ == "__main__":
    main()
