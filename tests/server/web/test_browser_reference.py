"""``/docs`` in a real browser: every operation, with what it takes and gives, from the service alone."""

from __future__ import annotations

from typing import Any

from medrag.generation.scripted import ScriptedModel
from tests.server.conftest import EngineOf
from tests.server.serving import serving


def test_every_operation_is_shown_with_its_schemas(engine_of: EngineOf, page: Any) -> None:
    with serving(engine_of(ScriptedModel(["C"])), docs=True) as base:
        page.goto(f"{base}/docs")
        section = page.locator("section", has_text="POST /v1/check").first
        section.wait_for()
        section.locator("summary", has_text="200: application/json").click()
        assert '"verdict"' in section.locator("pre").inner_text()
        assert page.locator("section h2").count() > 15
