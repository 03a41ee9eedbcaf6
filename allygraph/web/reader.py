"""Reader: what runs inside a process that answers for the site: documents, questions, pages.

Its requests are our own, not a stranger's text, so it may take longer than a visitor's query. It is
confined like every worker all the same: the parameters come from outside.
"""

from pathlib import Path
from typing import Any

from allygraph.engines.oxigraph import OxigraphEngine
from allygraph.errors import AllygraphError
from allygraph.site import READERS, reader
from allygraph.site.asking import Ask
from allygraph.web.child import live


class Reader:
    """One read-only store and the functions of the site.

    Args:
        setup: ``store`` (path).
    """

    def __init__(self, setup: dict[str, Any]) -> None:
        try:
            self._engine = OxigraphEngine.open(Path(setup["store"]))
        except AllygraphError as error:
            raise OSError(error.message) from error

    def warm(self) -> None:
        """Import what answers, so that the first request does not wait for it."""
        for name in READERS:
            reader(name)

    def answer(self, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        """Answer one `Ask`; what it did wrong is in the head, as code, message and expectation."""
        ask = Ask.from_record(request["ask"])
        try:
            found = reader(ask.reader)(self._engine, ask)
        except AllygraphError as error:
            refusal = {"code": error.code, "message": error.message, "expected": error.expected}
            return {"outcome": "refused", **refusal}, b""
        except MemoryError:
            return {"outcome": "memory"}, b""
        head = {"status": found.status, "media_type": found.media_type, "headers": found.headers}
        return {"outcome": "answered", **head}, found.body


def main() -> None:
    """Serve until standard input ends."""
    live(Reader)
