"""The syntax of templates: texts with ``{name|filter:argument}`` in them, read into parts.

``{{`` and ``}}`` stand for the braces themselves. An argument may hold references of its own, one
level deep; one that begins with ``/`` is a regular expression and ends with the next ``/``.
"""

from typing import NamedTuple

from allygraph.errors import MappingError


class Regex(NamedTuple):
    """An argument between slashes: the pattern and, for ``replace``, the new text."""

    pattern: str
    replacement: str | None


class Reference(NamedTuple):
    """``{name|filter:argument}``: the name, and filters with arguments (templates or regexes)."""

    name: str
    filters: tuple[tuple[str, "Parts | Regex | None"], ...]


Parts = tuple["str | Reference", ...]


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
