"""The network: relationships as lines between things, on a day and by what was known on a day."""

from allygraph.site.network.ties import KINDS, Tie, ends, ties

__all__ = ["KINDS", "Tie", "ends", "ties"]
