"""A thing in the middle, and around it what it is related to, by kind.

Each neighbour is a link; the line to it says how sure the relationship is, and whether claims
disagree. Sure ones are solid, presumed ones dashed, possible ones dotted, contested ones double.

Units: the picture is 960 by 520.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

MOST = 22
_WIDTH, _HEIGHT = 960, 520
_ACROSS, _DOWN = 290, 205
_LONGEST = 27


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
    for number, one in enumerate(shown):
        angle = 2 * math.pi * number / len(shown) - math.pi / 2
        x = round(_WIDTH / 2 + _ACROSS * math.cos(angle), 1)
        y = round(_HEIGHT / 2 + _DOWN * math.sin(angle), 1)
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


def _edge(x: float, y: float, one: Neighbour) -> Markup:
    return Markup(
        '<line class="edge edge-{} standing-{}" x1="{}" y1="{}" x2="{}" y2="{}"/>'
    ).format(one.certainty, one.standing, _WIDTH / 2, _HEIGHT / 2, x, y)


def _node(x: float, y: float, one: Neighbour) -> Markup:
    """Draw a neighbour, its text on the side that looks away from the middle."""
    side = "end" if x < _WIDTH / 2 - 9 else "start" if x > _WIDTH / 2 + 9 else "middle"
    across = {"end": -11, "start": 11, "middle": 0}[side]
    down = 4 if side != "middle" else (-22 if y < _HEIGHT / 2 else 22)
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
        y + down - 2,
        side,
        _short(one.label),
        x + across,
        y + down + 12,
        side,
        _short(one.kind),
    )


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1].rstrip()}…"
