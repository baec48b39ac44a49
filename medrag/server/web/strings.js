// Every word of the page, in every language it speaks. What the guidelines and the checks say comes as they say it.

const STRINGS = {
  en: {
    skip: "Skip to the question", language: "Language", tagline: "Treatment advice you can check",
    patient: "Patient", age: "Age (years)", sex: "Sex", female: "female", male: "male", other: "other",
    weight: "Weight (kg)", pregnant: "Pregnant", yes: "yes", no: "no", notRecorded: "not recorded",
    allergies: "Allergies and intolerances", noKnownAllergies: "No known allergies (the record says so)",
    conditions: "Conditions", medications: "Medications", onePerLine: "one per line", note: "Clinical note",
    files: "Files: FHIR, PharmCAT, VCF, gene table, note, imaging report, DICOM",
    readPatient: "Show what is understood", clear: "Clear", understood: "What medrag understands",
    question: "Question", questionExample: "Which antibiotic, at what dose and for how long?",
    ask: "Ask", key: "API key (this service asks for one)", stop: "Stop", print: "Print", close: "Close",
    working: "Searching guidelines and checking each statement…", done: "Done.", stopped: "Stopped.",
    emergency: "Emergency", warning: "Warning", contraindicated: "Contraindicated",
    strength: "strength", evidence: "evidence", source: "Source", openPassage: "Open passage",
    review: "Review of statement", saved: "Kept.", notSaved: "Not kept", accept: "Accept", reject: "Reject", edit: "Edit", save: "Save", editedFrom: "Edited; the guideline says:",
    withheld: "Withheld by the safety filter", findings: "About this case",
    notAssessed: "Not assessed (which is not the same as safe)", assessed: "Assessed", of: "of",
    sources: "Sources", superseded: "superseded", withdrawn: "withdrawn", original: "Open the guideline",
    healthy: "Ready", unhealthy: "The model does not answer", unreachable: "The server does not answer",
    failed: "No answer", brokenOff: "The answer broke off. What is shown was checked; it is not complete.",
    provenance: "Answer", model: "model", index: "index", knowledge: "knowledge",
    limits: "Decision support for a clinician’s own judgement, not a medical device. Check the cited passage before acting. What you enter is kept only if you review a statement, and then without names and with dates shifted.",
  },
  zh: {
    skip: "跳到问题", language: "语言", tagline: "可核对的治疗建议",
    patient: "患者", age: "年龄（岁）", sex: "性别", female: "女", male: "男", other: "其他",
    weight: "体重（公斤）", pregnant: "妊娠", yes: "是", no: "否", notRecorded: "未记录",
    allergies: "过敏与不耐受", noKnownAllergies: "病历明确记载无已知过敏",
    conditions: "诊断", medications: "用药", onePerLine: "每行一项", note: "病历文本",
    files: "文件：FHIR、PharmCAT、VCF、基因表、病历、影像报告、DICOM",
    readPatient: "查看系统的理解", clear: "清空", understood: "系统对患者的理解",
    question: "问题", questionExample: "用哪种抗生素？剂量和疗程？",
    ask: "提问", key: "API 密钥（本服务要求提供）", stop: "停止", print: "打印", close: "关闭",
    working: "正在检索指南并逐条核查…", done: "完成。", stopped: "已停止。",
    emergency: "紧急", warning: "警告", contraindicated: "禁忌",
    strength: "推荐强度", evidence: "证据等级", source: "来源", openPassage: "打开原文",
    review: "评审陈述", saved: "已保存。", notSaved: "未保存", accept: "采纳", reject: "拒绝", edit: "修改", save: "保存", editedFrom: "已修改；指南原文：",
    withheld: "被安全过滤器拦截", findings: "关于本病例",
    notAssessed: "未评估（不等于安全）", assessed: "已评估", of: "/",
    sources: "来源", superseded: "已被取代", withdrawn: "已撤回", original: "打开指南",
    healthy: "就绪", unhealthy: "模型无响应", unreachable: "服务器无响应",
    failed: "没有得到回答", brokenOff: "回答中断。已显示的内容经过核查，但不完整。",
    provenance: "回答", model: "模型", index: "索引", knowledge: "知识库",
    limits: "本系统为临床医生提供决策支持，不是医疗器械。行动前请核对所引原文。仅当您评审某条陈述时才会保存您输入的内容，且会去除姓名并平移日期。",
  },
};

let language = navigator.language.startsWith("zh") ? "zh" : "en";

export function text(key) {
  return STRINGS[language][key];
}

// Writes the page's fixed words; called at the start and at each change of language.
export function speak(chosen = language) {
  language = chosen;
  document.documentElement.lang = language;
  for (const node of document.querySelectorAll("[data-text]")) node.textContent = text(node.dataset.text);
  for (const node of document.querySelectorAll("[data-placeholder]")) node.placeholder = text(node.dataset.placeholder);
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", text(node.dataset.label));
  for (const node of document.querySelectorAll("[data-language]")) {
    node.setAttribute("aria-pressed", String(node.dataset.language === language));
  }
}
