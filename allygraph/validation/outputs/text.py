"""Text: findings as compilers tell them, with the line at fault underlined."""

from collections.abc import Iterator

from allygraph.positions import Place
from allygraph.validation.findings import Finding, Report
from allygraph.validation.outputs.excerpt import MarkedLine, marked_line
from allygraph.validation.outputs.printable import printable
from allygraph.validation.outputs.setting import Setting
from allygraph.validation.outputs.words import Words, summary, words

Piece = tuple[str, str]
"""A style (empty for none) and the text that has it."""
_STYLES = {
    "error": "bold red",
    "warning": "bold yellow",
    "info": "bold cyan",
    "place": "bold",
    "margin": "blue",
    "label": "bold blue",
    "page": "underline",
}


def write(report: Report, setting: Setting) -> str:
    """Tell all findings, what was only looked at, and the numbers in the last line."""
    said = words(setting.lang)
    told = "".join(
        f"{_joined(line, setting.colour)}\n"
        for finding in report.findings
        for line in _lines(finding, report, said, setting.lang)
    )
    if report.background:
        names = printable(said["comma"].join(report.background))
        beside = [("margin", said["background"] + said["colon"]), ("", names)]
        told += f"{_joined(beside, setting.colour)}\n"
    style = next((s for s, count in report.counts().items() if count), "")
    return f"{told}{_joined([(style, summary(report, said))], setting.colour)}\n"


def tell(finding: Finding, report: Report | None = None, lang: str = "en") -> str:
    """Tell one finding, without colours and without a line end; its line comes from a report."""
    lines = _lines(finding, report or Report((finding,)), words(lang), lang)
    return "\n".join(_joined(line, False) for line in lines)


def _lines(finding: Finding, report: Report, said: Words, lang: str) -> Iterator[list[Piece]]:
    level = finding.severity
    about = f" {printable(finding.about)}" if finding.about else ""
    head = f"{level}[{printable(finding.rule)}]"
    yield [("place", _place(finding.place)), ("", ": "), (level, head), ("", about)]
    message = finding.message(lang)
    for line in message.splitlines() or [""]:
        yield [("", f"  {printable(line)}")]
    if (marked := marked_line(finding.place, report.texts)) is not None:
        yield from _excerpt(marked, level)
    if finding.path and finding.path not in message:
        yield _labelled(said, "path", finding.path)
    if finding.found:
        yield _labelled(said, "found", ", ".join(finding.found))
    if expected := finding.expectation(said.lang):
        yield _labelled(said, "expected", expected)
    for related in finding.related:
        yield _labelled(said, "see", f"{_place(related.place)} {related.text}")
    if finding.page:
        yield [*_labelled(said, "more", "")[:-1], ("page", printable(finding.page))]


def _excerpt(line: MarkedLine, level: str) -> Iterator[list[Piece]]:
    number = f"{line.number:5} | "
    yield [("margin", number), ("", line.before), (level, line.marked), ("", line.after.rstrip())]
    blanks, signs = line.underline()
    yield [("margin", f"{'| ':>{len(number)}}"), ("", blanks), (level, signs)]


def _labelled(said: Words, label: str, text: str) -> list[Piece]:
    return [("label", f"  {said[label]}"), ("", said["colon"]), ("", printable(text))]


def _place(place: Place) -> str:
    return printable(str(place))


def _joined(pieces: list[Piece], colour: bool) -> str:
    if not colour:
        return "".join(text for _, text in pieces).rstrip(" ")
    from rich.color import ColorSystem
    from rich.style import Style

    return "".join(
        Style.parse(_STYLES[style]).render(text, color_system=ColorSystem.STANDARD)
        if style and text
        else text
        for style, text in pieces
    )
