"""CDS Hooks 2.0: the deterministic checks inside somebody else's record system, with no model asked.

``order-sign`` and ``order-select`` run the safety filter over draft medication orders, ``patient-view`` and
``encounter-discharge`` over the record's list of medications. What could not be read or fetched is a card that says so.
"""

from medrag.server.routes.cds_hooks.calls import Setup, routes
from medrag.server.routes.cds_hooks.services import PATHS

__all__ = ["PATHS", "Setup", "routes"]
