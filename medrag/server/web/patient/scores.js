// Scores and equations for the patient: which to compute, its value with all inputs, or why it was refused.

import { calculate, calculators } from "../net/api.js";
import { reason } from "../net/failure.js";
import { button, element, folded, foreign, listed, phrased, word } from "../nodes.js";
import { entitle, label, titled } from "../words/speech.js";
import { input, unitOf } from "./provenance.js";

let known = null; // the calculators, asked for once

// The part of the panel; `read` gives the patient as it is now.
export function scores(read) {
  const list = element("select", {});
  label(list, "scorePick");
  const place = element("div", { className: "score", role: "status" });
  const go = button("compute", () => compute(list.value, read, place));
  const part = folded([word("scores")], element("div", { className: "actions" }, list, go), place);
  part.addEventListener("toggle", () => part.open && fill(list, place));
  return part;
}

async function fill(list, place) {
  try {
    known ??= await calculators();
  } catch (error) {
    place.replaceChildren(...reason(error));
    return;
  }
  if (list.length) return;
  const sorted = [...known].sort((one, other) => titled(one.title).localeCompare(titled(other.title)));
  list.append(...sorted.map(({ name, title }) => entitle(element("option", { value: name }), title)));
}

async function compute(name, read, place) {
  try {
    const patient = await read();
    place.replaceChildren(...(patient ? computed(await calculate(name, patient)) : [word("noPatientForScore")]));
  } catch (error) {
    place.replaceChildren(...reason(error));
  }
}

function computed(found) {
  const inputs = Object.entries(found.inputs).map(([name, given]) => [phrased("input", plain(name)), word("colon"), foreign("", input(given))]);
  return [
    ...(found.value === null ? refused(found) : [value(found)]),
    ...listed("inputs", inputs),
    ...[["population", found.population], ["formula", found.formula], ["source", found.source]].map(told),
  ];
}

function value({ title, value: number, unit, meaning }) {
  const said = `${+number.toPrecision(4)} ${unitOf(unit)}`.trim();
  const name = entitle(element("span", {}), title);
  return element("p", { className: "score-value" }, name, word("colon"), element("b", {}, said), ...(meaning ? [word("comma"), phrased("score", meaning)] : []));
}

function refused({ title, refused: reasons, between }) {
  const lines = Object.entries(reasons).map(([name, why]) => element("li", {}, phrased("input", plain(name)), word("colon"), phrased("input", why)));
  const head = element("p", {}, entitle(element("b", {}), title), word("colon"), word("notComputed"));
  const span = between ? [element("p", {}, word("between", ...between))] : [];
  return [head, element("ul", { className: "plain" }, ...lines), ...span];
}

function told([key, said]) {
  return said ? element("p", { className: "meta" }, word(key), word("colon"), phrased("score", said)) : "";
}

function plain(name) {
  return name.replace(/_/g, " ");
}
