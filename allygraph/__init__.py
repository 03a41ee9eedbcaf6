"""allygraph: alliance relationships that carry their evidence and two clocks.

The short list of public names; everything else is private.

>>> graph = open_graph()
>>> members = graph.query("membership/members-on", alliance="actor:nato", as_of="1982-01-01")
>>> len(members)
15
"""

import pathlib
import typing

from allygraph.errors import AllygraphError

if typing.TYPE_CHECKING:
    from allygraph.client import Graph
    from allygraph.validation import Report

__all__ = ["AllygraphError", "ontology", "open_graph", "validate"]


def open_graph(endpoint: str | None = None, **limits: typing.Any) -> "Graph":
    """Open the shipped graph, or a remote one.

    Args:
        endpoint: the address of a SPARQL endpoint; without it the local store is opened, and
            built first when its text files have changed.
        limits: for a remote graph, as in `allygraph.engines.remote.RemoteEngine`.

    Raises:
        UnreadableFile: a text file of the graph is broken.
    """
    from allygraph.client import Graph

    return Graph.open(endpoint, **limits)


def validate(*paths: pathlib.Path | str) -> "Report":
    """Check the shipped ontology and data, or the given files beside them.

    Raises:
        UnreadableFile: a file is missing or broken, with its line.
    """
    from allygraph.validation import validate as run

    return run([pathlib.Path(path) for path in paths] or None)


def ontology(*, reason: bool = False) -> typing.Any:
    """Give the ontology with all individuals as owlready2 objects.

    ``ontology().Partnership.instances()`` lists the partnerships.

    Args:
        reason: let HermiT add what follows from the definitions (needs Java).
    """
    from allygraph.reason import ontology as load

    return load(reason=reason)
