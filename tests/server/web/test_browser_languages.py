"""English and Chinese: the same words in both, and no word of the other on the page."""

from __future__ import annotations

import re
from typing import Any

import pytest

from medrag.generation.scripted import ScriptedModel
from medrag.messages import LANGUAGES, catalogue, placeholders, say
from tests.server.conftest import EngineOf
from tests.server.serving import Dying, serving
from tests.server.web.screen import ask, shoot
from tests.server.web.test_browser_patient import EFFECT

CJK = re.compile(r"[\u4e00-\u9fff]")
WORDS = re.compile(r"[A-Za-z]{2,}")
NAMES = {
    "medrag",
    "English",
    "API",
    "FHIR",
    "CDA",
    "HL",
    "PharmCAT",
    "VCF",
    "DICOM",
    "kg",
    "cm",
    "mol",
    "QT",
    "pdf",
    "PDF",
    "docx",
}
SHOWN = """() => {
  const own = (node) => node.closest("[lang]") === document.documentElement;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const said = [];
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (own(parent) && parent.checkVisibility()) said.push(walker.currentNode.data);
  }
  for (const node of document.querySelectorAll("[placeholder], [aria-label]"))
    if (own(node)) said.push(node.placeholder ?? "", node.getAttribute("aria-label") ?? "");
  return said;
}"""

EFFECTS = """(effect) => import('/web/answer/effects.js').then(({ effects }) => {
  const node = document.createElement("div");
  node.append(...effects({ effects: [effect] }));
  return node.textContent;
})"""


@pytest.fixture
def chinese(browser: Any) -> Any:
    """A page in a Chinese browser."""
    context = browser.new_context(locale="zh-CN", viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


def strings(page: Any) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = page.evaluate("import('/web/words/speech.js').then((module) => module.STRINGS)")
    return found


def untranslated(page: Any) -> set[str]:
    """Latin words among what the page itself says; what others say carries a language of its own."""
    said = " ".join(page.evaluate(SHOWN)).replace("Streptococcal pharyngitis", "")
    return set(WORDS.findall(said)) - NAMES


def start(page: Any, base: str, **fields: str) -> None:
    """Asks in Chinese and waits for the end."""
    page.goto(base)
    for name, value in fields.items():
        page.locator(f"[name={name}]").fill(value)
    page.locator("#question").fill(
        "Sore throat, and crushing chest pain. Which antibiotic for streptococcal pharyngitis?"
    )
    page.get_by_role("button", name="提问", exact=True).click()
    page.locator(".answer[aria-busy=false]").wait_for()


def test_both_languages_say_the_same(engine_of: EngineOf, page: Any) -> None:
    with serving(engine_of(ScriptedModel(["C"]))) as base:
        page.goto(base)
        english, chinese = strings(page).values()
    assert english.keys() == chinese.keys()
    for key, said in english.items():
        assert sorted(re.findall(r"\{\d\}", said)) == sorted(re.findall(r"\{\d\}", chinese[key])), key
        assert CJK.search(chinese[key]) or key in ("colon", "comma", "fullStop", "of"), key
        assert not CJK.search(said), key


VALUES = {
    "count": 3,
    "dose": 0.1 + 0.2,
    "limit": 4000.0,
    "first": 1234567.0,
    "groups": ["child", "egfr<30", "pregnant"],
    "pairs": [["aspirin", "warfarin"], ["aspirin", "heparin"]],
    "others": ["a", "b"],
    "stage": "lactation",
    "status": "withdrawn",
    "kind": "hidden_characters",
    "action": "avoid",
    "reason": "a rule's own {words}",
}
TELL = """([code, values, language]) => import('/web/words/speech.js').then(({ choose, tell }) => {
  choose(language);
  const node = document.createElement("p");
  tell(node, code, values);
  return node.textContent;
})"""


def test_the_page_says_what_the_server_says(engine_of: EngineOf, page: Any) -> None:
    with serving(engine_of(ScriptedModel(["C"]))) as base:
        page.goto(base)
        for language in LANGUAGES:
            for code in catalogue(language).sentences:
                values = {name: VALUES.get(name, name) for name in placeholders(code)}
                assert page.evaluate(TELL, [code, values, language]) == say(code, values, language)


def test_a_chinese_browser_sees_chinese_alone(engine_of: EngineOf, chinese: Any) -> None:
    with serving(engine_of(ScriptedModel(["A,B,C"]))) as base:
        chinese.goto(base)
        chinese.get_by_text("服务就绪").wait_for()
        assert chinese.locator("html").get_attribute("lang") == "zh-CN"
        assert untranslated(chinese) == set()
        start(chinese, base, allergies="penicillin", medications="warfarin")
        assert chinese.get_by_text("完成。显示推荐 2 条，拦截 1 条。").is_visible()
        assert chinese.get_by_role("heading", name="未评估（不等于安全）").is_visible()
        shoot(chinese, "chinese")
        assert untranslated(chinese) == set()
        chinese.get_by_role("button", name="修改").first.click()
        chinese.get_by_role("button", name="不采纳").last.click()
        chinese.get_by_text("未保存").wait_for()
        chinese.locator(".cite").last.click()
        shoot(chinese, "chinese-passage")
        assert untranslated(chinese) == set()
        chinese.keyboard.press("Escape")
        chinese.set_viewport_size({"width": 390, "height": 844})
        shoot(chinese, "chinese-phone")


def test_findings_come_in_chinese(engine_of: EngineOf, chinese: Any) -> None:
    with serving(engine_of(ScriptedModel(["A,B"]))) as base:
        start(chinese, base)
        said = chinese.locator("#answers").inner_text()
    assert "过敏：未记录患者过敏史" in said
    assert "药物相互作用：未记录患者当前用药" in said
    assert "急症警示：" in said
    assert "可能为急性冠脉综合征或其他危及生命的胸痛" in said


def test_failures_in_chinese(engine_of: EngineOf, chinese: Any) -> None:
    with serving(engine_of(Dying(["C,"]))) as base:
        start(chinese, base)
        shoot(chinese, "chinese-broken-off")
        assert "回答中断" in chinese.get_by_role("alert").last.inner_text()
        assert untranslated(chinese) == set()
        chinese.locator("input[type=file]").set_input_files(
            [{"name": "x.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 ..."}]
        )
        chinese.get_by_role("button", name="查看识别结果").click()
        chinese.get_by_text("无法读取患者资料：x.pdf：为 PDF").wait_for()
        assert untranslated(chinese) == set()


def test_a_change_of_language_changes_all(engine_of: EngineOf, page: Any) -> None:
    with serving(engine_of(ScriptedModel(["A,B,C"]))) as base:
        ask(page, base, allergies="penicillin")
        before = page.evaluate(SHOWN)
        page.get_by_role("button", name="中文").click()
        assert untranslated(page) == set()
        assert page.locator("html").get_attribute("lang") == "zh-CN"
        page.reload()
        assert page.locator("html").get_attribute("lang") == "zh-CN"
        page.get_by_role("button", name="English").click()
        assert page.locator("html").get_attribute("lang") == "en"
        ask(page, base, allergies="penicillin")
        assert page.evaluate(SHOWN) == before


def test_a_drug_is_called_as_the_reader_calls_it(engine_of: EngineOf, chinese: Any) -> None:
    with serving(engine_of(ScriptedModel(["A,B,C"]))) as base:
        start(chinese, base, age_years="66", allergies="安必仙", medications="可达龙 0.2 g qd", conditions="房颤")
        said = chinese.locator("#answers").inner_text()
        assert "阿奇霉素 + 可达龙（胺碘酮）" in said
        chinese.get_by_text("查看识别结果").first.click()
        chinese.get_by_text("基因型：未记录（影响药物基因组学核查）").wait_for()
        for chip in chinese.locator("#answers button.finding").all():
            chip.click()
        assert "依据：" in chinese.locator("#answers").inner_text()
        shoot(chinese, "chinese-own-names")


def test_facts_effects_and_scores_are_called_in_chinese(engine_of: EngineOf, chinese: Any) -> None:
    with serving(engine_of(ScriptedModel(["A,B,C"]))) as base:
        chinese.goto(base)
        chinese.locator("[name=note]").fill(
            "62岁男性。患者曾患胃溃疡。否认吸烟。父亲有脑卒中史。青霉素过敏：皮疹。血钾5.7mmol/L。"
        )
        chinese.get_by_role("button", name="查看识别结果").click()
        record = chinese.locator(".record")
        record.get_by_text("脑卒中").wait_for()
        assert all(each in record.inner_text() for each in ("消化性溃疡", "吸烟 (否认)", "青霉素（皮疹）", "血钾 5.7"))
        assert "消化性溃疡" in chinese.locator(".banner").inner_text()
        chinese.get_by_text("评分", exact=True).click()
        chinese.get_by_label("评分或公式").select_option("curb_65")
        chinese.get_by_role("button", name="计算").click()
        chinese.locator(".score").get_by_text("呼吸频率").wait_for()
        score = chinese.locator(".score").inner_text()
        assert all(each in score for each in ("既未记录也未排除", "社区获得性肺炎成人", "各项得分之和，0 至 5"))
        shoot(chinese, "chinese-facts")
        node = chinese.evaluate(EFFECTS, EFFECT)
    assert "脑卒中" in node and "不用抗栓治疗" in node
    assert "stroke" not in node
