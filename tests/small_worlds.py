"""Test support: a file of Turtle as a graph of its own, with the ontology and what follows."""

from pathlib import Path

from pyoxigraph import Store

from allygraph.derive import derive
from allygraph.graph import file_quads, source_quads
from allygraph.resources import ontology_files

ROOT = Path(__file__).resolve().parent.parent


def store_of_file(path: Path) -> Store:
    """Build the graph of the ontology and one file."""
    store = Store()
    store.extend(source_quads(ROOT, ontology_files(ROOT)))
    store.extend(file_quads(path, name=f"data/{path.name}"))
    store.extend(list(derive(store, ROOT)))
    return store
