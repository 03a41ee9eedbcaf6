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

PANDAS = Path(__file__).with_name("import_table_pandas.py")
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
    arguments = parser.parse_args()
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
        theirs = measure([sys.executable, str(PANDAS), str(folder)])
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
