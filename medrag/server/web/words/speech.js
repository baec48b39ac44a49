// What the page says, in the language chosen. What the checks say is a code and values, whose words the server sends
// (messages.js). What the guidelines and the record say comes as they say it.

import { MESSAGES, TITLES } from "../messages.js";
import { EN } from "./en.js";
import { ZH } from "./zh.js";

export const STRINGS = { en: EN, zh: ZH };
const TAGS = { en: "en", zh: "zh-CN" };
const KEPT = "language";
const FACTS = ["fact", "facts", "limits", "missing", "name", "notes", "results"]; // what is known of a patient or is not, or whom a sentence is for
const OTHERS = ["note", "dose", "grade"]; // phrases of records and guidelines, in a language that is not known

let language = localStorage.getItem(KEPT) ?? (navigator.language.startsWith("zh") ? "zh" : "en");

// The language chosen: "en" or "zh".
export function spoken() {
  return language;
}

export function text(key, ...values) {
  return (STRINGS[language][key] ?? key).replace(/\{(\d)\}/g, (_, at) => values[at]);
}

// What a code and its values say: the language's own words as strings, those of others as {said}.
function sentence(code, values, written) {
  const pieces = MESSAGES[language].sentences[code].split(/\{(\w+)\}/); // every other one is a value's name
  return pieces.flatMap((piece, at) => (at % 2 ? shown(piece, values[piece], written) : [piece]));
}

function shown(name, value, written, depth = 0) {
  const { terms, joins, named } = MESSAGES[language];
  if (Array.isArray(value)) {
    const join = (joins[name] ?? joins.list)[depth];
    return value.flatMap((each, at) => [...(at ? [join] : []), ...shown(name, each, written, depth + 1)]);
  }
  if (typeof value === "number") return [String(Number(value.toPrecision(6)))];
  if (named.includes(name)) return called(value, written);
  const known = terms[name] ?? {};
  const limit = value.replace(/\d+$/, ""); // "egfr<30" is a word and its number
  if (Object.hasOwn(known, value)) return [known[value]];
  const fact = FACTS.includes(name) ? phrased("note", value) : value;
  if (fact !== value) return [fact];
  return Object.hasOwn(known, limit) ? [`${known[limit]} ${value.slice(limit.length)}`] : [{ said: value }];
}

// A drug by its name in the language, after the one by which the record or a text calls it.
function called(label, written) {
  const { vocabulary } = MESSAGES[language];
  const names = label.split(/( \+ )/).map((each) => vocabulary[each] ?? (each === " + " ? each : { said: each }));
  return language !== "en" && written[label] ? [`${written[label]}（`, ...names, "）"] : names;
}

// Writes what a check says into a node; it follows a change of language.
export function tell(node, code, values, written = {}) {
  Object.assign(node.dataset, { code, told: JSON.stringify(values), written: JSON.stringify(written) });
  write(node, sentence(code, values, written));
}

// Writes the names of drugs into a node; they follow a change of language.
export function call(node, drugs, written = {}) {
  Object.assign(node.dataset, { drugs: JSON.stringify(drugs), written: JSON.stringify(written) });
  write(node, drugs.flatMap((each, at) => [...(at ? [" + "] : []), ...called(each, written)]));
}

// Writes a source into a node, in the language where it has a name for it; it follows a change of language.
export function cite(node, source) {
  node.dataset.source = source;
  const named = MESSAGES[language].terms.source?.[source];
  node.replaceChildren(named ? worded(named, TAGS[language]) : quoted(source));
}

// Writes what is not known of a patient into a node ("weight: not recorded; blocks body mass index").
export function lack(node, line) {
  node.dataset.lack = line;
  const [, what, why, blocked] = line.match(/^(.+?): (.+?); blocks (.+)$/) ?? [];
  if (language === "en" || !blocked) return node.replaceChildren(quoted(line));
  const list = blocked.split(", ").map((each) => phrased("input", each));
  const said = `${phrased("input", what)}${text("colon")}${phrased("input", why)}（${text("blocks")}${list.join(MESSAGES[language].joins.list[0])}）`;
  return node.replaceChildren(worded(said, TAGS[language]));
}

// A phrase of the knowledge or of the readers of records, and what it names; a fact's name is one as well.
export function phrased(kind, said) {
  const { phrases, joins } = MESSAGES[language];
  for (const [pattern, template] of phrases[kind] ?? []) {
    const found = said.match(new RegExp(`^(?:${pattern})$`));
    let at = 0;
    if (found) return template.replace(/\{\}/g, () => phrased(kind, found[(at += 1)]));
  }
  const known = named(said);
  if (known) return known;
  const measured = said.match(/^(.+?) ((?:[<>=]+ )?-?\d.*)$/);
  if (measured) return `${phrased(kind, measured[1])} ${measured[2]}`;
  const listed = said.includes(", ") ? said.split(", ").map((one) => [one, phrased(kind, one)]) : [];
  return listed.length && listed.every(([one, other]) => one !== other) ? listed.map(([, other]) => other).join(joins.list[0]) : said;
}

// What the vocabulary, or the list of scores and equations, calls it.
function named(said) {
  const { vocabulary, terms } = MESSAGES[language];
  const plain = said.replace(/_/g, " ");
  return [said, plain, plain.toLowerCase()].map((one) => vocabulary[one] ?? terms.formula?.[one]).find(Boolean);
}

// Writes a phrase into a node, in the language where it has words for it; it follows a change of language.
export function phrase(node, kind, said) {
  Object.assign(node.dataset, { kind, phrase: said });
  const known = phrased(kind, said);
  node.replaceChildren(known === said ? worded(said, OTHERS.includes(kind) ? "" : "en") : worded(known, TAGS[language]));
}

// The title of a score or equation in the language, where it has one.
export function titled(title) {
  return MESSAGES[language].terms.formula?.[title] ?? title;
}

// Writes the title of a score or equation into a node; it follows a change of language.
export function entitle(node, title) {
  const said = titled(title);
  Object.assign(node, { lang: said === title ? "en" : TAGS[language], textContent: said }).dataset.formula = title;
  return node;
}

// The name of a calculated value.
export function computed(node, name) {
  node.dataset.computed = name;
  const title = TITLES[name] ?? name.replace(/_/g, " ");
  const known = phrased("input", title);
  node.replaceChildren(known === title ? quoted(title) : worded(known, TAGS[language]));
}

function write(node, pieces) {
  node.replaceChildren(...pieces.map((piece) => (piece.said ? quoted(piece.said) : piece)));
}

// The words of a rule, the record or a passage.
function quoted(said) {
  return worded(said, "en");
}

function worded(said, lang) {
  return Object.assign(document.createElement("span"), { lang, textContent: said });
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
  for (const node of document.querySelectorAll("[data-code]")) tell(node, node.dataset.code, JSON.parse(node.dataset.told), JSON.parse(node.dataset.written));
  for (const node of document.querySelectorAll("[data-drugs]")) call(node, JSON.parse(node.dataset.drugs), JSON.parse(node.dataset.written));
  for (const node of document.querySelectorAll("[data-source]")) cite(node, node.dataset.source);
  for (const node of document.querySelectorAll("[data-phrase]")) phrase(node, node.dataset.kind, node.dataset.phrase);
  for (const node of document.querySelectorAll("[data-lack]")) lack(node, node.dataset.lack);
  for (const node of document.querySelectorAll("[data-computed]")) computed(node, node.dataset.computed);
  for (const node of document.querySelectorAll("[data-formula]")) entitle(node, node.dataset.formula);
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
