"""HTML: one page that stands for itself, for a person with a browser.

Nothing is fetched and nothing runs but the script below, which the page's policy names by its
hash; without it the page is a plain list. All text goes through ``html.escape``.
"""

import base64
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from html import escape
from itertools import groupby
from pathlib import Path

from allygraph.validation.findings import SEVERITIES, Finding, Report
from allygraph.validation.outputs.excerpt import MarkedLine, block
from allygraph.validation.outputs.printable import printable
from allygraph.validation.outputs.setting import Setting, page_address
from allygraph.validation.outputs.words import Words, looked_at, summary, words

_FOLDER = Path(__file__).resolve().parent


def write(report: Report, setting: Setting) -> str:
    """Give the page: numbers and what was looked at, then the findings, grouped by rule."""
    said = words(setting.lang)
    style = (_FOLDER / "report.css").read_text(encoding="utf-8")
    script = (_FOLDER / "report.js").read_text(encoding="utf-8")
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'"
    )
    body = [
        *_header(report, said),
        *_controls(report, said),
        *_findings(report, setting, said),
        *_checked(report, said),
    ]
    return "\n".join(
        (
            "<!doctype html>",
            f'<html lang="{said.lang}">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            f"<title>{_text(said['title'])}: {_text(summary(report, said))}</title>",
            f"<style>{style}</style>",
            "</head>",
            "<body>",
            *body,
            f"<script>{script}</script>",
            "</body>",
            "</html>",
            "",
        )
    )


def _header(report: Report, said: Words) -> Iterator[str]:
    counts = report.counts()
    state = "clean" if not report.findings else next(s for s in SEVERITIES if counts[s])
    yield f'<header class="{state}">'
    yield f'<p class="name">allygraph</p><h1>{_text(said["title"])}</h1>'
    yield f'<p class="sum">{_text(summary(report, said))}</p>'
    if report.background:
        names = said["comma"].join(report.background)
        yield f'<p class="beside">{_text(said["background"] + said["colon"] + names)}</p>'
    yield "</header>"


def _controls(report: Report, said: Words) -> Iterator[str]:
    if not report.findings:
        yield f'<p class="nothing"><span aria-hidden="true">✓</span> {_text(said["clean"])}</p>'
        return
    counts = report.counts()
    shown = said["shown"]
    yield f'<form class="controls" role="search" data-shown="{_text(shown)}" hidden>'
    yield f'<label class="find"><span>{_text(said["search"])}</span>'
    yield '<input type="search" id="find" autocomplete="off" spellcheck="false"></label>'
    yield f"<fieldset><legend>{_text(said['show'])}</legend>"
    for severity in SEVERITIES:
        off = "" if counts[severity] else " disabled"
        yield (
            f'<label class="{severity}"><input type="checkbox" name="severity" '
            f'value="{severity}" checked{off}><span>{_text(said[severity])} '
            f"<b>{counts[severity]}</b></span></label>"
        )
    yield f"</fieldset><fieldset><legend>{_text(said['group'])}</legend>"
    for name, checked in (("rule", " checked"), ("file", "")):
        label = _text(said[f"by-{name}"])
        yield (
            f'<label><input type="radio" name="group" value="{name}"{checked}>'
            f"<span>{label}</span></label>"
        )
    yield '</fieldset><output id="count" aria-live="polite"></output></form>'


def _findings(report: Report, setting: Setting, said: Words) -> Iterator[str]:
    """Give the findings by rule, the worst first; the script knows each one's place by file."""
    seen: Counter[str] = Counter()
    place = {id(finding): number for number, finding in enumerate(report.findings)}
    worst: dict[str, int] = {}
    for finding in report.findings:
        level = SEVERITIES.index(finding.severity)
        worst[finding.rule] = min(level, worst.get(finding.rule, level))
    ordered = sorted(report.findings, key=lambda f: (worst[f.rule], f.rule, place[id(f)]))
    groups = [
        (rule, list(found)) for rule, found in groupby(ordered, key=lambda finding: finding.rule)
    ]
    yield from _contents([(rule, len(items)) for rule, items in groups], said)
    yield "<main>"
    if ordered:
        yield f'<p class="none" hidden>{_text(said["none-shown"])}</p>'
    for number, (rule, items) in enumerate(groups):
        yield f'<section class="group" aria-labelledby="g{number}"><h2 id="g{number}">'
        yield f"<span>{_text(rule)}</span> <b>{len(items)}</b></h2>"
        for finding in items:
            seen[finding.fingerprint] += 1
            again = seen[finding.fingerprint]
            name = f"f-{finding.fingerprint[:12]}{f'-{again}' if again > 1 else ''}"
            yield from _finding(finding, name, place[id(finding)], report, setting, said)
        yield "</section>"
    yield "</main>"


def _contents(groups: list[tuple[str, int]], said: Words) -> Iterator[str]:
    if groups:
        hidden = "" if len(groups) > 1 else " hidden"
        yield f'<nav aria-label="{_text(said["title"])}"{hidden}><ol>'
        for number, (rule, count) in enumerate(groups):
            yield f'<li><a href="#g{number}">{_text(rule)}</a><b>{count}</b></li>'
        yield "</ol></nav>"


def _finding(
    finding: Finding, name: str, order: int, report: Report, setting: Setting, said: Words
) -> Iterator[str]:
    at = finding.place
    yield (
        f'<article id="{name}" class="{finding.severity}" data-severity="{finding.severity}" '
        f'data-rule="{_text(finding.rule)}" data-file="{_text(at.file)}" data-order="{order}">'
    )
    yield f'<h3><span class="level">{_text(said[finding.severity])}</span> '
    yield (
        f"{_link(finding)} <code>{_text(finding.about)}</code></h3>"
        if finding.about
        else (f"{_link(finding)}</h3>")
    )
    yield f'<p class="place"><a href="#{name}">{_text(str(at))}</a></p>'
    yield _message(finding, setting.lang, said)
    if lines := block(at, report.texts):
        yield from _block(str(at), lines)
    yield from _facts(finding, said)
    yield from _others(finding, setting.lang, said)
    yield "</article>"


def _link(finding: Finding) -> str:
    rule = _text(finding.rule)
    address = page_address(finding)
    if address is None:
        return f'<span class="rule">{rule}</span>'
    return f'<a class="rule" rel="noreferrer" href="{_text(address)}">{rule}</a>'


def _message(finding: Finding, lang: str, said: Words) -> str:
    message = finding.message(lang)
    spoken = next((one for one, text in finding.messages if text == message), "")
    marked = f' lang="{_text(spoken)}"' if spoken and spoken != said.lang else ""
    return f'<p class="message"{marked}>{"<br>".join(map(_text, message.splitlines()))}</p>'


def _block(place: str, lines: Iterable[MarkedLine]) -> Iterator[str]:
    """Show the lines; a screen reader hears the marked part as marked."""
    shown = []
    for line in lines:
        at = " class=at" if line.marked else ""
        marked = f"<mark>{escape(line.marked)}</mark>" if line.marked else ""
        text = f"{escape(line.before)}{marked}{escape(line.after)}"
        shown.append(f"<span{at}><i>{line.number}</i>{text}\n</span>")
    label = f'tabindex="0" role="group" aria-label="{_text(place)}"'
    yield f"<pre {label}><code>{''.join(shown)}</code></pre>"


def _facts(finding: Finding, said: Words) -> Iterator[str]:
    facts = []
    if finding.path:
        facts.append(("path", f"<code>{_text(finding.path)}</code>"))
    if finding.found:
        facts.append(("found", " ".join(f"<code>{_text(value)}</code>" for value in finding.found)))
    if expected := finding.expectation(said.lang):
        facts.append(("expected", _text(expected)))
    facts.extend(
        ("see", f"<code>{_text(str(other.place))}</code> {_text(other.text)}")
        for other in finding.related
    )
    if facts:
        yield "<dl>"
        for label, value in facts:
            yield f"<div><dt>{_text(said[label])}</dt><dd>{value}</dd></div>"
        yield "</dl>"


def _others(finding: Finding, lang: str, said: Words) -> Iterator[str]:
    message = finding.message(lang)
    others = [(spoken, text) for spoken, text in finding.messages if text != message]
    engine = finding.engine_text if finding.engine_text not in (None, message) else None
    if not others and engine is None:
        return
    label = said["said"] if others else said["engine"]
    yield f"<details><summary>{_text(label)}</summary>"
    for spoken, text in others:
        yield f'<p lang="{_text(spoken)}"><b>{_text(spoken)}</b> {_text(text)}</p>'
    if engine is not None:
        yield f'<p lang="en"><b>{_text(said["engine"])}</b> {_text(engine)}</p>'
    yield "</details>"


def _checked(report: Report, said: Words) -> Iterator[str]:
    yield f"<footer><h2>{_text(said['checked'])}</h2><p>{_text(looked_at(report, said))}</p>"
    delegated = [
        f"{shape} ({said['because']}{said['colon']}{reason})" for shape, reason in report.delegated
    ]
    for label, names in (
        ("delegated", delegated),
        ("files", report.files),
    ):
        if names:
            yield f"<details><summary>{_text(said[label])} <b>{len(names)}</b></summary><ul>"
            yield from (f"<li>{_text(name)}</li>" for name in names)
            yield "</ul></details>"
    yield "</footer>"


def _text(text: str) -> str:
    return escape(printable(text))


def _hash(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"
