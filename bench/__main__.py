"""`python -m bench [name …]`: run the measurements, all or the named ones."""

import importlib
import sys
from pathlib import Path

NAMES = sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py"))

for name in sys.argv[1:] or NAMES:
    importlib.import_module(f"bench.{name}").main()
