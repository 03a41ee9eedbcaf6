"""A thing in the middle, and around it what it is related to, by kind.

Each neighbour is a link; the line to it says how sure the relationship is, and whether claims
disagree. Sure ones are solid, presumed ones dashed, possible ones dotted, contested ones double.

Units: the picture is 960 by 540.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

MOST = 22
_WIDTH, _HEIGHT = 960, 540
_ACROSS, _DOWN = 245, 245
_LONGEST = 28


@dataclass(frozen=True)
class Neighbour:
    """A related thing: its label, where it is told, how it is related, how surely.

    ``kind`` groups neighbours and names the relation; certainty and standing are last words of the
    kinds.
    """

    label: str
    href: str
    kind: str
    certainty: str
    standing: str


def neighbourhood(centre: str, neighbours: Sequence[Neighbour], title: str) -> Markup:
    """Draw the picture; of more than `MOST` neighbours the first are shown.

    Args:
        centre: label of the thing in the middle.
        neighbours: in the order of their kinds.
        title: of the picture.
    """
    shown = neighbours[:MOST]
    edges, nodes = [], []
    for one, (x, y) in zip(shown, _places(len(shown)), strict=True):
        edges.append(_edge(x, y, one))
        nodes.append(_node(x, y, one))
    middle = Markup(
        '<g class="centre"><circle cx="{}" cy="{}" r="9"/>'
        '<text x="{}" y="{}" text-anchor="middle">{}</text></g>'
    ).format(_WIDTH / 2, _HEIGHT / 2, _WIDTH / 2, _HEIGHT / 2 - 16, _short(centre))
    return Markup(
        '<svg class="neighbourhood" viewBox="0 0 {} {}" role="group" aria-label="{}">'
        "<title>{}</title>{}{}{}</svg>"
    ).format(_WIDTH, _HEIGHT, title, title, *map(Markup("").join, (edges, nodes)), middle)


def _places(count: int) -> list[tuple[float, float]]:
    """Give places clockwise from the top: on both sides as far apart as their texts are high."""
    right = -(-count // 2)
    places = []
    for number in range(count):
        on_right = number < right
        side, index = (right, number) if on_right else (count - right, number - right)
        share = (index + 0.5) / side * 2 - 1
        across = _ACROSS * math.sqrt(1 - (share * 0.9) ** 2)
        x, y = (across, share * _DOWN) if on_right else (-across, -share * _DOWN)
        places.append((round(_WIDTH / 2 + x, 1), round(_HEIGHT / 2 + y, 1)))
    return places


def _edge(x: float, y: float, one: Neighbour) -> Markup:
    return Markup(
        '<line class="edge edge-{} standing-{}" x1="{}" y1="{}" x2="{}" y2="{}"/>'
    ).format(one.certainty, one.standing, _WIDTH / 2, _HEIGHT / 2, x, y)


def _node(x: float, y: float, one: Neighbour) -> Markup:
    """Draw a neighbour, its text on the side that looks away from the middle."""
    side, across = ("end", -11) if x < _WIDTH / 2 else ("start", 11)
    return Markup(
        '<a class="node" href="{}"><title>{} ({})</title><circle cx="{}" cy="{}" r="6"/>'
        '<text x="{}" y="{}" text-anchor="{}">{}</text>'
        '<text class="kind" x="{}" y="{}" text-anchor="{}">{}</text></a>'
    ).format(
        one.href,
        one.label,
        one.kind,
        x,
        y,
        x + across,
        y + 2,
        side,
        _short(one.label),
        x + across,
        y + 16,
        side,
        _short(one.kind),
    )


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1].rstrip()}…"
