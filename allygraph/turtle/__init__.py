"""Turtle: the one canonical form that the text files keep."""

from allygraph.turtle.blocks import FIRST_PROPERTIES
from allygraph.turtle.canonical import canonical, is_canonical

__all__ = [
    "FIRST_PROPERTIES",
    "canonical",
    "is_canonical",
]
