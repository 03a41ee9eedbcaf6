"""Turtle: the one canonical form that the text files keep, and where in a file a subject stands."""

from allygraph.turtle.blocks import FIRST_PROPERTIES
from allygraph.turtle.canonical import canonical, is_canonical
from allygraph.turtle.lexer import comments, subject_lines

__all__ = [
    "FIRST_PROPERTIES",
    "canonical",
    "comments",
    "is_canonical",
    "subject_lines",
]
