"""Launches under way and launched patients: in memory alone, for minutes, each for the one browser that began it.

With several servers behind one address a browser has to come back to the server that it began with.
"""

from __future__ import annotations

import hmac
import re
import secrets
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import Protocol, TypeVar

from medrag.server.routes.smart.authorisation import Endpoints, LaunchKeys
from medrag.server.routes.smart.ehrs import Ehr
from medrag.types import Patient

COOKIE = "medrag_browser"
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
LAUNCH_S = 600.0
"""How long a user may take to log in."""
SESSION_S = 3600.0
"""How long a launched patient is kept at most; the token's own life where that is shorter."""
MOST_LAUNCHES = 10_000
MOST_SESSIONS = 1_000


class _Held(Protocol):
    @property
    def browser(self) -> str: ...

    @property
    def until(self) -> float: ...


@dataclass(frozen=True)
class Launch:
    """A launch under way: whose, and what its callback needs. ``until`` is on the monotonic clock."""

    ehr: Ehr
    endpoints: Endpoints
    keys: LaunchKeys
    browser: str = field(repr=False)
    until: float


@dataclass(frozen=True)
class Session:
    """A launched patient and whose it is: the record system's name, and its user's where that was asked."""

    who: str
    patient: Patient = field(repr=False)
    browser: str = field(repr=False)
    until: float


Held = TypeVar("Held", bound=_Held)


@dataclass
class Sessions:
    """Both kinds by their random names; the oldest go when there are too many."""

    _launches: OrderedDict[str, Launch] = field(default_factory=OrderedDict)
    _sessions: OrderedDict[str, Session] = field(default_factory=OrderedDict)

    @staticmethod
    def new_browser() -> str:
        """A secret for a browser that has none."""
        return secrets.token_urlsafe(32)

    def begin(self, ehr: Ehr, endpoints: Endpoints, browser: str) -> tuple[str, LaunchKeys]:
        """A new launch's state and keys."""
        state, keys = secrets.token_urlsafe(32), LaunchKeys()
        launch = Launch(ehr, endpoints, keys, browser, time.monotonic() + LAUNCH_S)
        _put(self._launches, state, launch, MOST_LAUNCHES)
        return state, keys

    def taken(self, state: str, browser: str) -> Launch | None:
        """The launch of that state, once, and for its own browser alone."""
        launch = _live(self._launches, state, browser)
        if launch:
            del self._launches[state]
        return launch

    def opened(self, launch: Launch, who: str, patient: Patient, life_s: float) -> str:
        """The name of a new session of ``who``."""
        name = secrets.token_urlsafe(24)
        until = time.monotonic() + min(life_s, SESSION_S)
        _put(self._sessions, name, Session(who, patient, launch.browser, until), MOST_SESSIONS)
        return name

    def found(self, name: str, browser: str) -> Session | None:
        """The session of that name, for its own browser alone."""
        return _live(self._sessions, name, browser)

    def closed(self, name: str, browser: str) -> bool:
        """Forgets the session; whether there was one."""
        known = self.found(name, browser) is not None
        if known:
            del self._sessions[name]
        return known

    def who(self, browser: str) -> str | None:
        """Whom the browser was last launched for, as long as one of its sessions lasts."""
        named = [each.who for name in self._sessions if (each := self.found(name, browser))]
        return named[-1] if named else None


def browser_of(headers: Mapping[str, str]) -> str | None:
    """The secret that this browser was given with its first launch."""
    try:
        morsel = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return None
    return morsel.value if morsel and _SECRET.fullmatch(morsel.value) else None


def _put(held: OrderedDict[str, Held], name: str, new: Held, most: int) -> None:
    now = time.monotonic()
    for past in [each for each, one in held.items() if one.until < now]:
        del held[past]
    if len(held) >= most:
        held.popitem(last=False)
    held[name] = new


def _live(held: Mapping[str, Held], name: str, browser: str) -> Held | None:
    found = held.get(name)
    if found is None or found.until < time.monotonic():
        return None
    return found if hmac.compare_digest(found.browser.encode(), browser.encode()) else None
