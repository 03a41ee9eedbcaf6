"""Positions: where the triples of a text stand, in a side table beside the graph.

Parsers tell no places, and a place has nothing to do in a graph. So the text is parsed as ever, and
only where somebody asks for places is it looked at again.
"""

from collections.abc import Collection, Sequence

from pyoxigraph import Quad, RdfFormat

from allygraph.positions.matching import Node
from allygraph.positions.place import Place
from allygraph.positions.table import Positions

__all__ = ["Place", "Positions", "positions"]


def positions(
    text: str,
    format: RdfFormat,
    quads: Sequence[Quad],
    file: str,
    *,
    base: str | None = None,
    wanted: Collection[Node] | None = None,
) -> Positions:
    """Give the side table of a text; the arguments are those of `Positions`."""
    return Positions(text, format, quads, file, base, wanted)
