"""Conditions and repetition: ``when``, ``for``, ``each`` and ``let`` of a mapping, compiled.

A condition is a function from a row to true or false. A repetition sets names (``flag``, ``item``,
``item#``) for each turn; they stand in the row under keys that no column can have.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from allygraph.errors import MappingError
from allygraph.tables.filters import pattern
from allygraph.tables.mapping import check
from allygraph.tables.templates import Fill, Row, Scope, Template

Condition = Callable[[Row], bool]
Turns = Callable[[Row], Iterator[None]]
_ALWAYS: Condition = lambda row: True  # noqa: E731
_LEAVES = ("equals", "in", "matches", "empty")
_JOINTS = ("not", "all", "any")
_KEYS: dict[str, tuple[type, ...]] = {
    "column": (str,),
    "text": (str,),
    "equals": (str,),
    "in": (list,),
    "matches": (str,),
    "empty": (bool,),
    "not": (dict,),
    "all": (list,),
    "any": (list,),
}


def condition(table: dict[str, Any] | None, scope: Scope, place: str) -> Condition:
    """Compile a condition; without one it always holds. All that a table says must hold.

    Raises:
        MappingError: a key is unknown, there is nothing to test, or nothing to test it with.
    """
    if table is None:
        return _ALWAYS
    check(table, _KEYS, place, "when")
    tests = [*_leaves(table, scope, place), *_joints(table, scope, place)]
    if not tests:
        raise MappingError(
            "a condition tests nothing", expected=f"one of {', '.join(_KEYS)}", place=place
        )
    if len(tests) == 1:
        return tests[0]
    return lambda row: all(test(row) for test in tests)


def _leaves(table: dict[str, Any], scope: Scope, place: str) -> list[Condition]:
    if not any(key in table for key in _LEAVES):
        return []
    if ("column" in table) == ("text" in table):
        raise MappingError(
            "a condition looks at a column or at a text",
            expected='column = "role", or text = "{role}"',
            place=place,
        )
    text = table.get("text") or f"{{{table.get('column')}}}"
    get = scope.compile(text, place).fill
    tests: list[Condition] = []
    if "equals" in table:
        wanted = scope.compile(table["equals"], place).fill
        tests.append(lambda row: get(row) == wanted(row))
    if "in" in table:
        allowed = [scope.compile(str(one), place).fill for one in table["in"]]
        tests.append(lambda row: get(row) in [one(row) for one in allowed])
    if "matches" in table:
        search = pattern(table["matches"], place).search
        tests.append(lambda row: search(get(row)) is not None)
    if "empty" in table:
        empty = table["empty"]
        tests.append(lambda row: (not get(row).strip()) is empty)
    return tests


def _joints(table: dict[str, Any], scope: Scope, place: str) -> list[Condition]:
    tests: list[Condition] = []
    if "not" in table:
        inner = condition(table["not"], scope, place)
        tests.append(lambda row: not inner(row))
    for key, joint in (("all", all), ("any", any)):
        if key in table:
            parts = [condition(part, scope, place) for part in table[key]]
            tests.append(_joint(joint, parts))
    return tests


def _joint(joint: Callable[[Iterator[bool]], bool], parts: list[Condition]) -> Condition:
    return lambda row: joint(part(row) for part in parts)


def flag(value: bool | str | dict[str, Any] | None, scope: Scope, place: str) -> Condition | None:
    """Compile what is true or false: a constant, a condition, or a template that says yes or true.

    Raises:
        MappingError: as `condition`.
    """
    if value is None or value is False:
        return None
    if value is True:
        return _ALWAYS
    if isinstance(value, dict):
        return condition(value, scope, place)
    get = scope.compile(value, place).fill
    return lambda row: get(row).strip().lower() in ("true", "yes", "1")


def choice(value: Any, scope: Scope, place: str) -> Template:
    """Compile a template, or a list of alternatives of which the first whose ``when`` holds wins.

    Raises:
        MappingError: an alternative is malformed.
    """
    if isinstance(value, str):
        return scope.compile(value, place)
    if not isinstance(value, list):
        raise MappingError(
            "a variable is a text or a list of alternatives",
            expected='"{column}", or [{ when = {…}, value = "…" }, { value = "…" }]',
            place=place,
        )
    options: list[tuple[Condition, Fill]] = []
    columns: dict[str, None] = {}
    for option in value:
        if not isinstance(option, dict):
            raise MappingError("an alternative is a table", expected='{ value = "…" }', place=place)
        check(option, {"when": (dict,), "value": (str,)}, place, "alternative", needed=("value",))
        template = scope.compile(option["value"], place)
        columns.update(dict.fromkeys(template.columns))
        options.append((condition(option.get("when"), scope, place), template.fill))

    def fill(row: Row) -> str:
        for holds, get in options:
            if holds(row):
                return get(row)
        return ""

    return Template(fill, tuple(columns), None)


class Block(NamedTuple):
    """How often a node or claim is made, and what it may name there.

    ``turns`` is None where there is one turn; ``prepare`` works out the local variables of a turn.
    """

    scope: Scope
    turns: Turns | None
    prepare: Callable[[Row], None] | None

    @property
    def changes(self) -> bool:
        """Whether there is anything to do for a turn."""
        return self.turns is not None or self.prepare is not None

    def each_turn(self, row: Row) -> Iterator[None]:
        """Go through the turns of a row, each with its names and local variables set."""
        for _ in self.turns(row) if self.turns else (None,):
            if self.prepare is not None:
                self.prepare(row)
            yield


def block(table: dict[str, Any], scope: Scope, place: str) -> Block:
    """Compile ``for``, ``each`` and ``let`` of a node, claim or value.

    Raises:
        MappingError: a flag is no column, or a key is unknown.
    """
    turns: Turns | None = None
    if "for" in table:
        turns, scope = _flags(table["for"], scope, f"{place} for")
    if "each" in table:
        inner, scope = _items(table["each"], scope, f"{place} each")
        turns = inner if turns is None else _nested(turns, inner)
    if "let" not in table:
        return Block(scope, turns, None)
    locals_: list[tuple[str, Fill]] = []
    for name, value in table["let"].items():
        template = choice(value, scope, f"{place} let {name}")
        key = f"\0{place} let {name}"
        scope = scope.with_private(name, key, template.columns)
        locals_.append((key, template.fill))

    def prepare(row: Row) -> None:
        for key, fill in locals_:
            row[key] = fill(row)

    return Block(scope, turns, prepare)


def repeated(table: dict[str, Any]) -> dict[str, Any]:
    """Give what makes the turns of a node or claim: two with the same share their names."""
    return {key: table[key] for key in ("for", "each") if key in table}


def _nested(outer: Turns, inner: Turns) -> Turns:
    def turns(row: Row) -> Iterator[None]:
        for _ in outer(row):
            yield from inner(row)

    return turns


def _flags(table: dict[str, Any], scope: Scope, place: str) -> tuple[Turns, Scope]:
    keys: dict[str, tuple[type, ...]] = {"flag": (list,), "value": (str, list)}
    check(table, keys, place, "for", needed=("flag", "value"))
    names: list[str] = table["flag"]
    getters = [(name, scope.compile(f"{{{name}}}", place)) for name in names]
    wanted = table["value"] if isinstance(table["value"], list) else [table["value"]]
    key = f"\0flag {table!r}"

    def turns(row: Row) -> Iterator[None]:
        for name, getter in getters:
            if getter.fill(row).strip() in wanted:
                row[key] = name
                yield

    columns = tuple(dict.fromkeys(column for _, getter in getters for column in getter.columns))
    return turns, scope.with_private("flag", key, columns)


def _items(table: dict[str, Any], scope: Scope, place: str) -> tuple[Turns, Scope]:
    """Compile ``each``: every key but the separator is a variable; several make all pairs."""
    separator = table.get("separator", "; ")
    names = [name for name in table if name != "separator"]
    if not names or not all(isinstance(text, str) for text in table.values()):
        raise MappingError("each has no variable", expected='item = "{topics}"', place=place)
    outer = scope
    turns: Turns | None = None
    for name in names:
        template = outer.compile(table[name], f"{place} {name}")
        key = f"\0each {name} {table!r}"
        inner = _parts(template.fill, separator, key)
        turns = inner if turns is None else _nested(turns, inner)
        for suffix in ("", "#"):
            scope = scope.with_private(f"{name}{suffix}", f"{key}{suffix}", template.columns)
    return turns or _parts(lambda row: "", separator, ""), scope


def _parts(fill: Fill, separator: str, key: str) -> Turns:
    def turns(row: Row) -> Iterator[None]:
        parts = [part.strip() for part in fill(row).split(separator)]
        for number, part in enumerate((part for part in parts if part), start=1):
            row[key], row[f"{key}#"] = part, str(number)
            yield

    return turns
