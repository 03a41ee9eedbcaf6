"""The two clocks as options of a command: one day each."""

from datetime import date

from allygraph.dates import one_day


def day(text: str | None, option: str) -> date:
    """Give the day that an option names; without a text, today.

    Raises:
        DateError: the text is no date, or is less precise than a day.
    """
    return date.today() if text is None else one_day(text, option)
