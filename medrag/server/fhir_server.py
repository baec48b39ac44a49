"""Reading a record from a FHIR server that the operator listed, with somebody's token: CDS Hooks and SMART launches.

Off unless servers are listed. The token goes to that server alone; redirects are refused, and requests, bytes and time
are bounded. Whatever fails is told by its kind, never by the server's words.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx

from medrag.errors import ConfigurationError
from medrag.patient.fhir.searches import Shortfall, next_page

Json = dict[str, Any]

MOST_REQUESTS = 20
MOST_BYTES = 4_000_000
REQUEST_S = 3.0
TOTAL_S = 8.0
PATIENT_ID = "{{context.patientId}}"
"""Where the patient's id goes in a search."""
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class Failed(Exception):
    """A request that brought nothing; its message is the kind of failure."""


def listed(servers: Sequence[str]) -> frozenset[str]:
    """The base addresses that may be read.

    Raises:
        ConfigurationError: one is not https (http is for this machine alone).
    """
    for each in servers:
        if not is_private(each):
            raise ConfigurationError(f"fhir_servers: {each} must be an https address; tokens go there")
    return frozenset(each.rstrip("/") for each in servers)


def is_private(address: str) -> bool:
    """Whether nobody on the way reads what goes there: https, or http to this machine."""
    parts = urlsplit(address)
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    )


@dataclass
class Fetch:
    """The requests of one call to one server; ``shortfalls`` are those that failed."""

    base: str
    client: httpx.Client
    searches: Mapping[str, str]
    shortfalls: list[Shortfall] = field(default_factory=list)
    _left: int = MOST_REQUESTS
    _until: float = field(default_factory=lambda: time.monotonic() + TOTAL_S)

    def missing(self, content: Json, patient: str) -> Json:
        """``content`` with those of the searches that it lacks, and with the pages that follow its bundles."""
        absent = [name for name in self.searches if name not in content]
        asked = {name: self._asked(name, patient) for name in absent}
        whole = content | {name: found for name, found in asked.items() if found is not None}
        return {name: self._paged(name, value) for name, value in whole.items()}

    def medications(self, references: Sequence[str]) -> list[Json]:
        """The medications that orders refer to, those that are this server's."""
        found = [self._try(each, lambda each=each: self._get(self._own(each))) for each in references]  # type: ignore[misc]
        return [each for each in found if each is not None]

    def _asked(self, name: str, patient: str) -> Json | None:
        def get() -> Json:
            if not _ID.fullmatch(patient):
                raise Failed("the patient's id is none of FHIR's")
            return self._get(f"{self.base}/{self.searches[name].replace(PATIENT_ID, patient)}")

        return self._try(name, get)

    def _paged(self, name: str, bundle: Any) -> Any:
        """The bundle with its later pages' entries; where one fails, as far as they came, its link still there."""
        while (url := next_page(bundle)) and (page := self._try(name, lambda url=url: self._get(self._own(url)))):  # type: ignore[misc]
            entries = [*(bundle.get("entry") or ()), *(page.get("entry") or ())]
            bundle = {**bundle, "entry": entries, "link": page.get("link")}
        return bundle

    def _try(self, part: str, get: Callable[[], Json]) -> Json | None:
        try:
            return get()
        except Failed as failure:
            self.shortfalls.append(Shortfall(part, str(failure)))
            return None

    def _own(self, reference: str) -> str:
        """The address of a reference or a page, which must be this server's own."""
        relative = not urlsplit(reference).scheme and not reference.startswith("/")
        url = f"{self.base}/{reference}" if relative else reference
        if not url.startswith((f"{self.base}/", f"{self.base}?")) or ".." in url:
            raise Failed("it is on another server")
        return url

    def _get(self, url: str) -> Json:
        if not self._left or time.monotonic() > self._until:
            raise Failed("too many requests or too slow")
        self._left -= 1
        found = answered(self.client, "GET", url, self._until)
        if not isinstance(found.get("resourceType"), str):
            raise Failed("it is no FHIR resource")
        return found


def answered(
    client: httpx.Client, method: str, url: str, until: float, content: str | None = None, **headers: str
) -> Json:
    """The JSON object that a server answers with, 200, at most ``MOST_BYTES`` of it and before ``until``.

    Raises:
        Failed: it answers anything else, or not in time.
    """
    try:
        with client.stream(method, url, content=content, headers=headers) as response:
            if response.status_code != httpx.codes.OK:
                raise Failed(f"HTTP {response.status_code}")
            found = json.loads(_read(response, until))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Failed(type(error).__name__) from None
    except (ValueError, RecursionError):
        raise Failed("it is not JSON") from None
    if not isinstance(found, dict):
        raise Failed("it is no JSON object")
    return found


def _read(response: httpx.Response, until: float) -> bytes:
    content = b""
    for piece in response.iter_bytes():
        content += piece
        if len(content) > MOST_BYTES or time.monotonic() > until:
            raise Failed("too large or too slow")
    return content


def client(token: str | None, accept: str = "application/fhir+json") -> httpx.Client:
    """An HTTP client that follows nothing, and asks no proxy that the environment names."""
    headers = {"Accept": accept, "Accept-Encoding": "identity"}
    headers |= {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.Client(headers=headers, follow_redirects=False, trust_env=False, timeout=REQUEST_S)
