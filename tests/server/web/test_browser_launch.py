"""The page opened by a record system, in a real browser: on the patient in context, without a key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.server.conftest import QUESTION, EngineOf
from tests.server.routes.smart.ehr import running
from tests.server.routes.smart.test_launches import service


def test_the_page_shows_the_patient_and_checks_answers_against_it(
    page: Any, engine_of: EngineOf, tmp_path: Path
) -> None:
    with running() as ehr, service(engine_of, tmp_path, ehr) as url:
        page.goto(f"{url}/smart/launch?iss={ehr.fhir}&launch=opaque-launch")
        page.get_by_role("region", name="What medrag understands").wait_for()
        assert "Warfarin" in page.locator("#patient-read").inner_text()
        page.locator("#question").fill(QUESTION)
        page.get_by_role("button", name="Ask", exact=True).click()
        page.get_by_text("Done.").wait_for()
        assert "recorded allergy to penicillin" in page.locator("#answers").inner_text()


def test_a_launch_that_is_over_says_so(page: Any, engine_of: EngineOf, tmp_path: Path) -> None:
    with running() as ehr, service(engine_of, tmp_path, ehr) as url:
        page.goto(f"{url}/smart/launch?iss={ehr.fhir}")
        page.get_by_role("region", name="What medrag understands").wait_for()
        page.goto(f"{url}/?launch=made-up")
        page.locator("#patient-read [role=alert]").wait_for()
