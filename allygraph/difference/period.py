"""Which days a difference compares, and what the options of the two clocks mean together."""

from dataclasses import dataclass
from datetime import date

from allygraph.errors import UsageError


@dataclass(frozen=True)
class Period:
    """Two days in the world by what is known on one, or two days of knowledge.

    ``clock`` is ``world`` or ``knowledge``. In the world, ``days`` are the two days and ``known``
    is twice the day of knowledge; in knowledge, ``known`` are the two days, and ``days`` the first
    and last day in the world that count, or None for all.
    """

    clock: str
    days: tuple[date, date] | None
    known: tuple[date, date]

    @property
    def backwards(self) -> bool:
        """Tell whether the second of the days that are compared lies before the first."""
        first, last = self.known if self.clock == "knowledge" else self.days or self.known
        return first > last

    def forwards(self) -> "Period":
        """Give the period with the days that are compared in the order of time."""
        if not self.backwards:
            return self
        if self.clock == "knowledge":
            return Period(self.clock, self.days, (self.known[1], self.known[0]))
        return Period(self.clock, self.days and (self.days[1], self.days[0]), self.known)


def period(
    today: date,
    *,
    from_day: date | None = None,
    to_day: date | None = None,
    known_by: date | None = None,
    known_from: date | None = None,
    known_to: date | None = None,
    as_of: date | None = None,
) -> Period:
    """Read the options of a difference; what is compared up to is today, unless it is said.

    With ``known_from``, what was learned: about ``as_of``, or about the days from ``from_day`` to
    ``to_day``, or about all days. Else what changed in the world from ``from_day`` to ``to_day``.

    Raises:
        UsageError: no first day is given, or options that do not go together.
    """
    if known_from is None:
        if from_day is None or known_to is not None or as_of is not None:
            raise UsageError(
                "it is not said from which day to compare",
                expected="--from DAY [--to DAY] [--known-by DAY] for what changed in the world, or "
                "--known-from DAY [--known-to DAY] [--as-of DAY] for what was learned",
            )
        known = known_by or today
        return Period("world", (from_day, to_day or today), (known, known))
    if known_by is not None:
        raise UsageError(
            "--known-by does not go with --known-from",
            expected="--known-to for the later day of knowledge",
        )
    if as_of is not None and (from_day or to_day):
        raise UsageError(
            "--as-of does not go with --from and --to",
            expected="one day in the world (--as-of), or the days of a span (--from, --to)",
        )
    days = _days_in_the_world(today, as_of or from_day, as_of or to_day)
    return Period("knowledge", days, (known_from, known_to or today))


def _days_in_the_world(
    today: date, first: date | None, last: date | None
) -> tuple[date, date] | None:
    if first is None and last is None:
        return None
    days = first or date.min, last or today
    if days[0] > days[1]:
        raise UsageError(
            f"the days in the world run backwards, from {days[0]} to {days[1]}",
            expected="--from not later than --to, where they are the days learned about",
        )
    return days
