// The patient at a glance, always in view: what a prescriber must not overlook.

import { button, element, foreign, recorded, word } from "../nodes.js";
import { label, phrased, say } from "../words/speech.js";
import { current, line } from "./fields.js";
import { origin } from "./provenance.js";

const MOST = 5; // drugs and conditions shown; the rest is a number, and told on paper

// `person` in a banner; `edit` opens its form, and `number` tells two apart.
export function banner(person, edit, number) {
  const shown = element("section", { className: "banner" });
  label(shown, number ? "patientNumber" : "glance", number);
  const opener = button(person.known ? "editPatient" : "enter", edit);
  if (number) say(opener, "patientNumber", number);
  opener.className = "quiet edit-patient";
  shown.append(...(person.known ? facts(person, MOST) : [element("p", { className: "nobody" }, word("noPatient"))]), opener);
  return shown;
}

// All of it, without the rest left to a number: for paper.
export function whole(person) {
  return person.known ? facts(person, Infinity) : [];
}

function facts({ known: { patient }, fields }, most) {
  return [
    element("p", { className: "who" }, ...who(patient, fields.label)),
    allergies(patient),
    ...kidney(patient),
    ...pregnancy(patient),
    ...several("bannerDrugs", patient.medications, most),
    ...several("bannerConditions", patient.conditions, most),
    ...trouble(patient),
  ];
}

// Who it is in one line, for the banner, print and copies.
export function who(patient, name) {
  const age = patient.age_years;
  const old = age === null ? [] : [age < 2 ? word("months", Math.floor(age * 12)) : word("years", Math.floor(age))];
  const sex = patient.sex ? [word(patient.sex)] : [];
  const weight = patient.weight_kg === null ? [] : [foreign("", `${+patient.weight_kg.toFixed(1)} kg`)];
  const born = patient.birth_date ? [word("born", patient.birth_date)] : [];
  const said = [...(name ? [foreign("", name, "b")] : []), ...old, ...sex, ...weight, ...born];
  return said.flatMap((each, at) => (at ? [" · ", each] : [each]));
}

function allergies(patient) {
  const held = patient.allergies.filter(current);
  const none = patient.no_known_allergies === true ? "none" : "allergiesUnknown";
  const said = held.length ? held.map((fact) => chip(fact, "red")) : [word(none)];
  const kind = held.length ? "red" : none === "none" ? "calm" : "amber";
  return group("bannerAllergies", said, kind);
}

function kidney({ derived }) {
  const known = [["kidney", derived.egfr], ["clearance", derived.creatinine_clearance]].filter(([, value]) => value);
  return known.map(([key, value]) => {
    const shown = element("span", { className: "chip", title: origin(value) }, word(key), " ", foreign("", rounded(value)));
    return element("p", { className: "group" }, shown);
  });
}

function rounded({ value }) {
  return String(value >= 10 ? Math.round(value) : value);
}

function pregnancy({ pregnant, sex }) {
  if (pregnant === null || (sex === "male" && !pregnant)) return [];
  const said = word(pregnant ? "pregnant" : "notPregnant");
  said.className = pregnant ? "chip amber" : "chip";
  return [element("p", { className: "group" }, said)];
}

function several(title, facts, most) {
  const held = facts.filter(current);
  if (!held.length) return [];
  const rest = held.length > most ? [word("more", held.length - most)] : [];
  if (rest.length) rest[0].title = held.slice(most).map(line).join("\n");
  return [group(title, [...held.slice(0, most).map((fact) => chip(fact)), ...rest])];
}

// What of the record is wrong, or contradicts itself.
function trouble({ problems }) {
  if (!problems.length) return [];
  const said = problems.length === 1 ? word("problemCount") : word("problemsCount", problems.length);
  said.className = "chip amber";
  said.title = problems.map(({ reason }) => phrased("problem", reason)).join("\n");
  return [element("p", { className: "group trouble" }, said)];
}

function group(title, said, kind = "") {
  const name = word(title);
  name.className = "group-name";
  return element("p", { className: `group ${kind}` }, name, " ", ...said.flatMap((each) => [each, " "]));
}

function chip(fact, kind = "") {
  return Object.assign(recorded(line(fact), fact.display), { className: `chip ${kind}`, title: origin(fact) });
}
