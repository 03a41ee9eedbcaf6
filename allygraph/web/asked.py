"""What every address of the site may say: the two clocks and the language."""

from collections.abc import Mapping, Sequence
from datetime import date

from allygraph.dates import bounds
from allygraph.errors import DateError
from allygraph.web.fields import single
from allygraph.web.problems import Problem

LANGUAGES = ("en", "fr", "ja", "ko")


def day(fields: Mapping[str, Sequence[str]], name: str, today: date) -> date:
    """Read a clock; a longer span means its last day.

    Raises:
        Problem: it is not a day, or given more than once.
    """
    given = single(fields, name)
    if not given:
        return today
    try:
        return bounds(given).latest
    except DateError as error:
        raise Problem(
            "date-invalid", f"{name}: {error.message}", expected=error.expected
        ) from error


def language(fields: Mapping[str, Sequence[str]], accepted: str) -> str:
    """Read the language; in a header the first known one counts, whatever its weight.

    Raises:
        Problem: there are no labels in it, or it is given more than once.
    """
    given = single(fields, "lang")
    if given:
        if given not in LANGUAGES:
            raise Problem(
                "request-malformed", f"no language '{given[:20]}'", expected=", ".join(LANGUAGES)
            )
        return given
    wanted = (part.strip()[:2].lower() for part in accepted[:200].split(","))
    return next((language for language in wanted if language in LANGUAGES), "en")
