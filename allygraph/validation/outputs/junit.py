"""JUnit: a suite a file, a test case a finding, for servers that show the results of tests.

A finding that is milder than what makes the command fail is a skipped test, so that a server and
the exit code agree. A file without findings is one test that passed. There are no times and no
host: the same findings give the same bytes.
"""

from xml.etree import ElementTree as Xml

from allygraph.validation.findings import SEVERITIES, Finding, Report
from allygraph.validation.outputs.printable import printable
from allygraph.validation.outputs.setting import Setting
from allygraph.validation.outputs.text import tell


def write(report: Report, setting: Setting) -> str:
    """Give an XML document as Jenkins, GitLab and others read it."""
    failing = SEVERITIES[: SEVERITIES.index(setting.fail_on) + 1]
    top = Xml.Element("testsuites", name="ally validate")
    by_file: dict[str, list[Finding]] = {name: [] for name in report.files}
    for finding in report.findings:
        by_file.setdefault(finding.place.file, []).append(finding)
    for name, found in sorted(by_file.items()):
        suite = Xml.SubElement(top, "testsuite", name=printable(name))
        if not found:
            Xml.SubElement(suite, "testcase", name="conforms", classname=printable(name))
        for finding in found:
            _case(suite, finding, report, setting, finding.severity in failing)
    for suite in (top, *top):
        _count(suite)
    Xml.indent(top)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{Xml.tostring(top, encoding="unicode")}\n'


def _case(
    suite: Xml.Element, finding: Finding, report: Report, setting: Setting, fails: bool
) -> None:
    place = finding.place
    name = f"{finding.rule} {finding.about}".strip()
    case = Xml.SubElement(suite, "testcase", name=printable(name), classname=printable(place.file))
    case.set("file", printable(place.file))
    if place.line is not None:
        case.set("line", str(place.line))
    told = Xml.SubElement(case, "failure" if fails else "skipped")
    told.set("type", finding.severity)
    lines = finding.message(setting.lang).splitlines()
    told.set("message", "\n".join(map(printable, lines)))
    told.text = tell(finding, report, setting.lang)


def _count(suite: Xml.Element) -> None:
    for name, tag in (("tests", "testcase"), ("failures", "failure"), ("skipped", "skipped")):
        suite.set(name, str(sum(1 for _ in suite.iter(tag))))
    suite.set("errors", "0")
