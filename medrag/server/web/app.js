// Wires the page: two forms, two languages, one answer at a time.

import * as api from "./api.js";
import * as answer from "./answer.js";
import { reason } from "./failure.js";
import { closeRecord, openRecord, wasLaunched } from "./launch.js";
import { button, fail, word } from "./nodes.js";
import { current } from "./patient.js";
import { choose, say, speak } from "./strings.js";

const byId = (id) => document.getElementById(id);
const [patientForm, askForm, question, place, progress] = ["patient", "ask", "question", "answer", "progress"].map(byId);
const [read, readProgress] = ["patient-read", "patient-progress"].map(byId);
let running = null;

speak();
showHealth();
setInterval(showHealth, 30000);
if (wasLaunched) showPatient(openRecord);

for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => choose(button.dataset.language));
}
patientForm.addEventListener("submit", (event) => { event.preventDefault(); showPatient(); });
patientForm.addEventListener("reset", startOver);
askForm.addEventListener("submit", (event) => { event.preventDefault(); ask(); });
for (const each of [patientForm, question]) each.addEventListener("input", outdated);
question.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) askForm.requestSubmit();
});
byId("key").addEventListener("change", () => api.useKey(byId("key").value.trim()));
byId("stop").addEventListener("click", () => running.abort());
byId("print").addEventListener("click", () => window.print());

async function showHealth() {
  const state = await api.health().then((ok) => (ok ? "healthy" : "unhealthy"), () => "unreachable");
  say(byId("health"), state);
}

async function showPatient(before = async () => {}) {
  say(readProgress, "reading");
  try {
    await keyed(before);
    const known = await keyed(() => readForm());
    say(readProgress, known ? "understood" : "nothingEntered");
  } catch (error) {
    readProgress.replaceChildren();
    fail(read, word("unreadable"), word("colon"), ...reason(error));
  }
}

// The patient of the form, whose summary is shown; null when the form is empty.
async function readForm(signal) {
  read.replaceChildren();
  const known = await current(patientForm, signal);
  if (known) read.replaceChildren(answer.summary(known.summary));
  return known?.patient ?? null;
}

async function ask() {
  running?.abort();
  const mine = new AbortController();
  running = mine;
  let patient = null;
  let begun = false;
  answer.begin(place, question.value, (advice, verdict) => keyed(() => api.review(advice, patient, verdict)));
  readProgress.replaceChildren();
  busy(true);
  try {
    patient = await readForm(mine.signal);
    if (patient) say(readProgress, "understood");
    let finished = null;
    for await (const event of api.ask(question.value, patient, patientForm.one_person.checked, mine.signal)) {
      if (running !== mine) return;
      begun = true;
      answer.show(place, event);
      if (event.kind === "finished") finished = event.advice;
    }
    if (finished) conclude(finished);
    else failed([word("brokenOff")]);
  } catch (error) {
    if (running !== mine) return;
    if (mine.signal.aborted) say(progress, "stopped");
    else {
      const start = begun ? [word("brokenOff"), " "] : [word("failed"), word("colon")];
      failed([...start, ...reason(error)]);
      if (error.status === 401) askForKey();
    }
  }
  running = null;
  busy(false);
}

function conclude({ outcome, statements, withheld }) {
  say(progress, outcome === "withheld" ? "withheldAll" : outcome, statements.length, withheld.length);
}

// Says why and offers to ask again; what was shown stays.
function failed(message) {
  progress.replaceChildren();
  fail(place, ...message);
  place.append(button("askAgain", () => { byId("ask-button").focus(); askForm.requestSubmit(); }));
}

// What `action` gives; a refusal for want of a key asks for one.
async function keyed(action) {
  try {
    return await action();
  } catch (error) {
    if (error.status === 401) askForKey();
    throw error;
  }
}

function askForKey() {
  byId("key-row").hidden = false;
  byId("key").focus();
}

function busy(on) {
  if (!on && document.activeElement === byId("stop")) byId("ask-button").focus();
  byId("stop").hidden = !on;
  byId("print").hidden = on || !place.querySelector(".statements, .message");
  place.setAttribute("aria-busy", String(on));
  if (on) say(progress, "working");
}

// An answer must not be taken for one about another patient.
function outdated() {
  if (!running && place.querySelector(".statements")) say(progress, "changed");
}

function startOver() {
  closeRecord().catch(() => {}); // it is over on the server by itself
  running?.abort();
  running = null;
  for (const each of [read, readProgress, place, progress]) each.replaceChildren();
  busy(false);
}
