"""Progress of long work, drawn on stderr when a person is looking."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from allygraph.build import Progress


@contextmanager
def progress_bars() -> Iterator[Progress | None]:
    """Give a callback that draws one bar a step, or None where stderr is not a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

    with Bars(console=Console(stderr=True), transient=True) as bars:
        steps: dict[str, TaskID] = {}

        def tell(step: str, done: int, total: int) -> None:
            if step not in steps:
                steps[step] = bars.add_task(step, total=total)
            bars.update(steps[step], completed=done, total=total)

        yield tell
