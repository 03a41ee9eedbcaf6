"""The same N-Quads as ``import_table.py``, by pandas: ``python import_table_pandas.py FOLDER``.

As a good user of pandas would write it: whole columns of texts (as objects, which are quicker here
than its own type), one kind of statement after another, so that no column of all is ever needed.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

BASE = "https://w3id.org/allygraph/"
ALLY = f"{BASE}ns#"
XSD = "http://www.w3.org/2001/XMLSchema#"
EDTF = "http://id.loc.gov/datatypes/edtf/EDTF"
TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
LABEL = "<http://www.w3.org/2000/01/rdf-schema#label>"
IDENTIFIER = "<http://purl.org/dc/terms/identifier>"
GRAPH = f" <{BASE}graph/imports/benchmark> .\n"
REASON = "The compilers kept the fact, not the words of the source."
Write = Callable[..., None]


def main(folder: Path) -> None:
    """Read the sheet and the names, write the N-Quads."""
    known = json.loads((folder / "names.json").read_text())
    frame = pd.read_csv(folder / "sheet.csv", dtype=object, keep_default_na=False)
    for column, names in (("state", "states"), ("organisation", "organisations")):
        for place, part in enumerate(("iri", "label")):
            table = {key: pair[place] for key, pair in known[names].items()}
            frame[f"{column}_{part}"] = frame[column].map(table)
        local = {key: pair[0].rpartition("/")[2] for key, pair in known[names].items()}
        frame[f"{column}_local"] = frame[column].map(local)
    spell = frame.groupby(["organisation", "state"]).cumcount() + 1
    tail = pd.Series(np.where(spell > 1, "-" + spell.astype(str), ""), dtype=object)
    names_ = frame["organisation_local"] + "-" + frame["state_local"]
    rel = f"<{BASE}rel/benchmark-" + names_ + tail + ">"
    with (folder / "pandas.nq").open("w", encoding="utf-8") as file:

        def write(subject: Any, name: str, value: Any, where: Any = None) -> None:
            lines = subject + (f" {name} " + value + GRAPH)
            file.write("".join(lines if where is None else lines[where]))

        memberships(frame, rel, write)
        claims(frame, rel, write)


def memberships(frame: Any, rel: Any, write: Write) -> None:
    """Write the relationships."""
    label = '"membership of ' + frame["state_label"] + " in " + frame["organisation_label"]
    write(rel, TYPE, f"<{ALLY}Membership>")
    write(rel, LABEL, label + '"@en')
    write(rel, f"<{ALLY}member>", "<" + frame["state_iri"] + ">")
    write(rel, f"<{ALLY}organization>", "<" + frame["organisation_iri"] + ">")


def claims(frame: Any, rel: Any, write: Write) -> None:
    """Write the claims."""
    number = pd.Series(np.arange(1, len(frame) + 1).astype(str), dtype=object)
    claim = f"<{BASE}claim/benchmark-" + number + ">"
    joined, left = frame["joined"], frame["left"]
    label = '"' + frame["state_label"] + " joined " + frame["organisation_label"] + " on " + joined
    write(claim, TYPE, f"<{ALLY}Claim>")
    write(claim, LABEL, label + '"@en')
    write(claim, IDENTIFIER, '"' + number + '"')
    write(claim, f"<{ALLY}row>", '"' + number + f'"^^<{XSD}integer>')
    write(claim, f"<{ALLY}affirms>", rel)
    write(claim, f"<{ALLY}source>", f"<{BASE}doc/example-memberships>")
    write(claim, f"<{ALLY}assertedBy>", f"<{BASE}actor/allygraph-editors>")
    write(claim, f"<{ALLY}modality>", f"<{BASE}kind/modality-fact>")
    write(claim, f"<{ALLY}review>", f"<{BASE}kind/review-verified>")
    write(claim, f"<{ALLY}noQuoteReason>", f'"{REASON}"@en')
    ended = left != ""
    write(claim, f"<{ALLY}start>", '"' + joined + f'"^^<{EDTF}>')
    write(claim, f"<{ALLY}end>", '"' + left + f'"^^<{EDTF}>', ended)
    write(claim, f"<{ALLY}endKind>", f"<{BASE}kind/end-known>", ended)
    write(claim, f"<{ALLY}endKind>", f"<{BASE}kind/end-ongoing>", ~ended)

    def dated(name: str, text: Any, where: Any = None) -> None:
        write(claim, f"<{ALLY}{name}>", '"' + text + f'"^^<{XSD}date>', where)

    latest_start, known_end = day(joined, True), left.where(ended, "2000")
    dated("earliestStart", day(joined, False))
    dated("latestStart", latest_start)
    dated("earliestEnd", latest_start, ~ended)
    dated("earliestEnd", day(known_end, False), ended)
    dated("latestEnd", day(known_end, True), ended)


def day(text: Any, last: bool) -> Any:
    """Give the first or the last day of years, months and days."""
    full = text.where(text.str.len() == 10, text.str[:7] + "-01")
    full = full.where(text.str.len() > 4, text + "-01-01")
    if not last:
        return full
    days = pd.to_datetime(full, format="%Y-%m-%d")
    ends = days.where(text.str.len() > 4, days + pd.offsets.YearEnd(0))
    ends = ends.where(text.str.len() != 7, days + pd.offsets.MonthEnd(0))
    return pd.Series(ends.dt.strftime("%Y-%m-%d"), dtype=object)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
