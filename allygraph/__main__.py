"""The command, for ``python -m allygraph``."""

from allygraph.cli import main

main()
