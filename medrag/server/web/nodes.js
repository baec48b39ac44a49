// The pieces that the page is built of. Text becomes text nodes only, never markup.

import { call, cite, computed, lack, name, phrase, say, tell } from "./words/speech.js";

const SVG = "http://www.w3.org/2000/svg";

export function element(tag, options = {}, ...children) {
  const node = Object.assign(document.createElement(tag), options);
  node.append(...children);
  return node;
}

export function drawn(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

// A word of the page that follows a change of language.
export function word(key, ...values) {
  const node = element("span");
  say(node, key, ...values);
  return node;
}

export function heading(key, ...values) {
  return element("h3", {}, word(key, ...values));
}

export function button(key, pressed) {
  const node = element("button", { type: "button", className: "quiet" });
  say(node, key);
  node.addEventListener("click", pressed);
  return node;
}

// What a check says, in the page's language.
export function judged({ code, values, written }) {
  const node = element("span");
  tell(node, code, values, written);
  return node;
}

// The drugs that a finding is about.
export function drugs({ drugs: labels, written }) {
  const node = element("span");
  call(node, labels, written);
  return node;
}

// A phrase of the knowledge ("effect", "score"), of records ("note", "problem", "dose") or of a guideline ("grade").
export function phrased(kind, said) {
  const node = element("span");
  phrase(node, kind, said);
  return node;
}

// A line of the record that may start with the name of a fact.
export function recorded(line, name = line) {
  const held = name && line.startsWith(name) ? name : "";
  return element("span", {}, ...(held ? [phrased("note", held)] : []), phrased("dose", line.slice(held.length)));
}

// What is not known of a patient.
export function lacking(line) {
  const node = element("span");
  lack(node, line);
  return node;
}

// The name of a calculated value.
export function calculation(title) {
  const node = element("span");
  computed(node, title);
  return node;
}

// Who says so.
export function cited(source) {
  const node = element("span");
  cite(node, source);
  return node;
}

// The name of a check, or of what was assessed.
export function named(check) {
  const node = element("span");
  name(node, check);
  return node;
}

// What others say: the checks in English ("en"), guidelines and clinicians in a language that is not known ("").
export function foreign(lang, said, tag = "span") {
  return element(tag, { lang }, said);
}

// Says that something went wrong; announced at once.
export function fail(place, ...message) {
  place.append(element("p", { className: "error", role: "alert" }, ...message));
}

// A list under a heading; nothing where there are no lines.
export function listed(title, lines) {
  if (!lines.length) return [];
  return [heading(title), bullets(lines)];
}

export function bullets(lines) {
  return element("ul", { className: "plain" }, ...lines.map((line) => element("li", {}, ...line)));
}

// A part that opens on demand.
export function folded(summary, ...content) {
  return element("details", {}, element("summary", {}, ...summary), ...content);
}
