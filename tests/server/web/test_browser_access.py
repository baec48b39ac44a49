"""The page without a mouse, a screen, a large window or sharp eyes."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from medrag.generation.scripted import ScriptedModel
from medrag.server.guard.audit import Trail
from medrag.server.routes.pages import WEB
from medrag.storage import reviews
from tests.server.conftest import QUESTION, EngineOf
from tests.server.serving import serving
from tests.server.web.screen import ask, shoot

NAME = "(node) => (node.getAttribute('aria-label') ?? node.labels?.[0]?.textContent ?? node.textContent).trim()"
ORDER = [
    "Skip to the question",
    *("Compare", "History", "English", "中文", "Enter or load"),
    *("Question", "Ask"),
    "Load files: FHIR, C-CDA, HL7 v2, PharmCAT, VCF, gene table, note, imaging report, DICOM",
    *("All of this is of one person", "Name or bed (stays in this browser)"),
    *("Age (years)", "Sex", "Weight (kg)", "Height (cm)", "Pregnant", "Allergies and intolerances"),
    *("No known allergies (the record says so)", "Medications", "Conditions", "Results", "Clinical note"),
    *("Show what is understood", "Clear"),
]
LISTEN = """
window.printed = 0; window.print = () => { window.printed += 1; }; window.announced = [];
new MutationObserver((changes) => {
  const regions = new Set(changes.map(({ target }) =>
    (target.nodeType === 1 ? target : target.parentElement)?.closest("[role=status], [role=alert]")));
  for (const added of changes.flatMap(({ addedNodes }) => [...addedNodes]))
    if (added.matches?.("[role=alert]")) regions.add(added);
  for (const region of regions) if (region?.textContent) window.announced.push(region.textContent);
}).observe(document, { subtree: true, childList: true, characterData: true });
"""


def named(page: Any) -> str:
    """The name of what has the focus, once it is seen to show it."""
    focused = page.locator(":focus")
    outline = focused.evaluate(
        "(node) => { const s = getComputedStyle(node); return [s.outlineStyle, s.outlineWidth]; }"
    )
    assert outline == ["solid", "3px"]
    return str(focused.evaluate(NAME)).replace("\n", " ")


def tab_to(page: Any, name: str) -> None:
    """Presses Tab until the control of this name has the focus."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.locator(":focus").count() and named(page).startswith(name):
            return
    raise AssertionError(f"Tab does not reach {name!r}")


def test_the_focus_goes_in_reading_order(engine_of: EngineOf, page: Any) -> None:
    with serving(engine_of(ScriptedModel(["C"]))) as base:
        page.goto(base)
        page.get_by_text("Ready").wait_for()
        visited = []
        for _ in ORDER:
            page.keyboard.press("Tab")
            visited.append(re.sub(r"( {2,}not recorded.*|or drop them here)", "", named(page)))
        assert visited == ORDER


def test_the_whole_job_by_keyboard(engine_of: EngineOf, page: Any, tmp_path: Path) -> None:
    page.add_init_script(LISTEN)
    with (
        Trail.open(tmp_path / "medrag.db") as trail,
        serving(engine_of(ScriptedModel(["A,B,C"])), trail) as base,
    ):
        page.goto(base)
        tab_to(page, "Age (years)")
        page.keyboard.type("34")
        tab_to(page, "Allergies")
        page.keyboard.type("penicillin")
        tab_to(page, "Question")
        page.keyboard.type(QUESTION)
        tab_to(page, "Ask")
        page.keyboard.press("Enter")
        page.get_by_text("Done. Shown: 2; withheld: 1.").wait_for()
        tab_to(page, "Open passage 1")
        page.keyboard.press("Enter")
        assert page.get_by_role("dialog", name="Streptococcal pharyngitis").is_visible()
        assert named(page) == "Close"
        page.keyboard.press("Enter")
        assert named(page).startswith("Open passage 1")
        tab_to(page, "Reject")
        page.keyboard.press("Space")
        page.get_by_text("Kept.").wait_for()
        tab_to(page, "Why?")
        page.keyboard.type("QT is long.")
        tab_to(page, "Keep the reason")
        with page.expect_response("**/v1/feedback"):
            page.keyboard.press("Enter")
        page.locator("#question").focus()
        tab_to(page, "Print")
        page.keyboard.press("Enter")
        assert page.evaluate("window.printed") == 1
        (pair,) = reviews.pairs(trail.database)
        assert pair["comments"] == ["QT is long."]


def test_what_happens_is_announced_once(engine_of: EngineOf, page: Any) -> None:
    page.add_init_script(LISTEN)
    page.clock.install()
    with serving(engine_of(ScriptedModel(["C"]))) as base:
        page.goto(base)
        page.get_by_text("Ready").wait_for()
        with page.expect_response("**/health"):
            page.clock.fast_forward(31_000)
        page.locator("[name=medications]").fill("warfarin")
        page.locator("#question").fill("Sore throat, and crushing chest pain. What for pharyngitis?")
        page.get_by_text("What medrag understands", exact=True).wait_for()
        page.get_by_role("button", name="Ask").click()
        page.get_by_text("Done.").wait_for()
        announced = page.evaluate("window.announced")
        emergencies = [each for each in announced if each.startswith("Emergency: ")]
        assert len(emergencies) == 1
        assert len(announced) == len(set(announced))
        always = {"Ready", "Reading the patient…", "What medrag understands", "Done. Shown: 1; withheld: 0."}
        passing = {
            "Reading the record",
            "Searching the guidelines",
            "Writing the answer from them",
            "Checking each statement",
        }
        assert always <= set(announced) - set(emergencies) <= always | passing
        live = "[aria-live], [role=status], [role=alert], [role=log]"
        assert (
            page.evaluate(
                f"[...document.querySelectorAll('{live}')].filter((n) => n.parentElement.closest('{live}')).length"
            )
            == 0
        )


def test_landmarks_headings_and_names(engine_of: EngineOf, page: Any) -> None:
    with serving(engine_of(ScriptedModel(["A,B,C"]))) as base:
        ask(page, base, allergies="penicillin")
        for landmark in ("banner", "main", "contentinfo"):
            assert page.get_by_role(landmark).count() == 1
        for region in ("Patient", "Question", "What medrag understands"):
            assert page.get_by_role("region", name=region, exact=True).count() == 1
        levels = page.evaluate(
            "[...document.querySelectorAll('h1, h2, h3')].filter((n) => n.checkVisibility()).map((n) => +n.tagName[1])"
        )
        assert (levels[0], levels.count(1)) == (1, 1)
        assert all(after <= before + 1 for before, after in pairwise(levels))
        names = page.locator("input, select, textarea, button").evaluate_all(f"(nodes) => nodes.map({NAME})")
        assert all(names)
        assert len(page.locator(".answer .review [role=group]").evaluate_all(f"(nodes) => nodes.map({NAME})")) == 2


@pytest.mark.parametrize("width", [320, 640], ids=["a phone, or 400 %", "200 %"])
def test_nothing_scrolls_sideways(engine_of: EngineOf, page: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 700})
    with serving(engine_of(ScriptedModel(["A,B,C"]))) as base:
        ask(page, base, allergies="penicillin", conditions="pneumonoultramicroscopicsilicovolcanoconiosis" * 3)
        shoot(page, f"width-{width}")
        fits = "(node) => node.scrollWidth <= node.clientWidth"
        assert page.locator("html").evaluate(fits)
        page.get_by_role("button", name="Edit").first.click()
        assert page.locator("html").evaluate(fits)
        page.locator(".cite").last.click()
        shoot(page, f"passage-{width}")
        assert page.get_by_role("dialog").evaluate(fits)


def test_nothing_moves(engine_of: EngineOf, page: Any) -> None:
    page.emulate_media(reduced_motion="reduce")
    with serving(engine_of(ScriptedModel(["C"]))) as base:
        ask(page, base)
        assert page.evaluate("document.getAnimations().length") == 0
        moving = "(nodes) => nodes.filter((n) => getComputedStyle(n).transitionDuration !== '0s').length"
        assert page.locator("*").evaluate_all(moving) == 0


def colours(scheme: str) -> dict[str, str]:
    """The style sheet's variables, light or dark."""
    light, dark = (WEB / "style" / "base.css").read_text().split("@media (prefers-color-scheme: dark)")
    palette = light if scheme == "light" else dark
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]+)", palette))


def luminance(colour: str) -> float:
    """WCAG 2.2's relative luminance, 0 to 1."""
    digits = colour[1:] if len(colour) == 7 else "".join(each * 2 for each in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("colour", "ground", "least"),
    [
        *((colour, ground, 4.5) for colour in ("ink", "soft", "accent", "danger") for ground in ("paper", "ground")),
        *(("on-accent", "accent", 4.5), ("ink", "mark", 4.5), ("ink", "raised", 4.5), ("soft", "raised", 4.5)),
        *(("danger", "danger-ground", 4.5), ("warn", "warn-ground", 4.5), ("calm", "paper", 4.5)),
        *(("edge", "paper", 3.0), ("focus", "paper", 3.0), ("focus", "ground", 3.0)),
    ],
)
def test_contrast(colour: str, ground: str, least: float, scheme: str) -> None:
    dark, light = sorted(luminance(colours(scheme)[name]) for name in (colour, ground))
    assert (light + 0.05) / (dark + 0.05) >= least


def test_every_colour_is_a_variable() -> None:
    for sheet in (WEB / "style").glob("*.css"):
        rules = re.sub(r"--[\w-]+: #[0-9a-f]{3,6};", "", sheet.read_text())
        assert re.findall(r"#[0-9a-f]{3,6}\b", rules) == []
