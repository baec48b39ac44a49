"""Wrong keys, counted by the address they come from, so that nobody tries one after another."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from dataclasses import dataclass, field

PER_MINUTE = 20
ADDRESSES = 10_000
"""How many addresses are remembered; the one longest quiet is forgotten first."""


@dataclass
class WrongKeys:
    """A bucket of wrong keys for each address, which fills again at ``per_minute``."""

    per_minute: int = PER_MINUTE
    _left: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)
    """Address -> how many wrong keys it has left, and when that was reckoned (monotonic seconds)."""

    def wait_s(self, address: str) -> int:
        """How long the address has to wait before a key of it is looked at; 0 when it need not."""
        left = self._now(_network(address))
        return 0 if left >= 1 else 1 + int((1 - left) * 60 / self.per_minute)

    def count(self, address: str) -> None:
        """Takes one from the address."""
        network = _network(address)
        self._left[network] = (self._now(network) - 1, time.monotonic())
        self._left.move_to_end(network)
        if len(self._left) > ADDRESSES:
            self._left.popitem(last=False)

    def _now(self, network: str) -> float:
        left, since = self._left.get(network, (float(self.per_minute), 0.0))
        return min(self.per_minute, left + (time.monotonic() - since) * self.per_minute / 60)


def _network(address: str) -> str:
    """What one caller can take addresses from: of IPv6 a /64."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((known, 64), strict=False)) if known.version == 6 else str(known)
