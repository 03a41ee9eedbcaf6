"""Printable: text of others as one harmless piece of a line.

A value may hold anything: line ends, terminal commands, marks that turn the direction of writing.
Signs that show nothing are written as Turtle writes them (``\\u001B``), so that no value can
pretend to be another line of a report.
"""

import re
import unicodedata

_JOINERS = "\u200c\u200d"  # part of words in Persian, and of many emoji
_HIDDEN = ("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp")  # Cn holds U+FFFE, which XML refuses
_PLAIN = re.compile(r"[\x20-\x7e]*")


def printable(text: str) -> str:
    r"""Write signs that show nothing as escapes; tabs and line ends too.

    >>> printable("a\x1b[31m")
    'a\\u001B[31m'
    """
    if _PLAIN.fullmatch(text):
        return text
    return "".join(sign if _shows(sign) else _escape(sign) for sign in text)


def _shows(sign: str) -> bool:
    return sign in _JOINERS or unicodedata.category(sign) not in _HIDDEN


def _escape(sign: str) -> str:
    number = ord(sign)
    return f"\\u{number:04X}" if number < 0x10000 else f"\\U{number:08X}"
