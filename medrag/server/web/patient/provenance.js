// Where a fact is from, in a line: its file and place, its code, its day; of a calculated value its formula and inputs.

import { phrased, text } from "../words/speech.js";

const FORM = /^(structured|form\.json)/;

export function origin({ source, code, system, date, formula, inputs }) {
  if (formula) return [phrased("score", formula), ...Object.entries(inputs).map(([name, given]) => `${phrased("input", name)}${text("colon")}${input(given)}`)].join("\n");
  const place = FORM.test(source) ? text("typed") : text("from", source);
  return [place, code && system ? `${system} ${code}` : "", day(date)].filter(Boolean).join(", ");
}

// An input of a calculation, with its unit and day.
export function input(given) {
  if (given === null || typeof given !== "object") return String(given);
  const words = { true: "yes", false: "no", male: "male", female: "female" };
  const value = given.value in words ? text(words[given.value]) : given.value;
  const unit = given.unit && !["1", "a"].includes(given.unit) ? unitOf(given.unit) : "";
  const place = given.source === "not recorded" ? text("notRecorded") : given.source;
  const from = place && !FORM.test(place) ? place : "";
  return [[value, unit].filter((each) => each !== "").join(" "), day(given.date), from].filter(Boolean).join(", ");
}

export function day(date) {
  return date ? String(date).slice(0, 10) : "";
}

// UCUM as people read it: {1.73_m2} is 1.73 m², {score} nothing.
export function unitOf(unit) {
  if (!unit || unit === "1" || /^\{(score|count|#)?\}$/.test(unit)) return "";
  return unit.replace(/\[|\]/g, "").replace(/[{}]/g, "").replace(/_/g, " ").replace(/m2\b/g, "m²");
}
