"""What places cost beside plain parsing: ``python benchmarks/positions.py [TRIPLES…]``.

Prints a line for each format: CPU seconds of `pyoxigraph.parse` into a list of quads, and, as ratio
to that, parsing with a side table that is asked for the first value of some things: of 0.1 % of the
named subjects, 1 %, all; and of 0.1 % of the nodes without a name (``blank``), which are matched
with those of the graph. The best of three runs counts (of one, where all are asked); each run has a
table of its own.

Shape of the graph: our own model's: a third of the subjects have two triples, a third four, a third
six; strings, dates, languages, and prefixed names. ``odd`` is Turtle as people write it: comments,
many subjects in a line, long strings, whole IRIs among short ones, blank nodes with their values.
"""

import argparse
import random
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from pyoxigraph import NamedNode, Quad, RdfFormat, parse, serialize

from allygraph.names import PREFIXES
from allygraph.positions import Positions

SEED = 20230613
RUNS = 3
HEAD = "".join(f"PREFIX {name}: <{PREFIXES[name]}>\n" for name in ("ally", "claim", "rel", "xsd"))
LINES = (
    "  ally:about rel:thing-{n:07}",
    '  ally:asserts "What is said of thing {n}. It holds; so they say."@en',
    '  ally:start "19{y:02}-02-11"^^xsd:date',
    "  ally:affirms rel:other-{n:07}, rel:third-{n:07}",
    "  ally:confidence {y}",
)
ODD = (
    '<{claim}c{n:07}> ally:about rel:thing-{n:07};ally:start "19{y:02}-02-11"^^xsd:date . # so.\n',
    'claim:c{n:07}\ta ally:Claim ; ally:asserts """Said of\n"thing" {n}. #no\n"""@en,\'it; is\'; '
    "ally:confidence {y}.\n",
    "claim:c{n:07} ally:about rel:thing-{n:07} , rel:b-{n:07} ;\n\n  ally:within [ ally:from {y} ; "
    'ally:to "2{y:03}" ] .\n',
)


def canonical(triples: int) -> str:
    """Write Turtle as ``ally fmt`` does."""
    dice, parts, count = random.Random(SEED), [HEAD], 0
    while count < triples:
        number, lines = len(parts), LINES[: 1 + 2 * dice.randrange(3)]
        body = " ;\n".join(("claim:c{n:07} a ally:Claim", *lines, "."))
        parts.append(
            "\n" + body.replace(" ;\n.", "\n.").format(n=number, y=number % 90 + 10) + "\n"
        )
        count += len(lines) + 1 + (len(lines) > 3)
    return "".join(parts)


def odd(triples: int) -> str:
    """Write Turtle as people do."""
    parts, count = [HEAD], 0
    while count < triples:
        number = len(parts)
        line = ODD[number % 3].format(claim=PREFIXES["claim"], n=number, y=number % 90 + 10)
        parts.append(line)
        count += (2, 4, 5)[number % 3]
    return "".join(parts)


def texts(triples: int) -> Iterator[tuple[str, RdfFormat, str]]:
    """Give each text with its format and a name."""
    plain = canonical(triples)
    quads = list(parse(input=plain, format=RdfFormat.TURTLE))
    lines = serialize((quad.triple for quad in quads), format=RdfFormat.N_TRIPLES)
    yield "N-Triples", RdfFormat.N_TRIPLES, lines.decode()
    yield "Turtle, canonical", RdfFormat.TURTLE, plain
    yield "Turtle, odd", RdfFormat.TURTLE, odd(triples)
    body = plain.removeprefix(HEAD)
    yield "TriG", RdfFormat.TRIG, f"{HEAD}\nGRAPH <urn:g> {{\n{body}\n}}\n"


def seconds(run: Callable[[], object], runs: int = RUNS) -> float:
    """Give the CPU seconds of the best of some runs."""
    best = float("inf")
    for _ in range(runs):
        began = time.process_time()
        run()
        best = min(best, time.process_time() - began)
    return best


def ask(text: str, form: RdfFormat, quads: list[Quad], asked: list[Quad]) -> None:
    """Make a side table and ask for the place of one value of each thing."""
    table = Positions(text, form, quads, "file", wanted={quad.subject for quad in asked})
    for quad in asked:
        if table.triple(quad.subject, quad.predicate, quad.object) is None:
            raise SystemExit(f"no place: {quad}")


def asked(quads: list[Quad]) -> dict[str, list[Quad]]:
    """Give the triples to ask for: the first of each thing of a sample."""
    first: dict[bool, dict[object, Quad]] = {True: {}, False: {}}
    for quad in quads:
        first[isinstance(quad.subject, NamedNode)].setdefault(quad.subject, quad)
    named, blank = (list(first[is_named].values()) for is_named in (True, False))
    return {"0.1 %": named[::1000], "1 %": named[::100], "all": named, "blank": blank[::1000]}


def main() -> None:
    """Print the table."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("triples", nargs="*", type=int, default=[100_000, 1_000_000])
    columns = ("0.1 %", "1 %", "all", "blank")
    print(f"{'triples':>9}  {'format':18} {'parse s':>8}", *(f"{name:>7}" for name in columns))
    for triples in arguments.parse_args().triples:
        for name, form, text in texts(triples):
            quads = list(parse(input=text, format=form))
            plain = seconds(lambda: list(parse(input=text, format=form)))  # noqa: B023
            cells = []
            for sample in asked(quads).values():
                runs = RUNS if len(sample) < len(quads) / 50 else 1
                places = seconds(lambda: ask(text, form, quads, sample), runs)  # noqa: B023
                with_places = plain + places
                cells.append(f"{with_places / plain:7.2f}" if sample else f"{'':7}")
            print(f"{len(quads):9}  {name:18} {plain:8.2f}", *cells, flush=True)


if __name__ == "__main__":
    main()
