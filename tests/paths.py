"""Where the checkout is, and the public data sets where there are any."""

import os
from pathlib import Path

ROOT = Path(__file__).parents[1]
SHARED = Path(os.environ.get("MEDRAG_SHARED_DATA", ROOT.parent / "shared" / "data"))
