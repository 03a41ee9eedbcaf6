"""Door to ``ally validate`` for a fresh checkout: ``python validate.py [PATH...]``.

Without the libraries in this Python, the environment that ``make setup`` made is used.
"""

import os
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent
PYTHON = ROOT / ".venv" / "bin" / "python"

if __name__ == "__main__":
    if find_spec("pyoxigraph") is None:
        if not PYTHON.exists() or Path(sys.executable) == PYTHON:
            sys.exit("allygraph is not set up here; run: make setup")
        os.execv(PYTHON, [str(PYTHON), __file__, *sys.argv[1:]])
    sys.path.insert(0, str(ROOT))
    from allygraph.cli import main

    main(["validate", *sys.argv[1:]])
