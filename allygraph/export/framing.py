"""JSON-LD as a tree: one thing on top, what points to it below, and below that the evidence.

Relationships stand in the thing under the reverse terms of the context, claims, holdings and edges
in the relationship, quotes and sources in the claim. What stands in no place of the tree is listed
in ``included``, so that a link to anything else is always a text, and a link of the tree always a
node. A node that two others share stands in both: as statements they are the same ones.
Source: https://www.w3.org/TR/json-ld11/ (reverse properties, included blocks).
"""

import json
from collections.abc import Iterable
from typing import Any

from pyoxigraph import NamedNode, Quad

from allygraph.export.context import ADDRESS, Context
from allygraph.export.jsonld import Writer
from allygraph.names import PREFIXES
from allygraph.turtle.blocks import blocks

_EVIDENCE = tuple(PREFIXES[kind] for kind in ("claim", "edge", "holding"))
_INSIDE = ("quote", "source", "furtherSource")

Node = dict[str, Any]


def framed(quads: Iterable[Quad], top: str, context: Context, *, inline: bool = True) -> str:
    """Give the JSON-LD of a document as a tree; names of graphs are left out.

    Args:
        quads: in any order, without blank nodes.
        top: IRI of the thing on top; it need not be in the quads.
        context: the published one.
        inline: whether the context stands inside, or only its address.

    Raises:
        InputError: an IRI begins like a prefix of the context and would be read as another.
    """
    tree = _Tree(quads, Writer(context), top)
    document: Node = {"@context": context if inline else ADDRESS, **tree.node(top, 0)}
    if rest := tree.rest():
        document["included"] = rest
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


class _Tree:
    """The nodes of a document, who points to whom, and which of them have a place already."""

    def __init__(self, quads: Iterable[Quad], writer: Writer, top: str) -> None:
        triples = {quad.triple for quad in quads}
        self._top = top
        self._flat: dict[str, Node] = {}
        self._inward: dict[str, dict[str, list[str]]] = {}
        self._placed = {top}
        for block in blocks(triples):
            subject = block[0].value
            self._flat[subject] = writer.block(block)
            for name, values in block[1]:
                if key := writer.backwards.get(name):
                    for value in values:
                        if isinstance(value, NamedNode):
                            keys = self._inward.setdefault(value.value, {})
                            keys.setdefault(key, []).append(subject)

    def node(self, name: str, depth: int) -> Node:
        """Give a node with what points to it: to the top anything, to others only evidence."""
        self._placed.add(name)
        node = self._whole(name)
        if depth and name.startswith(_EVIDENCE):
            return node
        for key, subjects in sorted(self._inward.get(name, {}).items()):
            below = [
                self.node(subject, depth + 1)
                for subject in subjects
                if subject != self._top and (not depth or subject.startswith(_EVIDENCE))
            ]
            if below:
                node[key] = below
        return node

    def rest(self) -> list[Node]:
        """Give the nodes without a place in the tree, by name: a claim is before what it quotes."""
        found = []
        for name in self._flat:
            if name not in self._placed:
                self._placed.add(name)
                found.append(self._whole(name))
        return found

    def _whole(self, name: str) -> Node:
        """Give a node; its quotes and sources stand inside."""
        node = dict(self._flat.get(name, {"id": name}))
        for key in _INSIDE:
            if key in node:
                values = node[key]
                is_list = isinstance(values, list)
                inside = [self._inside(value) for value in (values if is_list else [values])]
                node[key] = inside if is_list else inside[0]
        return node

    def _inside(self, value: Any) -> Any:
        if not isinstance(value, str) or value == self._top or value not in self._flat:
            return value
        self._placed.add(value)
        return self._flat[value]
