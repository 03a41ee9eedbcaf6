"""Forms that a saved query avoids because an engine in use answers them wrongly, or not at all.

Shape: the tokens of a query and the names of its parameters in, sentences with lines out.
Source: docs/decisions/0100, where each form stands with a minimal case and the engine at fault.
"""

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

from allygraph.sparql import Token

_CLAUSES = frozenset(("OPTIONAL", "FILTER", "BIND", "MINUS", "VALUES"))
_NEGATIONS = frozenset(("EXISTS", "MINUS"))
_LOOSE = "before an OPTIONAL, what is required stands in { … } with the row of parameters"


def unportable(stream: Sequence[Token], params: Collection[str]) -> Iterator[tuple[int, str]]:
    """List the forms of a query that not every engine answers alike, by line.

    Args:
        stream: the tokens of the whole query.
        params: the names of its parameters, without the question mark.
    """
    variables = frozenset(f"?{name}" for name in params)
    yield from _closed_comparisons(stream)
    yield from _half_ordered(stream)
    reached = dict(_reached(stream, variables))
    for word, inside in _groups(stream):
        direct = list(_direct(inside))
        has_row = any(text == "VALUES" for text, _ in direct)
        if word == "OPTIONAL":
            yield from _unbound_in_optional(inside, has_row, variables, reached)
        if word in _NEGATIONS and has_row:
            yield inside[0].line, f"{word} has a row of parameters: it is not heard there"
        if has_row and "OPTIONAL" in [text for text, _ in direct]:
            loose = [line for text, line in direct if text not in (*_CLAUSES, "{", ".", "UNION")]
            if loose:
                yield loose[0], _LOOSE


def _closed_comparisons(stream: Sequence[Token]) -> Iterator[tuple[int, str]]:
    for sign, after in pairwise(stream):
        if sign.text in ("<", ">") and after.text == "=":
            other = ">" if sign.text == "<" else "<"
            yield sign.line, f"'?a {sign.text}= ?b' loses rows: write !(?a {other} ?b)"


def _half_ordered(stream: Sequence[Token]) -> Iterator[tuple[int, str]]:
    """Where ORDER BY leaves a column out, DISTINCT may keep a row with an unbound value twice."""
    words = [token.text.upper() for token in stream]
    if "DISTINCT" not in words or "WHERE" not in words or "ORDER" not in words:
        return
    start, place = words.index("DISTINCT"), len(words) - 1 - words[::-1].index("ORDER")
    columns = [t.text for t in stream[start : words.index("WHERE")] if t.kind == "variable"]
    ordered = {token.text for token in stream[place:]}
    if missing := [column for column in columns if column not in ordered]:
        yield stream[place].line, f"DISTINCT is ordered by all its columns, also {missing[0]}"


def _reached(stream: Sequence[Token], params: Collection[str]) -> Iterator[tuple[str, str]]:
    """Give the variables that one step from a parameter binds, each with its parameter."""
    for subject, step, found in zip(stream, stream[1:], stream[2:], strict=False):
        is_step = step.kind == "name" and found.kind == "variable"
        if subject.text in params and is_step and found.text not in params:
            yield found.text, subject.text


def _unbound_in_optional(
    inside: Sequence[Token], has_row: bool, params: Collection[str], reached: dict[str, str]
) -> Iterator[tuple[int, str]]:
    here = {token.text for token in inside}
    for token in inside:
        if token.text in params and not has_row:
            yield token.line, f"an OPTIONAL with {token.text} repeats the row of parameters"
            return
        if token.text in reached and reached[token.text] not in here:
            yield (
                token.line,
                f"an OPTIONAL with {token.text} repeats the row of parameters and the step "
                f"from {reached[token.text]}",
            )
            return


def _groups(stream: Sequence[Token]) -> Iterator[tuple[str, list[Token]]]:
    """Give each group with the word before it and all tokens within its braces."""
    opened: list[int] = []
    for at, token in enumerate(stream):
        if token.text == "{":
            opened.append(at)
        elif token.text == "}" and opened:
            start = opened.pop()
            inside = list(stream[start + 1 : at])
            if inside:
                yield (stream[start - 1].text.upper() if start else "", inside)


def _direct(inside: Sequence[Token]) -> Iterator[tuple[str, int]]:
    """Give the words of a group itself: clauses by their keyword, groups by a brace."""
    at = 0
    while at < len(inside):
        text = inside[at].text.upper()
        yield text, inside[at].line
        at = _end_of_clause(inside, at) if text in _CLAUSES or text == "{" else at + 1


def _end_of_clause(inside: Sequence[Token], at: int) -> int:
    """Give the place after a clause or group: where all that it opens is closed again.

    A ``VALUES`` has its variables in brackets before its rows; a ``FILTER`` may negate ``EXISTS``.
    """
    braces_end = inside[at].text.upper() in ("OPTIONAL", "MINUS", "VALUES", "{")
    depth = 0
    for place in range(at, len(inside)):
        text = inside[place].text
        depth += {"{": 1, "(": 1, "}": -1, ")": -1}.get(text, 0)
        closes = text == "}" or (text == ")" and not braces_end)
        if depth == 0 and closes:
            return place + 1
    return len(inside)
