"""Fields: the parameters of an address or a form, decoded once and strictly.

Bytes that are not UTF-8 are refused, not repaired.
"""

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl

from allygraph.web.problems import Problem

_MOST_FIELDS = 100

Fields = dict[str, list[str]]


def decode(raw: bytes) -> Fields:
    """Give the values of each field, in order.

    Raises:
        Problem: they are not percent-encoded UTF-8, or too many.
    """
    try:
        pairs = parse_qsl(
            raw.decode("utf-8"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError as error:
        raise Problem(
            "request-malformed",
            "the fields of the request cannot be decoded",
            expected=f"percent-encoded UTF-8, at most {_MOST_FIELDS} fields",
        ) from error
    found: Fields = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def single(found: Mapping[str, Sequence[str]], name: str) -> str | None:
    """Give the one value of a field, or ``None``.

    Raises:
        Problem: it is given more than once.
    """
    values: Sequence[str] = found.get(name, [])
    if len(values) > 1:
        raise Problem(
            "request-malformed", f"{name} is given {len(values)} times", expected=f"one {name}"
        )
    return values[0] if values else None
