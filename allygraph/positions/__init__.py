"""Positions: where the triples of a text stand, in a side table beside the graph."""

from allygraph.positions.place import Place

__all__ = ["Place"]
