// Wires the page: two forms, two languages, one answer at a time.

import * as api from "./api.js";
import * as answer from "./answer.js";
import { current } from "./patient.js";
import { speak } from "./strings.js";

const byId = (id) => document.getElementById(id);
const [patientForm, askForm, place, progress] = ["patient", "ask", "answer", "progress"].map(byId);
let running = null;

speak();
showHealth();
setInterval(showHealth, 30000);

for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => speak(button.dataset.language));
}
patientForm.addEventListener("submit", (event) => { event.preventDefault(); showPatient(); });
patientForm.addEventListener("reset", () => byId("patient-read").replaceChildren());
askForm.addEventListener("submit", (event) => { event.preventDefault(); ask(); });
byId("question").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) askForm.requestSubmit();
});
byId("key").addEventListener("change", () => api.useKey(byId("key").value.trim()));
byId("stop").addEventListener("click", () => running?.abort());
byId("print").addEventListener("click", () => window.print());

async function showHealth() {
  const state = await api.health().then((ok) => (ok ? "healthy" : "unhealthy"), () => "unreachable");
  answer.name(byId("health"), state);
}

async function showPatient() {
  const target = byId("patient-read");
  try {
    const read = await current(patientForm);
    target.replaceChildren(...(read ? [answer.word("understood", "h3"), answer.element("pre", {}, read.summary)] : []));
    return read?.patient ?? null;
  } catch (error) {
    target.replaceChildren();
    answer.fail(target, error.message);
    throw error;
  }
}

async function ask() {
  running?.abort();
  const mine = new AbortController();
  running = mine;
  let patient = null;
  answer.begin(place, (advice, ...verdict) => api.review(advice, patient, ...verdict));
  busy(true);
  try {
    patient = await showPatient();
    let finished = false;
    for await (const event of api.ask(byId("question").value, patient, mine.signal)) {
      if (running !== mine) return;
      answer.show(place, event);
      finished = event.kind === "finished";
    }
    if (!finished) answer.fail(place, answer.word("brokenOff"));
    answer.name(progress, "done");
  } catch (error) {
    if (running !== mine) return;
    if (mine.signal.aborted) answer.name(progress, "stopped");
    else {
      answer.fail(place, answer.word("failed"), `: ${error.message}`);
      answer.name(progress, "failed");
      if (error instanceof api.KeyNeeded) askForKey();
    }
  }
  busy(false);
}

function askForKey() {
  byId("key-row").hidden = false;
  byId("key").focus();
}

function busy(on) {
  byId("stop").hidden = !on;
  byId("print").hidden = on;
  place.setAttribute("aria-busy", String(on));
  if (on) answer.name(progress, "working");
}
