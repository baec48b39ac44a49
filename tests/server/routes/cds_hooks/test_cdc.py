"""CDC's opioid requests and the cards expected of them, where they are at hand; docs/cds-hooks.md has the table."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.paths import SHARED
from tests.server.routes.cds_hooks.ehr import Json, cards_of, services

FOLDER = SHARED / "cds-hooks"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="CDC's requests are not on this machine")

OPIOID_WITH_BENZODIAZEPINE = "respiratory depression"
HIGH_TOTAL = "mg of oral morphine a day"
IN_SCOPE = {
    "rec-04-05-mme-greater-than-fifty": HIGH_TOTAL,
    "rec-08-on-benzodiazepine": OPIOID_WITH_BENZODIAZEPINE,
    "rec-11-benzo-trigger-with-opioid": OPIOID_WITH_BENZODIAZEPINE,
    "rec-11-opioid-trigger-with-benzo": OPIOID_WITH_BENZODIAZEPINE,
    "rec-11-patient-view-benzo-trigger-with-opioid": OPIOID_WITH_BENZODIAZEPINE,
    "rec-11-patient-view-opioid-trigger-with-benzo": OPIOID_WITH_BENZODIAZEPINE,
}
"""Requests whose expected card is about what the checks know, with words of ours for it."""
QUIET = (
    "rec-04-05-mme-less-than-fifty",
    "rec-11-benzo-trigger-without-opioid",
    "rec-11-patient-view-benzo-trigger-without-opioid",
)
"""Their counterparts, of which CDC expects no card."""
_ITEM = re.compile(r'"(item\d+)"\s*:\s*')


def repaired(text: str) -> Json:
    """A request; in many of them the braces after each resource do not agree, while the resources are whole."""
    decoder = json.JSONDecoder()

    def at(name: str) -> object:
        found = re.search(rf'"{name}"\s*:\s*', text)
        return decoder.raw_decode(text, found.end())[0] if found else None

    fields = {name: at(name) for name in ("hook", "hookInstance", "fhirServer", "context")}
    return fields | {"prefetch": {each[1]: decoder.raw_decode(text, each.end())[0] for each in _ITEM.finditer(text)}}


def requests() -> dict[str, Path]:
    return {path.stem.removeprefix("request-example-"): path for path in sorted(FOLDER.rglob("requests/*/*.json"))}


@pytest.mark.parametrize("name", IN_SCOPE)
def test_what_cdc_expects_within_our_scope(name: str) -> None:
    found = cards_of(repaired(requests()[name].read_text()))
    interrupting = [card for card in found if card["indicator"] != "info"]
    assert any(IN_SCOPE[name] in card["detail"] for card in interrupting)


@pytest.mark.parametrize("name", QUIET)
def test_what_cdc_expects_no_card_of_does_not_interrupt(name: str) -> None:
    assert {card["indicator"] for card in cards_of(repaired(requests()[name].read_text()))} == {"info"}


def test_every_request_gets_cards_or_says_what_it_lacks() -> None:
    client = services()
    for name, path in requests().items():
        body = repaired(path.read_text())
        response = client.post(f"/cds-services/medrag-{body['hook']}", json=body)
        assert response.status_code == (412 if name in ("HelloWorld", "noPrefetch") else 200), name
        assert response.status_code == 412 or response.json()["cards"], name
