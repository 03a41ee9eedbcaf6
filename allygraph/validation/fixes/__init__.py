"""Fixes: what has one right answer is mended in its file, and nothing else is touched.

A wrong datatype with a valid lexical form, a date written loosely, a missing language tag that the
file declares, an address given as a string, and the canonical form. What is right comes from the
shapes, so it works for any shapes (decision 134).

    files = file_texts(sources.judged, findings)
    repairs = fixes(wrong_values(report.results), shapes, files)
    print(diff(repairs)); write(repairs, paths)
"""

from allygraph.validation.fixes.language import find_language
from allygraph.validation.fixes.model import (
    Change,
    FileText,
    Repair,
    WrongValue,
    file_texts,
    wrong_values,
)
from allygraph.validation.fixes.patch import diff, write
from allygraph.validation.fixes.repairing import fixes

__all__ = [
    "Change",
    "FileText",
    "Repair",
    "WrongValue",
    "diff",
    "file_texts",
    "find_language",
    "fixes",
    "write",
    "wrong_values",
]
