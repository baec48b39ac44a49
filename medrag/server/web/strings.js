// Every word of the page, in every language it speaks. What the guidelines say comes as they say it, and so does what
// the checks say, but for the sentences they say in the same words each time (said...). {0}, {1} stand for values.

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
    strength: "strength", evidence: "evidence", source: "Source", openPassage: "Open passage {0}: {1}",
    review: "Review of statement {0}", saved: "Kept.", notSaved: "Not kept", accept: "Accept", reject: "Reject", edit: "Edit", save: "Save",
    editedFrom: "Edited; the guideline says", comment: "Why? (optional; kept without names)", keepComment: "Keep the reason",
    withheld: "Withheld by the safety filter ({0})", findings: "About this case",
    notAssessed: "Not assessed (which is not the same as safe)", assessed: "Assessed", of: "{0} of {1}",
    sources: "Sources", superseded: "superseded", withdrawn: "withdrawn", original: "Open the guideline",
    healthy: "Ready", unhealthy: "The model does not answer", unreachable: "The server does not answer",
    failed: "No answer", brokenOff: "The answer broke off. What is shown was checked; it is not complete.",
    lost: "The connection to the server was lost.", needsKey: "This service needs a valid API key: enter it above, then try again.",
    tooLarge: "The files are too large: {0} MB; this service reads {1} MB in all.",
    tooMany: "Too many requests; try again in {0} seconds.", unavailable: "The service cannot answer now; try again in {0} seconds.",
    model: "model", index: "index", knowledge: "knowledge",
    limits: "Decision support for a clinician’s own judgement, not a medical device. Check the cited passage before acting. What you enter is kept only if you review a statement, and then without names and with dates shifted.",
    allergy: "allergy", contraindication: "contraindication", interaction: "interaction", dose: "dose", renal: "kidney function",
    hepatic: "liver function", pregnancy: "pregnancy", population: "for other patients", duplication: "duplication", qt: "QT interval", omission: "omission",
    pharmacogenomics: "pharmacogenomics", unknown_drug: "unknown drug", red_flag: "red flag", injection: "text that gives orders",
    request: "request", images: "images", "advised drugs known": "advised drugs known", "patient's drugs known": "patient’s drugs known",
    "advised drugs with interaction facts": "advised drugs with interaction facts",
    "advised drugs with a dose limit": "advised drugs with a dose limit",
    saidAge: "the patient's age is not recorded",
    saidAllergies: "the patient's allergies are not recorded",
    saidAllergyEntries: "{0} allergy entries name no substance that the knowledge knows",
    saidConditions: "the patient's conditions are not recorded",
    saidConditionsUnread: "{0} of {1} conditions are not in the safety knowledge",
    saidDose: "no dose limit is known for this drug, route, age and unit, or the weight is missing",
    saidLiver: "liver function is not recorded",
    saidKidney: "kidney function is not recorded",
    saidMedications: "the patient's medications are not recorded",
    saidDrugsUnread: "{0} of the patient's drugs are not in the safety knowledge",
    saidPregnancy: "whether the patient is pregnant or breastfeeding is not recorded",
    saidNoPatient: "no patient was given: nothing could be checked against one",
    saidNoReferral: "the case holds an emergency and the advice does not send the patient to emergency care",
    saidNoPlan: "every statement that names a treatment was withheld: what is left is no treatment plan",
    saidNoEvidence: "No guideline passage in the index answers this question well enough, so no advice is given.",
    saidNonePasses: "No guideline passage that the filters let through answers this question well enough; no advice is given.",
    saidNoneApplies: "The model found that none of the retrieved passages applies to this patient and question.",
    saidAllWithheld: "Every statement was withheld by the safety filter, so no advice is given.",
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
    strength: "推荐强度", evidence: "证据等级", source: "依据", openPassage: "打开原文 {0}：{1}",
    review: "评价第 {0} 条推荐", saved: "已保存。", notSaved: "未保存", accept: "采纳", reject: "不采纳", edit: "修改", save: "保存",
    editedFrom: "已修改；指南原文", comment: "理由（可不填；保存时去除姓名）", keepComment: "保存理由",
    withheld: "未通过安全审查，已拦截（{0} 条）", findings: "本病例相关提示",
    notAssessed: "未评估（不等于安全）", assessed: "已评估", of: "{0}/{1}",
    sources: "参考来源", superseded: "已被新版取代", withdrawn: "已废止", original: "打开指南",
    healthy: "服务就绪", unhealthy: "模型无响应", unreachable: "服务器无响应",
    failed: "未得到回答", brokenOff: "回答中断。已显示的推荐均经过安全审查，但回答不完整。",
    lost: "与服务器的连接已中断。", needsKey: "本服务需要有效的 API 密钥：请在上方填写后重试。",
    tooLarge: "文件过大：共 {0} MB；本服务最多读取 {1} MB。",
    tooMany: "请求过于频繁，请在 {0} 秒后重试。", unavailable: "服务暂时无法回答，请在 {0} 秒后重试。",
    model: "模型", index: "索引", knowledge: "知识库",
    limits: "本系统仅供临床医生决策参考，不是医疗器械，不能替代临床判断。采取措施前请核对所引原文。仅在您评价某条推荐时才会保存您输入的内容，且保存前会去除姓名并平移日期。",
    allergy: "过敏", contraindication: "禁忌", interaction: "药物相互作用", dose: "剂量", renal: "肾功能",
    hepatic: "肝功能", pregnancy: "妊娠", population: "适用于其他人群", duplication: "重复用药", qt: "QT 间期", omission: "遗漏",
    pharmacogenomics: "药物基因组学", unknown_drug: "未知药物", red_flag: "急症征象", injection: "文本中夹带的指令",
    request: "请求", images: "图像", "advised drugs known": "可识别的推荐药物", "patient's drugs known": "可识别的患者用药",
    "advised drugs with interaction facts": "有相互作用资料的推荐药物",
    "advised drugs with a dose limit": "有剂量上限的推荐药物",
    saidAge: "未记录患者年龄",
    saidAllergies: "未记录患者过敏史",
    saidAllergyEntries: "有 {0} 条过敏记录的物质不在安全知识库中",
    saidConditions: "未记录患者诊断",
    saidConditionsUnread: "{1} 项诊断中有 {0} 项不在安全知识库中",
    saidDose: "没有该药在此给药途径、年龄和单位下的剂量上限资料，或缺少体重",
    saidLiver: "未记录肝功能",
    saidKidney: "未记录肾功能",
    saidMedications: "未记录患者当前用药",
    saidDrugsUnread: "患者用药中有 {0} 种不在安全知识库中",
    saidPregnancy: "未记录是否妊娠或哺乳",
    saidNoPatient: "未提供患者资料，无法对照患者进行核查",
    saidNoReferral: "病例含急症征象，但建议中未提及紧急就医",
    saidNoPlan: "所有涉及治疗的推荐均被拦截，余下内容不构成治疗方案",
    saidNoEvidence: "索引中没有足以回答该问题的指南内容，因此不给出建议。",
    saidNonePasses: "符合筛选条件的指南内容均不足以回答该问题，因此不给出建议。",
    saidNoneApplies: "模型认为检索到的内容均不适用于该患者和该问题。",
    saidAllWithheld: "所有推荐均被安全审查拦截，因此不给出建议。",
  },
};
const TAGS = { en: "en", zh: "zh-CN" };
const KEPT = "language";

let language = localStorage.getItem(KEPT) ?? (navigator.language.startsWith("zh") ? "zh" : "en");

export function text(key, ...values) {
  return (STRINGS[language][key] ?? key).replace(/\{(\d)\}/g, (_, at) => values[at]);
}

// The key and the numbers of a sentence that the checks say in set words; null for any other.
export function sentence(said) {
  for (const [key, words] of Object.entries(STRINGS.en).filter(([name]) => name.startsWith("said"))) {
    const pattern = words.replace(/[.()?]/g, "\\$&").replace(/\{\d\}/g, "(\\d+)");
    const match = said.match(new RegExp(`^${pattern}$`));
    if (match) return [key, ...match.slice(1)];
  }
  return null;
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
  for (const node of document.querySelectorAll("[data-label]")) label(node, node.dataset.label, ...values(node.dataset.labelValues));
  for (const node of document.querySelectorAll("[data-placeholder]")) node.placeholder = text(node.dataset.placeholder);
  for (const node of document.querySelectorAll("[data-language]")) {
    node.setAttribute("aria-pressed", String(node.dataset.language === language));
  }
}

function values(kept) {
  return kept ? JSON.parse(kept) : [];
}
