// The patient form: its fields as an object of texts, and what they say in medrag's JSON schema.

const NUMBERS = ["age_years", "weight_kg", "height_cm"];
const CHOICES = ["sex", "pregnant"];
export const LISTS = ["allergies", "medications", "conditions"];
const TEXTS = [...NUMBERS, ...CHOICES, ...LISTS, "observations", "note", "label"];

export function empty() {
  return { ...Object.fromEntries(TEXTS.map((name) => [name, ""])), no_known_allergies: false };
}

export function taken(form) {
  const texts = TEXTS.map((name) => [name, form[name].value.trim()]);
  return { ...Object.fromEntries(texts), no_known_allergies: form.no_known_allergies.checked };
}

export function put(form, fields) {
  for (const name of TEXTS) form[name].value = fields[name];
  form.no_known_allergies.checked = fields.no_known_allergies;
}

// A record as the form shows it: what is current.
export function filled(record) {
  const texts = [...NUMBERS.map((name) => [name, rounded(record[name])]), ["sex", record.sex ?? ""]];
  texts.push(["pregnant", record.pregnant === null ? "" : String(record.pregnant)]);
  texts.push(...LISTS.map((name) => [name, record[name].filter(current).map(line).join("\n")]));
  return { ...empty(), ...Object.fromEntries(texts), no_known_allergies: record.no_known_allergies === true };
}

// What was typed over `shown`, the fields as a record filled them; null stands for a particular taken out.
export function typedOver(shown, fields) {
  const patient = {};
  const changed = (name) => fields[name] !== shown[name];
  for (const name of NUMBERS.filter(changed)) patient[name] = fields[name] ? Number(fields[name]) : null;
  if (changed("sex")) patient.sex = fields.sex || null;
  if (changed("pregnant")) patient.pregnant = fields.pregnant ? fields.pregnant === "true" : null;
  if (changed("no_known_allergies")) patient.no_known_allergies = fields.no_known_allergies || null;
  for (const name of [...LISTS, "observations"]) {
    const added = lines(fields[name]).filter((each) => !lines(shown[name]).includes(each));
    if (added.length) patient[name] = added;
  }
  return patient;
}

// The patient that the form says, on the ground of a record where one was loaded; null when it says nothing.
export function described(fields, record) {
  const typed = typedOver(record ? filled(record) : empty(), fields);
  if (!record) return Object.keys(typed).length ? typed : null;
  const { derived, missing, ...patient } = { ...record, ...typed };
  for (const name of LISTS) patient[name] = [...kept(record[name], lines(fields[name])), ...(typed[name] ?? [])];
  patient.observations = [...record.observations, ...(typed.observations ?? [])];
  const emptied = LISTS.filter((name) => record[name].some(current) && !patient[name].length);
  patient.not_recorded = [...record.not_recorded.filter((name) => !patient[name].length), ...emptied];
  if ("age_years" in typed) patient.birth_date = null; // what was typed counts
  return patient;
}

// The facts of a list whose lines still stand in the form, and those that the form does not show.
function kept(facts, shown) {
  return facts.filter((fact) => !current(fact) || shown.includes(line(fact)));
}

export function current({ status }) {
  return status === "active";
}

// A fact in a line: a drug with its dosage, an allergy with its reaction.
export function line({ display, dosage, reaction }) {
  const more = dosage ?? reaction;
  const said = more && !display.includes(more) ? (dosage ? `${display}, ${dosage}` : `${display} (${reaction})`) : display;
  return said.replace(/\s+/g, " ").trim();
}

function lines(text) {
  return text.split("\n").map((each) => each.trim()).filter(Boolean);
}

// Whole years from two on, as people say them.
function rounded(value) {
  if (value === null) return "";
  return String(value >= 2 ? Math.floor(value * 10) / 10 : Math.round(value * 100) / 100);
}
