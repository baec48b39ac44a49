"""Chinese plans that exchange, pause, compare or set conditions: the sound ones reach the clinician."""

from __future__ import annotations

from typing import Any

import pytest

from medrag.safety.check_cases import check_advice
from medrag.types import Patient

BASE: dict[str, Any] = {"age_years": 58, "sex": "male", "weight_kg": 70, "conditions": [], "medications": []}
CLEAR = {**BASE, "no_known_allergies": True}
EPILEPTIC = {
    **CLEAR,
    "age_years": 29,
    "sex": "female",
    "pregnant": False,
    "conditions": ["癫痫", "备孕"],
    "medications": ["丙戊酸钠 0.5 g bid"],
}
CLOTTING = {
    **CLEAR,
    "conditions": ["肝素诱导的血小板减少症"],
    "medications": ["肝素 静脉泵入"],
    "observations": [{"display": "血小板", "value": 38, "unit": "×10^9/L"}],
}
FAILING = {**CLEAR, "conditions": ["射血分数降低的心力衰竭"], "medications": ["贝那普利 10 mg qd"]}
DEPRESSED = {**CLEAR, "conditions": ["抑郁症"], "medications": ["吗氯贝胺 150 mg bid"]}
MANIC = {**CLEAR, "conditions": ["双相情感障碍"], "medications": ["碳酸锂 0.25 g tid"]}
HYPERTENSIVE = {**CLEAR, "conditions": ["高血压"], "medications": ["氨氯地平 5 mg qd"]}
STENTED = {**BASE, "conditions": ["冠心病支架术后"], "allergies": [{"display": "替格瑞洛", "reaction": "散在瘀斑"}]}
BORNE = {**BASE, "allergies": [{"display": "青霉素", "reaction": "儿时皮疹，后来吃阿莫西林没事"}]}
FAILED_KIDNEYS = {
    **CLEAR,
    "conditions": ["2型糖尿病"],
    "medications": ["二甲双胍 0.5 g bid"],
    "observations": [{"display": "eGFR", "value": 22, "unit": "mL/min/1.73m2"}],
}
DEPLETED = {
    **CLEAR,
    "conditions": ["低钠血症"],
    "observations": [{"display": "血钠", "value": 116, "unit": "mmol/L"}],
}
PAINFUL = {**CLEAR, "conditions": ["癌痛"], "medications": ["吗啡缓释片 30 mg q12h"]}
FERTILE = {**CLEAR, "age_years": 24, "sex": "female", "pregnant": False, "conditions": ["痤疮"]}
VALVED = {**CLEAR, "conditions": ["机械二尖瓣"], "medications": ["华法林 3 mg qd"]}
PREGNANT = {**CLEAR, "age_years": 27, "sex": "female", "pregnant": True, "conditions": ["衣原体感染", "妊娠18周"]}
DENGUE = {**CLEAR, "conditions": ["登革热"]}
LEUKAEMIC = {**CLEAR, "conditions": ["急性淋巴细胞白血病"]}


def verdict(patient: dict[str, Any], advice: str) -> str:
    return str(check_advice("case", Patient.model_validate(patient), advice)["verdict"])


@pytest.mark.parametrize(
    ("patient", "advice"),
    [
        (EPILEPTIC, "左乙拉西坦 0.5 g bid 加上，与丙戊酸重叠期间每周复诊，两月内把丙戊酸撤完。"),
        (EPILEPTIC, "从致畸方面看，丙戊酸风险最高，托吡酯次之，左乙拉西坦低得多，所以左乙拉西坦 0.5 g bid。"),
        (CLOTTING, "停全部肝素，阿加曲班 1 μg/kg/min，等血小板升至150以上再接华法林。"),
        (CLOTTING, "比伐芦定代替肝素；血小板恢复到正常前不上华法林。"),
        (FAILING, "明晨吃最后一粒贝那普利，再隔两天（满36小时）开始沙库巴曲缬沙坦 50 mg bid。"),
        (DEPRESSED, "吗氯贝胺停满24小时之后才能吃艾司西酞普兰 10 mg qd。"),
        (MANIC, "锂量减去三分之一，4～6天后查血锂，0.6～0.8为宜。"),
        (HYPERTENSIVE, "加厄贝沙坦 150 mg；如果当地断货，福辛普利 10 mg 亦可。"),
        (STENTED, "替格瑞洛 90 mg bid 继续，瘀斑自行消退。"),
        (BORNE, "阿莫西林 0.5 g tid，7天。"),
        (DEPLETED, "3%氯化钠 150 ml 20分钟输完，头一天血钠升6～8即够；纠正过快者给去氨加压素 2 μg。"),
        (PAINFUL, "吗啡停，12小时后贴芬太尼 25 μg/h（大约折合口服吗啡 60 mg/日）。"),
        (FERTILE, "米诺环素 50 mg bid 8周，停后再考虑异维A酸，届时先验孕。"),
        (PAINFUL, "曲马多、哌替啶拿开，吗啡缓释片 30 mg q12h 不动。"),
        (VALVED, "华法林忘服一次则跳过，切勿补双份。"),
        (PREGNANT, "阿奇霉素 1 g 顿服，多西环素留到产后。"),
        (DEPRESSED, "用吗氯贝胺以外的药都要先问，目前吗氯贝胺 150 mg bid。"),
        (CLEAR, "发作初期利扎曲普坦 10 mg 一片，缓解后又痛可隔2小时再服一片。"),
    ],
)
def test_sound_plans_reach_the_clinician(patient: dict[str, Any], advice: str) -> None:
    assert verdict(patient, advice) != "withhold"


@pytest.mark.parametrize(
    ("patient", "advice"),
    [
        (EPILEPTIC, "丙戊酸疗效最好，0.5 g bid 孕期照用。"),
        (CLOTTING, "血小板仅38，输血小板1个治疗量。"),
        (FAILING, "沙库巴曲缬沙坦 50 mg bid 今晚开始，贝那普利等吃完这瓶再停。"),
        (FAILING, "沙库巴曲缬沙坦 50 mg bid 今晚开始，贝那普利先不停。"),
        (HYPERTENSIVE, "厄贝沙坦 150 mg 同福辛普利 10 mg 一起加上。"),
        (FAILED_KIDNEYS, "明早造影照常，二甲双胍不用停。"),
        (DEPLETED, "3%氯化钠快些输，血钠每日升高15也无妨。"),
        (FERTILE, "米诺环素 50 mg bid 与异维A酸 20 mg qd 同吃。"),
        (VALVED, "华法林不动，达比加群 110 mg bid 加上。"),
        (DENGUE, "双氯芬酸 50 mg tid 退热。"),
        (HYPERTENSIVE, "厄贝沙坦 150 mg qd。另外福辛普利 10 mg qd 也可。"),
        (FERTILE | {"pregnant": True}, "下周再考虑异维A酸 20 mg qd，吃半年。"),
        (LEUKAEMIC, "长春新碱 2 mg 同阿糖胞苷一起鞘注。"),
        (CLEAR, "患者无法进食，10%氯化钾 15 ml 静脉推注。"),
        (CLEAR, "万古霉素 1 g 加盐水 20 ml，10分钟内静脉推完。"),
    ],
)
def test_harmful_plans_in_like_words_are_withheld(patient: dict[str, Any], advice: str) -> None:
    assert verdict(patient, advice) == "withhold"
