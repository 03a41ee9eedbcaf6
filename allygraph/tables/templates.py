"""Templates: texts with ``{name|filter:argument}`` in them, read once and filled for every row.

``{{`` and ``}}`` stand for the braces themselves. An argument may hold references of its own, one
level deep; one that begins with ``/`` is a regular expression and ends with the next ``/``.
Shape: a row is a dict of texts; a template is a function from such a dict to a text.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from allygraph.errors import MappingError
from allygraph.names import did_you_mean
from allygraph.tables.faults import RowFault

Row = dict[str, str]
Fill = Callable[[Row], str]
Step = Callable[[str, Row], str]
_MEMORY = 20_000  # values that a reference remembers; enough for lookups, small beside a big sheet


class Regex(NamedTuple):
    """An argument between slashes: the pattern and, for ``replace``, the new text."""

    pattern: str
    replacement: str | None


class Reference(NamedTuple):
    """``{name|filter:argument}``: the name, and filters with arguments (templates or regexes)."""

    name: str
    filters: tuple[tuple[str, "Parts | Regex | None"], ...]


Parts = tuple["str | Reference", ...]


class Template(NamedTuple):
    """A compiled template: how to fill it, the sheet's columns in it, its text if it is fixed."""

    fill: Fill
    columns: tuple[str, ...]
    constant: str | None


class Filter(NamedTuple):
    """A filter: how to make its step from an argument, and whether its answer may be kept.

    ``make`` gets the argument compiled (None where there is none) and the place for errors.
    """

    make: Callable[["Template | Regex | None", str], Step]
    pure: bool = True


@dataclass
class Scope:
    """What a template may name: names with the columns of the sheet that they come from.

    ``getters`` are for names that are worked out on the spot; the others stand in the row.
    ``hidden`` tells why a name that exists cannot be used here.
    """

    names: dict[str, tuple[str, ...]]
    filters: Mapping[str, Filter]
    getters: dict[str, Fill] = field(default_factory=dict)
    hidden: dict[str, str] = field(default_factory=dict)

    def copy(self) -> "Scope":
        """Give a scope of its own that knows the same."""
        return Scope(dict(self.names), self.filters, dict(self.getters), dict(self.hidden))

    def with_private(self, name: str, key: str, columns: tuple[str, ...]) -> "Scope":
        """Give a scope that knows one more name, which stands in the row under another key."""
        more = self.copy()
        more.names[name] = columns
        more.getters[name] = _getter(key)
        return more

    def compile(self, text: str, place: str) -> Template:
        """Compile a template.

        Args:
            text: the template.
            place: where in the mapping it stands, for errors.

        Raises:
            MappingError: it is malformed, or names something unknown.
        """
        return self._compile(parse(text, place), place)

    def _compile(self, parts: Parts, place: str) -> Template:
        columns: dict[str, None] = {}
        fills: list[str | Fill] = []
        for part in parts:
            if isinstance(part, str):
                fills.append(part)
                continue
            reference = self._reference(part, place)
            columns.update(dict.fromkeys(reference.columns))
            fills.append(reference.fill)
        constant = "".join(part for part in parts if isinstance(part, str))
        if len(parts) == sum(isinstance(part, str) for part in parts):
            return Template(lambda row: constant, (), constant)
        return Template(_joined(fills), tuple(columns), None)

    def _reference(self, reference: Reference, place: str) -> Template:
        name = reference.name
        if name not in self.names:
            raise MappingError(
                f"'{{{name}}}' names nothing",
                expected=self.hidden.get(name)
                or did_you_mean(name, self.names)
                or f"one of {', '.join(self.names)}",
                place=place,
            )
        columns = self.names[name]
        get = self.getters.get(name) or _getter(name)
        if not reference.filters:
            return Template(get, columns, None)
        steps, pure = [], True
        for filter_name, argument in reference.filters:
            kind = self._filter(filter_name, place)
            compiled: Template | Regex | None = None
            if isinstance(argument, Regex):
                compiled = argument
            elif argument is not None:
                compiled = self._compile(argument, place)
                pure = pure and compiled.constant is not None
            steps.append(kind.make(compiled, place))
            pure = pure and kind.pure
        return Template(_chain(get, steps, columns, pure), columns, None)

    def _filter(self, name: str, place: str) -> Filter:
        if name not in self.filters:
            raise MappingError(
                f"there is no filter '{name}'",
                expected=did_you_mean(name, self.filters) or f"one of {', '.join(self.filters)}",
                place=place,
            )
        return self.filters[name]


def _getter(name: str) -> Fill:
    return lambda row: row[name]


def _chain(get: Fill, steps: Iterable[Step], columns: tuple[str, ...], pure: bool) -> Fill:
    """Run a value through filters; where they only look at the value, remember the answer."""
    in_order = tuple(steps)

    def run(row: Row) -> str:
        value = get(row)
        try:
            for step in in_order:
                value = step(value, row)
        except RowFault as fault:
            raise fault.at(columns) from None
        return value

    if not pure:
        return run
    known: dict[str, str] = {}

    def remember(row: Row) -> str:
        value = get(row)
        answer = known.get(value)
        if answer is None:
            answer = run(row)
            if len(known) >= _MEMORY:
                known.clear()
            known[value] = answer
        return answer

    return remember


def _joined(fills: list[str | Fill]) -> Fill:
    """Join fixed texts and references, as one f-string: the quickest way that Python has."""
    if len(fills) == 1 and not isinstance(fills[0], str):
        return fills[0]
    functions = {f"f{i}": fill for i, fill in enumerate(fills) if not isinstance(fill, str)}
    pieces = [
        fill.replace("{", "{{").replace("}", "}}") if isinstance(fill, str) else f"{{f{i}(row)}}"
        for i, fill in enumerate(fills)
    ]
    # The text of the mapping gets in as a Python string literal only.
    source = f"lambda row: f{''.join(pieces)!r}"
    filled: Fill = eval(source, {"__builtins__": {}, **functions})
    return filled


def parse(text: str, place: str) -> Parts:
    """Read a template into texts and references.

    Raises:
        MappingError: a brace is not closed, or a reference has no name.
    """
    parts, end = _Reader(text, place).parts(0, "", 0)
    if end != len(text):
        raise MappingError(f"a '}}' too many in '{text}'", expected="}} for a brace", place=place)
    return parts


class _Reader:
    """Reads one template; positions are offsets in its text."""

    def __init__(self, text: str, place: str) -> None:
        self.text = text
        self.place = place

    def parts(self, at: int, stops: str, depth: int) -> tuple[Parts, int]:
        parts: list[str | Reference] = []
        literal = ""
        while at < len(self.text):
            sign = self.text[at]
            if not stops and self.text[at : at + 2] in ("{{", "}}"):
                literal += sign
                at += 2
            elif sign == "{":
                if literal:
                    parts.append(literal)
                    literal = ""
                reference, at = self.reference(at + 1, depth + 1)
                parts.append(reference)
            elif sign in (stops or "}"):
                break
            else:
                literal += sign
                at += 1
        return (*parts, literal) if literal else tuple(parts), at

    def reference(self, at: int, depth: int) -> tuple[Reference, int]:
        if depth > 2:
            raise self._error("a reference inside an argument has no argument with references")
        name, at = self._word(at, "|}")
        filters = []
        while self._sign(at) == "|":
            filter_name, at = self._word(at + 1, ":|}")
            argument: Parts | Regex | None = None
            if self._sign(at) == ":":
                argument, at = self.argument(at + 1, depth)
            filters.append((filter_name, argument))
        return Reference(name, tuple(filters)), at + 1

    def argument(self, at: int, depth: int) -> tuple["Parts | Regex", int]:
        if self._sign(at) != "/":
            return self.parts(at, "|}", depth)
        pattern, at = self._until_slash(at + 1)
        replacement = None
        if self._sign(at) not in "|}":
            replacement, at = self._until_slash(at)
        return Regex(pattern, replacement), at

    def _until_slash(self, at: int) -> tuple[str, int]:
        found = ""
        while (sign := self._sign(at)) != "/":
            if sign == "\\" and self._sign(at + 1) == "/":
                sign, at = "/", at + 1
            elif sign == "\\":
                sign += self._sign(at + 1)
                at += 1
            found += sign
            at += 1
        return found, at + 1

    def _word(self, at: int, stops: str) -> tuple[str, int]:
        start = at
        while self._sign(at) not in stops:
            at += 1
        word = self.text[start:at].strip()
        if not word:
            raise self._error("a reference or filter has no name")
        return word, at

    def _sign(self, at: int) -> str:
        if at >= len(self.text):
            raise self._error("a '{' or '/' is not closed")
        return self.text[at]

    def _error(self, why: str) -> MappingError:
        return MappingError(
            f"{why} in '{self.text}'", expected="as {member|slug}", place=self.place
        )
