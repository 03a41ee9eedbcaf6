"""The two clocks as options of a command: one day each."""

from datetime import date

from allygraph.dates import bounds
from allygraph.errors import DateError


def day(text: str | None, option: str) -> date:
    """Give the day that an option names; without a text, today."""
    return date.today() if text is None else named_day(text, option)


def named_day(text: str, option: str) -> date:
    """Give the day that an option names.

    Raises:
        DateError: the text is no date, or is less precise than a day.
    """
    try:
        first, last = bounds(text)
    except DateError as error:
        raise DateError(error.message, expected=error.expected, place=option) from error
    if first != last:
        raise DateError(f"'{text}' is not one day", expected="a day as 2023-07-11", place=option)
    return first
