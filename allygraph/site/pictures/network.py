"""A network as SVG: things on rings, relationships as lines that show how sure they are.

Lines that do not hold on the day are drawn too, and hidden by their class ``off``: a script shows
and hides them when the day changes, and no thing moves. Classes: ``edge``, the kind, certainty and
standing as words (``contested``, ``expected``); ``node``, ``hub``, ``focus``.
Units: user units of the SVG; angles in radians, 0 to the right, clockwise.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import cos, degrees, hypot, pi, sin
from typing import NamedTuple

from markupsafe import Markup, escape

_APART = 17.0
"""Space between two labels on a ring."""
_LEAST_RADIUS = 170.0
_RING = 210.0
_MARGIN = 225.0
_BEND = 15.0
_DENSE = 250
"""From so many lines on, each is drawn fainter."""
_LONGEST = 30


@dataclass(frozen=True)
class Node:
    """A thing: its name for scripts, label, language of the label (empty: the page's), address."""

    name: str
    label: str
    address: str
    language: str = ""


@dataclass(frozen=True)
class Edge:
    """A relationship between two nodes, given by name.

    ``words`` are the classes by which it is drawn on the day, empty when it does not show on it;
    ``spans`` tells scripts when it shows: ``first,last,word word;…`` with ISO days.
    """

    name: str
    start: str
    end: str
    kind: str
    title: str
    address: str
    words: tuple[str, ...] = ("sure",)
    spans: str = ""


class Spot(NamedTuple):
    """Where a node is, and at which angle its label leaves the middle."""

    x: float
    y: float
    angle: float


def network(nodes: Sequence[Node], edges: Sequence[Edge], *, title: str, focus: str = "") -> Markup:
    """Draw a network.

    Args:
        nodes: all ends of the edges.
        edges: in the order in which their ends stand around.
        title: what the picture shows, for those who do not see it.
        focus: name of the node in the middle; without one, what has most lines is on an inner ring.
    """
    spots, radius = places(nodes, edges, focus)
    seen = {end for edge in edges if edge.words for end in (edge.start, edge.end)}
    hubs = {name for name, spot in spots.items() if name == focus or _is_inside(spot, radius)}
    width = 2 * (radius + _MARGIN)
    density = " dense" if len(edges) > _DENSE else ""
    lines = Markup("\n").join(_lines(edges, spots))
    marks = Markup("\n").join(
        _node(node, spots[node.name], node.name in seen, node.name in hubs, node.name == focus)
        for node in nodes
    )
    return Markup(
        '<svg class="network{5}" viewBox="{0:.0f} {0:.0f} {1:.0f} {1:.0f}" role="group" '
        'aria-labelledby="network-title">\n<title id="network-title">{2}</title>\n'
        '<g class="edges">\n{3}\n</g>\n<g class="nodes">\n{4}\n</g>\n</svg>'
    ).format(-width / 2, width, title, lines, marks, density)


def places(
    nodes: Sequence[Node], edges: Iterable[Edge], focus: str = ""
) -> tuple[dict[str, Spot], float]:
    """Put nodes on rings, those of one kind side by side; give the radius of the outer ring too."""
    edges = list(edges)
    inner: list[str] = []
    if not focus:
        received = Counter(edge.end for edge in edges)
        most = [name for name, lines in received.most_common() if lines >= 3]
        inner = most[: max(1, len(nodes) // 4)]
    first_kind: dict[str, str] = {}
    for edge in edges:
        for end in (edge.start, edge.end):
            first_kind.setdefault(end, edge.kind)
    kinds = list(dict.fromkeys(edge.kind for edge in edges))
    rest = [node for node in nodes if node.name != focus and node.name not in set(inner)]
    rest.sort(key=lambda one: (kinds.index(first_kind[one.name]), one.label.casefold(), one.name))
    radius = max(_LEAST_RADIUS, len(rest) * _APART / (2 * pi))
    spots = {focus: Spot(0, 0, 0)} if focus else {}
    if inner:
        inner_radius = max(90.0, len(inner) * _APART / pi)
        radius = max(radius, inner_radius + _RING)
        spots |= _ring(sorted(inner), inner_radius)
    return spots | _ring([node.name for node in rest], radius), radius


def _ring(names: Sequence[str], radius: float) -> dict[str, Spot]:
    step = 2 * pi / max(1, len(names))
    angles = {name: -pi / 2 + (place + 0.5) * step for place, name in enumerate(names)}
    return {name: Spot(radius * cos(a), radius * sin(a), a) for name, a in angles.items()}


def _is_inside(spot: Spot, radius: float) -> bool:
    return hypot(spot.x, spot.y) < radius - 1


def _lines(edges: Sequence[Edge], spots: Mapping[str, Spot]) -> Iterable[Markup]:
    """Draw edges; those between the same two things are bent apart."""
    groups: defaultdict[frozenset[str], list[Edge]] = defaultdict(list)
    for edge in edges:
        groups[frozenset((edge.start, edge.end))].append(edge)
    for group in groups.values():
        for place, edge in enumerate(group):
            bend = (place - (len(group) - 1) / 2) * _BEND
            start, end = sorted((spots[edge.start], spots[edge.end]))
            yield _line(edge, start, end, bend)


def _line(edge: Edge, start: Spot, end: Spot, bend: float) -> Markup:
    length = hypot(end.x - start.x, end.y - start.y) or 1.0
    middle = (start.x + end.x) / 2, (start.y + end.y) / 2
    across = -(end.y - start.y) / length, (end.x - start.x) / length
    by = 2 * bend
    control = middle[0] + by * across[0], middle[1] + by * across[1]
    path = f"M{start.x:.1f},{start.y:.1f}Q{control[0]:.1f},{control[1]:.1f} {end.x:.1f},{end.y:.1f}"
    mark = (middle[0] + control[0]) / 2, (middle[1] + control[1]) / 2
    return Markup(
        '<a class="{0}" data-edge="{1}" data-start="{2}" data-end="{3}" data-spans="{4}" '
        'href="{5}" tabindex="-1"><title>{6}</title>'
        '<path class="line" d="{7}"/><path class="reach" d="{7}"/>'
        '<text class="mark" x="{8:.1f}" y="{9:.1f}" aria-hidden="true">≠</text></a>'
    ).format(
        " ".join(("edge", edge.kind, *edge.words) if edge.words else ("edge", edge.kind, "off")),
        edge.name,
        edge.start,
        edge.end,
        edge.spans,
        edge.address,
        edge.title,
        path,
        *mark,
    )


def _node(node: Node, spot: Spot, seen: bool, hub: bool, focus: bool) -> Markup:
    turn = degrees(spot.angle)
    is_left = cos(spot.angle) < 0
    tongue = Markup(' lang="{}"').format(node.language) if node.language else Markup("")
    if focus:
        text = Markup('<text class="name" y="28" text-anchor="middle"{}>{}</text>')
        label = text.format(tongue, _short(node.label))
    else:
        anchor = "end" if is_left else "start"
        text = Markup(
            '<text class="name" transform="rotate({:.1f})" x="{}" dy=".32em" '
            'text-anchor="{}"{}>{}</text>'
        )
        turned = turn - 180 if is_left else turn
        distance = (14 if hub else 10) * (-1 if is_left else 1)
        label = text.format(turned, distance, anchor, tongue, _short(node.label))
    words = ["node", *(["hub"] if hub else []), *(["focus"] if focus else [])]
    words += [] if seen or focus else ["off"]
    return Markup(
        '<a class="{}" data-node="{}" href="{}" transform="translate({:.1f} {:.1f})">'
        '<title>{}</title><circle r="{}"/>{}</a>'
    ).format(
        " ".join(words), node.name, node.address, spot.x, spot.y, node.label, 9 if hub else 5, label
    )


def _short(label: str) -> Markup:
    return escape(label if len(label) <= _LONGEST else f"{label[: _LONGEST - 1].rstrip()}…")
