// Findings as chips: what was found in a word, the reason on demand.

import { cited, drugs, element, judged, named, recorded, word } from "../nodes.js";

let made = 0;

// What speaks against a statement or a plan, each thing once.
export function warnings(findings) {
  const spoken = findings.filter((each) => each.verdict === "fail" && each.severity !== "information");
  return once(spoken).map(finding);
}

// What could not be assessed of one statement, as one chip.
export function open(findings) {
  const gaps = once(findings.filter((each) => each.verdict === "not_assessed"));
  if (!gaps.length) return [];
  const lines = gaps.map((found) => element("div", {}, ...checked(found)));
  return [chip("gap", [word("chipOpen", gaps.length)], lines)];
}

// What a check says, after the check's name.
export function checked(found) {
  return [named(found.check), word("colon"), judged(found)];
}

// That nobody has held the fact behind a finding against its source.
export function unreviewed({ reviewed }) {
  if (reviewed !== false) return [];
  const said = word("unreviewed");
  said.className = "standing";
  return [" ", said];
}

// Each thing once: the record and the question may have led to it twice.
export function once(findings) {
  const known = new Map();
  for (const found of findings) {
    const key = JSON.stringify([found.check, found.code, found.values]);
    if (!known.get(key)?.patient_facts.length) known.set(key, found);
  }
  return [...known.values()];
}

function finding(found) {
  const danger = found.severity === "contraindicated";
  const about = found.drugs.length ? [" ", drugs(found)] : [];
  const kind = word(danger ? "contraindicated" : "warning");
  const facts = found.patient_facts.length ? [element("div", {}, word("because"), word("colon"), ...found.patient_facts.flatMap((each, at) => [...(at ? [word("comma")] : []), recorded(each)]))] : [];
  const source = element("small", {}, word("source"), word("colon"), cited(found.source), ...unreviewed(found));
  return chip(danger ? "danger" : "warn", [named(found.check), ...about], [element("div", {}, kind, word("colon"), judged(found)), ...facts, source]);
}

// The opener and what it opens, side by side in the document so that one follows the other.
function chip(kind, said, content) {
  const reason = element("div", { className: `reason ${kind}`, id: `reason-${(made += 1)}`, hidden: true }, ...content);
  const opener = element("button", { type: "button", className: `finding ${kind}` }, ...said);
  opener.setAttribute("aria-expanded", "false");
  opener.setAttribute("aria-controls", reason.id);
  opener.addEventListener("click", () => {
    reason.hidden = !reason.hidden;
    opener.setAttribute("aria-expanded", String(!reason.hidden));
  });
  return [opener, reason];
}

// Chips in a row, their reasons below.
export function row(chips) {
  if (!chips.length) return [];
  return [element("div", { className: "chips" }, ...chips.map(([opener]) => opener)), ...chips.map(([, reason]) => reason)];
}
