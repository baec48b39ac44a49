// The patient form: what was typed, what was uploaded, and both as one patient.

import { readPatient } from "./api.js";
import { record } from "./launch.js";

const LISTS = ["allergies", "conditions", "medications"];

// The typed fields in medrag's JSON schema; null when nothing was typed.
function typed(form) {
  const patient = {};
  for (const name of ["age_years", "weight_kg"]) if (form[name].value) patient[name] = Number(form[name].value);
  if (form.sex.value) patient.sex = form.sex.value;
  if (form.pregnant.value) patient.pregnant = form.pregnant.value === "true";
  if (form.no_known_allergies.checked) patient.no_known_allergies = true;
  for (const name of LISTS) {
    const lines = form[name].value.split("\n").map((line) => line.trim()).filter(Boolean);
    if (lines.length) patient[name] = lines;
  }
  return Object.keys(patient).length ? patient : null;
}

// Everything in the form as one patient, read and merged by the server; null when the form is empty.
export async function current(form, signal) {
  const files = [...form.files.files];
  if (form.note.value.trim()) files.push(new File([form.note.value], "note.txt"));
  const own = typed(form);
  if (own) files.push(new File([JSON.stringify(own)], "form.json"));
  if (record()) files.push(new File([JSON.stringify(record())], "record.json"));
  return files.length ? readPatient(files, form.one_person.checked, signal) : null;
}
