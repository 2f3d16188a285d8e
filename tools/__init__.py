"""What the Makefile runs: installation, the private database, the demo, the smoke test, bench and chaos."""

import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent  # the programs of the environment that runs this
STATE = ROOT / ".databases"  # each private server has a folder in it
