"""The browser that the tests of the page drive."""

from __future__ import annotations

from typing import Any

import pytest

WAIT_MS = 120_000
"""A model, a server and a browser share two cores: what comes at all may come late."""


@pytest.fixture(autouse=True)
def waits_long(request: pytest.FixtureRequest) -> None:
    """A page gives up late."""
    if "page" in request.fixturenames:
        page: Any = request.getfixturevalue("page")
        page.set_default_timeout(WAIT_MS)
