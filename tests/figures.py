"""Figures that a test tells beside its judgement: ``pytest -rP`` shows them."""

import sys


def tell(figure: str) -> None:
    """Write one line."""
    sys.stdout.write(f"{figure}\n")
