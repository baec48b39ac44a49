// Every word of the page, in every language it speaks; {0}, {1} stand for values. What the checks say is a code and
// values, whose words the server sends (messages.js). What the guidelines and the record say comes as they say it.

import { MESSAGES } from "./messages.js";

export const STRINGS = {
  en: {
    skip: "Skip to the question", language: "Language", tagline: "Treatment advice you can check", colon: ": ",
    patient: "Patient", age: "Age (years)", sex: "Sex", female: "female", male: "male", other: "other",
    weight: "Weight (kg)", pregnant: "Pregnant", yes: "yes", no: "no", notRecorded: "not recorded",
    allergies: "Allergies and intolerances", noKnownAllergies: "No known allergies (the record says so)",
    conditions: "Conditions", medications: "Medications", onePerLine: "one per line", note: "Clinical note",
    files: "Files: FHIR, PharmCAT, VCF, gene table, note, imaging report, DICOM",
    readPatient: "Show what is understood", clear: "Clear", understood: "What medrag understands",
    reading: "Reading the patient…", unreadable: "The patient could not be read", nothingEntered: "Nothing is entered yet.",
    question: "Question", questionExample: "Which antibiotic, at what dose and for how long?",
    ask: "Ask", askAgain: "Ask again", key: "API key (this service asks for one)", stop: "Stop", print: "Print", close: "Close",
    working: "Searching guidelines and checking each statement…", stopped: "Stopped. The answer is not complete.",
    answered: "Done. Shown: {0}; withheld: {1}.", withheldAll: "Done. Every statement was withheld: {1}.",
    declined: "Done. This request was declined.", abstained: "Done. No answer from the guidelines.",
    changed: "The patient or the question has changed since this answer. Ask again.",
    emergency: "Emergency", warning: "Warning", contraindicated: "Contraindicated", answer: "Answer",
    strength: "strength", evidence: "evidence", source: "Source", unreviewed: "unreviewed", openPassage: "Open passage {0}: {1}",
    review: "Review of statement {0}", saved: "Kept.", notSaved: "Not kept", accept: "Accept", reject: "Reject", edit: "Edit", save: "Save",
    editedFrom: "Edited; the guideline says", comment: "Why? (optional; kept without names)", keepComment: "Keep the reason",
    withheld: "Withheld by the safety filter ({0})", findings: "About this case",
    notAssessed: "Not assessed (which is not the same as safe)", assessed: "Assessed", of: "{0} of {1}",
    problems: "What of the record could not be read, or contradicts itself",
    onePerson: "All of this is of one person", twoPeople: "Files, note and question seem to be of two people, so nothing was answered. If they are of one, say so under the files.",
    effects: "Effects in numbers", riskWithout: "Risk without:", riskWith: "Risk with:", needed: "Number needed to treat: {0}.",
    within: "Within {0} years.", ownRisk: "Risk without: this patient’s,", trialRisk: "Risk without: the trial’s.",
    notAssessedHere: "Not assessed", notReviewed: "Not reviewed.",
    effectsLimits: "Arithmetic on cited results: the relative effect is assumed to hold for this patient; only its uncertainty is in the intervals; other harms are not in the sum.",
    sources: "Sources", superseded: "superseded", withdrawn: "withdrawn", original: "Open the guideline",
    healthy: "Ready", unhealthy: "The model does not answer", unreachable: "The server does not answer",
    failed: "No answer", brokenOff: "The answer broke off. What is shown was checked; it is not complete.",
    lost: "The connection to the server was lost.", needsKey: "This service needs a valid API key: enter it above, then try again.",
    tooLarge: "The files are too large: {0} MB; this service reads {1} MB in all.",
    tooMany: "Too many requests; try again in {0} seconds.", unavailable: "The service cannot answer now; try again in {0} seconds.",
    model: "model", index: "index", knowledge: "knowledge",
    limits: "Decision support for a clinician’s own judgement, not a medical device. Check the cited passage before acting. What you enter is kept only if you review a statement, and then without names and with dates shifted.",
  },
  zh: {
    skip: "跳到临床问题", language: "语言", tagline: "有据可查的治疗建议", colon: "：",
    patient: "患者", age: "年龄（岁）", sex: "性别", female: "女", male: "男", other: "其他",
    weight: "体重（kg）", pregnant: "妊娠", yes: "是", no: "否", notRecorded: "未记录",
    allergies: "过敏史与不耐受", noKnownAllergies: "无已知过敏（病历已注明）",
    conditions: "诊断", medications: "当前用药", onePerLine: "每行一项", note: "病历文本",
    files: "文件：FHIR、PharmCAT、VCF、基因型表、病历、影像报告、DICOM",
    readPatient: "查看识别结果", clear: "清空", understood: "系统识别的患者信息",
    reading: "正在读取患者资料…", unreadable: "无法读取患者资料", nothingEntered: "尚未填写患者资料。",
    question: "临床问题", questionExample: "用哪种抗菌药物？剂量和疗程？",
    ask: "提问", askAgain: "重新提问", key: "API 密钥（本服务需要）", stop: "停止", print: "打印", close: "关闭",
    working: "正在检索指南，并逐条进行安全审查…", stopped: "已停止，回答不完整。",
    answered: "完成。显示推荐 {0} 条，拦截 {1} 条。", withheldAll: "完成。全部推荐均被拦截，共 {1} 条。",
    declined: "完成。该请求不予回答。", abstained: "完成。指南中未找到可用的推荐。",
    changed: "患者资料或问题已更改，以下回答不再对应，请重新提问。",
    emergency: "急症警示", warning: "警告", contraindicated: "禁忌", answer: "回答",
    strength: "推荐强度", evidence: "证据等级", source: "依据", unreviewed: "未经复核", openPassage: "打开原文 {0}：{1}",
    review: "评价第 {0} 条推荐", saved: "已保存。", notSaved: "未保存", accept: "采纳", reject: "不采纳", edit: "修改", save: "保存",
    editedFrom: "已修改；指南原文", comment: "理由（可不填；保存时去除姓名）", keepComment: "保存理由",
    withheld: "未通过安全审查，已拦截（{0} 条）", findings: "本病例相关提示",
    notAssessed: "未评估（不等于安全）", assessed: "已评估", of: "{0}/{1}",
    problems: "病历中未能读取或自相矛盾之处",
    onePerson: "以上资料均属于同一患者", twoPeople: "文件、病历与问题似乎属于两名患者，因此未予回答。若确为同一患者，请在文件栏下方勾选。",
    effects: "疗效数据", riskWithout: "不用时的风险：", riskWith: "使用时的风险：", needed: "需治疗人数：{0}。",
    within: "{0} 年内。", ownRisk: "不用时的风险：按该患者计算，", trialRisk: "不用时的风险：取自试验人群。",
    notAssessedHere: "未评估", notReviewed: "未经审核。",
    effectsLimits: "由所引研究结果计算：假定其相对效应适用于该患者；区间仅含相对效应的不确定性；未计入其他危害。",
    sources: "参考来源", superseded: "已被新版取代", withdrawn: "已废止", original: "打开指南",
    healthy: "服务就绪", unhealthy: "模型无响应", unreachable: "服务器无响应",
    failed: "未得到回答", brokenOff: "回答中断。已显示的推荐均经过安全审查，但回答不完整。",
    lost: "与服务器的连接已中断。", needsKey: "本服务需要有效的 API 密钥：请在上方填写后重试。",
    tooLarge: "文件过大：共 {0} MB；本服务最多读取 {1} MB。",
    tooMany: "请求过于频繁，请在 {0} 秒后重试。", unavailable: "服务暂时无法回答，请在 {0} 秒后重试。",
    model: "模型", index: "索引", knowledge: "知识库",
    limits: "本系统仅供临床医生决策参考，不是医疗器械，不能替代临床判断。采取措施前请核对所引原文。仅在您评价某条推荐时才会保存您输入的内容，且保存前会去除姓名并平移日期。",
  },
};
const TAGS = { en: "en", zh: "zh-CN" };
const KEPT = "language";

let language = localStorage.getItem(KEPT) ?? (navigator.language.startsWith("zh") ? "zh" : "en");

export function text(key, ...values) {
  return (STRINGS[language][key] ?? key).replace(/\{(\d)\}/g, (_, at) => values[at]);
}

// What a code and its values say: the language's own words as strings, those of others as {said}.
function sentence(code, values) {
  const pieces = MESSAGES[language].sentences[code].split(/\{(\w+)\}/); // every other one is a value's name
  return pieces.flatMap((piece, at) => (at % 2 ? shown(piece, values[piece]) : [piece]));
}

function shown(name, value, depth = 0) {
  const { terms, joins } = MESSAGES[language];
  if (Array.isArray(value)) {
    const join = (joins[name] ?? joins.list)[depth];
    return value.flatMap((each, at) => [...(at ? [join] : []), ...shown(name, each, depth + 1)]);
  }
  if (typeof value === "number") return [String(Number(value.toPrecision(6)))];
  const known = terms[name] ?? {};
  const limit = value.replace(/\d+$/, ""); // "egfr<30" is a word and its number
  if (Object.hasOwn(known, value)) return [known[value]];
  return Object.hasOwn(known, limit) ? [`${known[limit]} ${value.slice(limit.length)}`] : [{ said: value }];
}

// Writes what a check says into a node; it follows a change of language.
export function tell(node, code, values) {
  Object.assign(node.dataset, { code, told: JSON.stringify(values) });
  node.replaceChildren(...sentence(code, values).map((piece) => (piece.said ? quoted(piece.said) : piece)));
}

// The words of a rule, the record or a passage.
function quoted(said) {
  return Object.assign(document.createElement("span"), { lang: "en", textContent: said });
}

// Writes the name of a check, or of what was assessed, into a node; it follows a change of language.
export function name(node, check) {
  node.dataset.check = check;
  node.textContent = MESSAGES[language].names[check] ?? check;
}

// Writes one of the page's words into a node; it follows a change of language.
export function say(node, key, ...values) {
  Object.assign(node.dataset, { text: key, values: JSON.stringify(values) });
  const words = text(key, ...values);
  if (node.textContent !== words) node.textContent = words;
}

// Names a node for a screen reader; the name follows a change of language.
export function label(node, key, ...values) {
  Object.assign(node.dataset, { label: key, labelValues: JSON.stringify(values) });
  node.setAttribute("aria-label", text(key, ...values));
}

export function choose(chosen) {
  language = chosen;
  localStorage.setItem(KEPT, chosen);
  speak();
}

// Writes the page's words in the language chosen.
export function speak() {
  document.documentElement.lang = TAGS[language];
  for (const node of document.querySelectorAll("[data-text]")) say(node, node.dataset.text, ...values(node.dataset.values));
  for (const node of document.querySelectorAll("[data-code]")) tell(node, node.dataset.code, JSON.parse(node.dataset.told));
  for (const node of document.querySelectorAll("[data-check]")) name(node, node.dataset.check);
  for (const node of document.querySelectorAll("[data-label]")) label(node, node.dataset.label, ...values(node.dataset.labelValues));
  for (const node of document.querySelectorAll("[data-placeholder]")) node.placeholder = text(node.dataset.placeholder);
  for (const node of document.querySelectorAll("[data-language]")) {
    node.setAttribute("aria-pressed", String(node.dataset.language === language));
  }
}

function values(kept) {
  return kept ? JSON.parse(kept) : [];
}
