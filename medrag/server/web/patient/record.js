// All that is understood of a patient, list by list; where each fact is from is told by its hint.

import { calculation, element, folded, foreign, lacking, phrased, recorded, word } from "../nodes.js";
import { label } from "../words/speech.js";
import { current, line } from "./fields.js";
import { day, origin, unitOf } from "./provenance.js";

const ORDER = ["allergies", "medications", "conditions", "genotypes", "observations", "imaging", "procedures"];
const MOST = 12; // of a list, before the rest is folded

export function record(patient) {
  const lists = ORDER.filter((name) => patient[name].length).map((name) => part(name, sorted(patient[name]).map(fact)));
  const values = Object.entries(patient.derived).map(([name, value]) => calculated(name, value));
  const shown = element("div", { className: "record", tabIndex: 0, role: "region" }, ...lists);
  shown.append(...(values.length ? [part("derived", values)] : []));
  shown.append(...(patient.missing.length ? [part("missing", patient.missing.map(lacking))] : []));
  label(shown, "understood");
  return shown;
}

// What is wrong with the record, first what checks lack.
export function trouble({ problems }) {
  if (!problems.length) return [];
  const ordered = [...problems].sort((one, other) => (other.lost.length > 0) - (one.lost.length > 0));
  const lines = ordered.map(({ reason, source }) => element("li", { title: source }, phrased("problem", reason)));
  return [element("div", { className: "trouble" }, element("h3", {}, word("problems")), element("ul", { className: "plain" }, ...lines))];
}

function part(title, facts) {
  const list = (each) => element("ul", { className: "plain" }, ...each.map((one) => element("li", {}, one)));
  const rest = facts.length > MOST ? [folded([word("more", facts.length - MOST)], list(facts.slice(MOST)))] : [];
  return element("div", {}, element("h3", {}, word(title)), list(facts.slice(0, MOST)), ...rest);
}

// What is current first, the newest of it first.
function sorted(facts) {
  const newest = [...facts].sort((one, other) => String(other.date ?? "").localeCompare(String(one.date ?? "")));
  return [...newest.filter(current), ...newest.filter((each) => !current(each))];
}

function fact(given) {
  const status = current(given) ? [] : [" (", word(given.status), ")"];
  const when = given.date ? element("small", {}, ` ${day(given.date)}`) : "";
  return element("span", { className: current(given) ? "" : "past", title: origin(given) }, recorded(words(given), given.display), ...status, when);
}

function words(given) {
  if (given.gene) return [given.gene, given.diplotype, given.phenotype ?? given.lookup_key].filter(Boolean).join(" ");
  const value = given.value ?? "";
  return [line(given), value, value === "" ? "" : unitOf(given.unit), given.report].filter((each) => each || each === 0).join(" ");
}

function calculated(name, value) {
  const said = foreign("en", ` ${+value.value.toPrecision(4)} ${unitOf(value.unit)}`);
  return element("span", { title: origin(value) }, calculation(name), said);
}
