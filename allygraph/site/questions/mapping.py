"""The map of an answer: the states, places and offices that its rows name.

Shape: the things of the rows with their titles and addresses in; SVG out, or nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.site.atlas import Site, sites
from allygraph.site.pictures.map import VIEWS, Mark, State, picture

_FEWEST = 2
_SMALLEST_FIRST = ("europe", "indo-pacific", "world")


@dataclass(frozen=True)
class Named:
    """A thing of a row: what it is called, and the address of its page."""

    title: str
    href: str


def drawn(engine: OxigraphEngine, things: Mapping[str, Named], title: str) -> Markup | None:
    """Draw where the things are; nothing where fewer than two are anywhere.

    Args:
        engine: the graph, for where they are.
        things: by whole IRI.
        title: what the map shows.
    """
    found = sites(engine, things)
    if len(found) < _FEWEST:
        return None
    # A city whose office is there too would only hide it.
    housed = {site.at for site in found.values() if site.is_housed}
    states, marks = [], []
    for thing, site in found.items():
        name = things[thing]
        if site.code:
            states.append(State(site.code, "member", name.title, name.href, site.at))
        elif site.at and (site.is_housed or site.at not in housed):
            marks.append(Mark(site.at, "open", name.title, name.href))
    return picture(states, marks, title, _view(found))


def _view(found: Mapping[str, Site]) -> str:
    """Choose the smallest view that holds all; a state whose capital is not known needs all."""
    points = [site.at for site in found.values()]
    for view in _SMALLEST_FIRST:
        west, south, east, north = VIEWS[view]
        if all(at and south <= at[0] <= north and west <= at[1] <= east for at in points):
            return view
    return "world"
