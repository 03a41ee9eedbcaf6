"""Templates, compiled: each becomes one Python expression over a row, filled for every row.

Shape: a row is a dict of texts; a template is a function from such a dict to a text. Filters give
the same answer for the same value, so answers are remembered, up to a limit.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from allygraph.errors import MappingError
from allygraph.names import did_you_mean
from allygraph.tables.faults import RowFault
from allygraph.tables.syntax import Parts, Reference, Regex, parse

Row = dict[str, str]
Fill = Callable[[Row], str]
Step = Callable[[str, Row], str]

# What we add to a row stands under keys that no column of a sheet can have.
NUMBER, KEY, SLUG, IDENTIFIER, SPELL, NOTE = (
    f"\0{name}" for name in ("number", "key", "slug", "identifier", "spell", "note")
)
_MEMORY = 20_000  # answers that a reference remembers; enough for lookups, small beside a big sheet


class Template(NamedTuple):
    """A compiled template: how to fill it, the sheet's columns in it, its text if it is fixed."""

    fill: Fill
    columns: tuple[str, ...]
    constant: str | None


class Filter(NamedTuple):
    """A filter: how to make its step from an argument.

    ``make`` gets the argument compiled (None where there is none) and the place for errors. The
    same value and argument always give the same answer.
    """

    make: Callable[["Template | Regex | None", str], Step]


@dataclass
class Scope:
    """What a template may name: names with the columns of the sheet that they come from.

    ``keys`` tell under which key of the row a name stands, where it is another; ``getters`` work a
    name out on the spot; ``hidden`` tells why a name that exists cannot be used here.
    """

    names: dict[str, tuple[str, ...]]
    filters: Mapping[str, Filter]
    keys: dict[str, str] = field(default_factory=dict)
    getters: dict[str, Fill] = field(default_factory=dict)
    hidden: dict[str, str] = field(default_factory=dict)

    def copy(self) -> "Scope":
        """Give a scope of its own that knows the same."""
        return Scope(
            dict(self.names),
            self.filters,
            dict(self.keys),
            dict(self.getters),
            dict(self.hidden),
        )

    def add_private(self, name: str, key: str, columns: tuple[str, ...]) -> None:
        """Add a name of ours, unless the sheet has a column of that name."""
        if name not in self.names:
            self.names[name] = columns
            self.keys[name] = key

    def with_private(self, name: str, key: str, columns: tuple[str, ...]) -> "Scope":
        """Give a scope that knows one more name, which stands in the row under another key."""
        more = self.copy()
        more.names[name] = columns
        more.keys[name] = key
        more.getters.pop(name, None)
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
        references = [part for part in parts if isinstance(part, Reference)]
        if not references:
            constant = "".join(map(str, parts))
            return Template(lambda row: constant, (), constant)
        code = _Code()
        for part in parts:
            if isinstance(part, str):
                code.text(part)
            else:
                code.reference(self._expression(part, code, place))
        columns = tuple(dict.fromkeys(c for r in references for c in self.names[r.name]))
        return Template(code.function(), columns, None)

    def _expression(self, reference: Reference, code: "_Code", place: str) -> str:
        """Give the Python expression of a reference."""
        name = reference.name
        if name not in self.names:
            raise MappingError(
                f"'{{{name}}}' names nothing",
                expected=self.hidden.get(name)
                or did_you_mean(name, self.names)
                or f"one of {', '.join(self.names)}",
                place=place,
            )
        getter = self.getters.get(name)
        value = f"row[{code.name(self.keys.get(name, name))}]"
        if getter is not None:
            value = f"{code.name(getter)}(row)"
        if not reference.filters:
            return value
        steps, fixed = [], True
        for filter_name, argument in reference.filters:
            kind = self._filter(filter_name, place)
            compiled: Template | Regex | None = None
            if isinstance(argument, Regex):
                compiled = argument
            elif argument is not None:
                compiled = self._compile(argument, place)
                fixed = fixed and compiled.constant is not None
            steps.append(kind.make(compiled, place))
        memory: dict[str, str] | None = {} if fixed else None
        run = code.name(_chain(tuple(steps), self.names[name], memory))
        if memory is None:
            return f"{run}({value}, row)"
        return f"({code.name(memory)}.get(v := {value}) or {run}(v, row))"

    def _filter(self, name: str, place: str) -> Filter:
        if name not in self.filters:
            raise MappingError(
                f"there is no filter '{name}'",
                expected=did_you_mean(name, self.filters) or f"one of {', '.join(self.filters)}",
                place=place,
            )
        return self.filters[name]


class _Code:
    """The expression of one template: an f-string, the quickest way that Python has to join.

    All that a mapping says gets in as a literal or as an object with a name of ours.
    """

    def __init__(self) -> None:
        self.objects: dict[str, object] = {"__builtins__": {}}
        self.pieces: list[str] = []

    def name(self, thing: object) -> str:
        """Give the name by which the expression reaches an object."""
        name = f"o{len(self.objects)}"
        self.objects[name] = thing
        return name

    def text(self, text: str) -> None:
        """Add a fixed text."""
        self.pieces.append(text.replace("{", "{{").replace("}", "}}"))

    def reference(self, expression: str) -> None:
        """Add an expression that gives a text; it has no quotes."""
        self.pieces.append(f"{{{expression}}}")

    def function(self) -> Fill:
        """Give the function from a row to a text."""
        alone = len(self.pieces) == 1
        source = self.pieces[0][1:-1] if alone else f"f{''.join(self.pieces)!r}"
        made: Fill = eval(f"lambda row: {source}", self.objects)
        return made


def _chain(
    steps: tuple[Step, ...], columns: tuple[str, ...], memory: dict[str, str] | None
) -> Step:
    """Run a value through filters; remember the answer where it depends on nothing else."""

    def run(value: str, row: Row) -> str:
        answer = value
        try:
            for step in steps:
                answer = step(answer, row)
        except RowFault as fault:
            raise fault.at(columns) from None
        if memory is not None and len(memory) < _MEMORY:
            memory[value] = answer
        return answer

    return run
