// What the page says, in the language chosen. What the checks say is a code and values, whose words the server sends
// (messages.js). What the guidelines and the record say comes as they say it.

import { MESSAGES } from "../messages.js";
import { EN } from "./en.js";
import { ZH } from "./zh.js";

export const STRINGS = { en: EN, zh: ZH };
const TAGS = { en: "en", zh: "zh-CN" };
const KEPT = "language";

let language = localStorage.getItem(KEPT) ?? (navigator.language.startsWith("zh") ? "zh" : "en");

// The language chosen: "en" or "zh".
export function spoken() {
  return language;
}

export function text(key, ...values) {
  return (STRINGS[language][key] ?? key).replace(/\{(\d)\}/g, (_, at) => values[at]);
}

// What a code and its values say: the language's own words as strings, those of others as {said}.
function sentence(code, values) {
  const pieces = MESSAGES[language].sentences[code].split(/\{(\w+)\}/); // every other one is a value's name
  return pieces.flatMap((piece, at) => (at % 2 ? shown(piece, values[piece]) : [piece]));
}

function shown(name, value, depth = 0) {
  const { terms, joins, named, vocabulary } = MESSAGES[language];
  if (Array.isArray(value)) {
    const join = (joins[name] ?? joins.list)[depth];
    return value.flatMap((each, at) => [...(at ? [join] : []), ...shown(name, each, depth + 1)]);
  }
  if (typeof value === "number") return [String(Number(value.toPrecision(6)))];
  if (named.includes(name)) return value.split(/( \+ )/).map((each) => vocabulary[each] ?? (each === " + " ? each : { said: each }));
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
