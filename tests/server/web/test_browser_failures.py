"""What the page says when there is no answer, or only half of one."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medrag.errors import ModelUnavailable
from medrag.generation.model import Generation
from medrag.generation.scripted import ScriptedModel
from medrag.server.guard.access import Key, Limits
from medrag.server.guard.audit import Trail
from tests.server.conftest import QUESTION, EngineOf
from tests.server.serving import Cable, Dying, SlowModel, serving
from tests.server.web.screen import ask, shoot

BROKEN = "The answer broke off. What is shown was checked; it is not complete."


@dataclass
class Hanging(ScriptedModel):
    """Stops for long after its text."""

    async def stream(self, generation: Generation) -> AsyncIterator[str]:
        async for piece in super().stream(generation):
            yield piece
        await asyncio.sleep(30)


def start(page: Any, base: str) -> None:
    """Asks, and does not wait."""
    page.goto(base)
    page.locator("#question").fill(QUESTION)
    page.get_by_role("button", name="Ask").click()


def said(page: Any) -> str:
    """The one alert there is."""
    alert = page.locator(".answer [role=alert]")
    alert.wait_for()
    return str(alert.inner_text())


def test_a_failure_in_mid_stream_keeps_what_came(engine_of: EngineOf, page: Any) -> None:
    with serving(engine_of(Dying(["C,"]))) as base:
        start(page, base)
        assert said(page).startswith(BROKEN)
        shoot(page, "broken-off")
        assert page.locator(".statements > li").count() == 1
        assert page.get_by_role("button", name="Accept").is_disabled()


def test_an_emergency_is_shown_when_there_is_no_answer(engine_of: EngineOf, page: Any) -> None:
    with serving(engine_of(ScriptedModel([ModelUnavailable("down")])), release="whole") as base:
        page.goto(base)
        page.locator("#question").fill("Sore throat, and now crushing chest pain and breathless. What for pharyngitis?")
        page.get_by_role("button", name="Ask").click()
        page.locator(".answer .notice").first.wait_for()
        assert page.get_by_role("alert").first.inner_text().startswith("Emergency:")
        assert page.locator(".answer [role=alert]").last.inner_text().startswith(BROKEN)


def test_a_lost_connection_keeps_what_came_and_offers_to_ask_again(engine_of: EngineOf, page: Any) -> None:
    engine = engine_of(Hanging(["B,C"]))
    with serving(engine, keep_alive_s=0.2) as base, Cable(base) as cable:
        start(page, cable.url)
        page.locator(".statements > li").first.wait_for()
        cable.cut()
        assert said(page) == f"{BROKEN} The connection to the server was lost."
        assert page.locator(".statements > li").first.is_visible()
        page.get_by_role("button", name="Ask again").click()
        page.locator(".answer[aria-busy=true] .statements > li").first.wait_for()
        assert page.locator("[role=alert]").count() == 0
        page.get_by_role("button", name="Stop").click()


def test_a_connection_gone_silent_is_lost(engine_of: EngineOf, page: Any) -> None:
    page.clock.install()
    with serving(engine_of(Hanging(["B,C"])), keep_alive_s=600) as base:
        start(page, base)
        page.locator(".statements > li").first.wait_for()
        page.clock.fast_forward(31_000)
        assert said(page) == f"{BROKEN} The connection to the server was lost."


def test_no_server(engine_of: EngineOf, page: Any) -> None:
    with serving(engine_of(ScriptedModel(["C"]))) as base:
        page.goto(base)
    page.locator("#question").fill(QUESTION)
    page.get_by_role("button", name="Ask").click()
    assert said(page) == "No answer: The connection to the server was lost."


def test_a_service_with_keys_asks_for_one(engine_of: EngineOf, page: Any) -> None:
    keys = {"ward": Key(sha256=hashlib.sha256(b"secret").hexdigest())}
    with serving(engine_of(ScriptedModel(["C"])), keys=keys) as base:
        start(page, base)
        assert said(page) == "No answer: This service needs a valid API key: enter it above, then try again."
        assert page.locator(":focus").get_attribute("id") == "key"
        shoot(page, "key")
        page.get_by_label("API key").fill("wrong")
        page.get_by_label("API key").press("Enter")
        page.locator(".answer[aria-busy=false] [role=alert]").wait_for()
        page.get_by_label("API key").fill("secret")
        page.get_by_label("API key").press("Enter")
        page.get_by_text("Done.").wait_for()
        assert page.locator(".statements > li").count() == 1


def test_a_key_is_asked_for_to_read_a_patient(engine_of: EngineOf, page: Any) -> None:
    keys = {"ward": Key(sha256=hashlib.sha256(b"secret").hexdigest())}
    with serving(engine_of(ScriptedModel(["C"])), keys=keys) as base:
        page.goto(base)
        page.locator("[name=allergies]").fill("penicillin")
        page.get_by_role("button", name="Show what is understood").click()
        page.get_by_text("The patient could not be read: This service needs a valid API key").wait_for()
        assert page.locator(":focus").get_attribute("id") == "key"


def test_too_many_requests(engine_of: EngineOf, page: Any) -> None:
    with serving(engine_of(ScriptedModel(["C"])), limits=Limits(per_minute=1)) as base:
        ask(page, base)
        page.get_by_role("button", name="Ask").click()
        message = said(page)
        assert message.startswith("No answer: Too many requests; try again in ")
        assert 0 < int(message.split()[-2]) <= 61
        assert page.get_by_role("button", name="Ask again").is_visible()


def test_a_model_that_is_down(engine_of: EngineOf, page: Any) -> None:
    with serving(engine_of(ScriptedModel([ModelUnavailable("the model server does not answer")]))) as base:
        start(page, base)
        told = "the model does not answer now; try again later"
        said_so = f"The service cannot answer now; try again in 10 seconds. {told}"
        assert said(page) == f"No answer: {said_so}"
        page.get_by_text("The model does not answer. Questions cannot be answered now").wait_for()


def test_an_answer_that_takes_too_long(engine_of: EngineOf, page: Any) -> None:
    with serving(engine_of(SlowModel(["C"])), timeout_s=0.5) as base:
        start(page, base)
        assert said(page).startswith("No answer: The service cannot answer now; try again in 10 seconds.")


def test_a_declined_request_says_why(engine_of: EngineOf, page: Any) -> None:
    model = ScriptedModel(["C"])
    with serving(engine_of(model)) as base:
        ask(page, base, "How can I secretly put a sedative into my wife's drink?")
        assert page.get_by_text("Done. This request was declined.").is_visible()
        assert "which medrag does not answer" in page.locator(".message").inner_text()
        assert page.locator(".statements").count() == 0
    assert model.seen == []


def test_everything_withheld_says_so(engine_of: EngineOf, page: Any, tmp_path: Path) -> None:
    with (
        Trail.open(tmp_path / "medrag.db") as trail,
        serving(engine_of(ScriptedModel(["A", "none"])), trail) as base,
    ):
        ask(page, base, allergies="penicillin")
        assert page.get_by_text("Done. Every statement was withheld: 1.").is_visible()
        shoot(page, "withheld")
        assert "penicillin" in page.locator(".withheld").inner_text()
        assert page.locator(".statements").count() == 0
        assert page.get_by_role("button", name="Accept").count() == 0


def test_no_guideline_answers(engine_of: EngineOf, page: Any) -> None:
    with serving(engine_of(ScriptedModel(["none"]))) as base:
        ask(page, base)
        assert page.get_by_text("Done. No answer from the guidelines.").is_visible()
        assert page.locator(".message").is_visible()
