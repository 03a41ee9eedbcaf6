"""What changed in the world between two days, and what was learned between two days.

Both compare states, read from holdings: the one (d1, k) with (d2, k), the other (d, k1) with
(d, k2), for one day d, for the days of a span, or for all. What is only expected changes nothing in
the world, but is something to learn.

Shape: a `Period` and a choice of things in, a `Difference` out: lines with names, days as ISO
texts and claims by name, and the claims themselves once each.
"""

from allygraph.difference.model import Choice, Days, Difference, Line, Name, Side
from allygraph.difference.period import Period, period
from allygraph.difference.report import difference

__all__ = [
    "Choice",
    "Days",
    "Difference",
    "Line",
    "Name",
    "Period",
    "Side",
    "difference",
    "period",
]
