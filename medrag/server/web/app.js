// Wires the page: a question, one patient or two, an answer for each.

import { Case } from "./case.js";
import { copied } from "./clipboard.js";
import { showHistory } from "./earlier.js";
import * as history from "./history.js";
import { closeRecord, openRecord, wasLaunched } from "./launch.js";
import { Lost, health, useKey } from "./net/api.js";
import { Panel } from "./panel.js";
import { again } from "./patient/person.js";
import { choose, say, speak } from "./words/speech.js";

const HEALTH_MS = 30000;
const byId = (id) => document.getElementById(id);
const [askForm, question, banners, answers] = ["ask", "question", "banners", "answers"].map(byId);
const panel = new Panel({ changed: outdated, read: showBanners, keyed });
const hooks = { edit, enter, again: () => { byId("ask-button").focus(); askForm.requestSubmit(); }, read: readForAnswer, finished, refused, keyed };
let cases = [new Case(hooks)];

speak();
panel.show(cases[0]);
arrange();
showHealth();
setInterval(showHealth, HEALTH_MS);
addEventListener("online", showHealth);
if (wasLaunched) panel.refresh(true, async () => { cases[0].person.unread = [await openRecord()]; });

for (const each of document.querySelectorAll("[data-language]")) {
  each.addEventListener("click", () => { choose(each.dataset.language); showBanners(); panel.understood(); });
}
panel.form.addEventListener("reset", (event) => { event.preventDefault(); startOver(); });
askForm.addEventListener("submit", (event) => { event.preventDefault(); ask(); });
question.addEventListener("input", outdated);
question.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) askForm.requestSubmit();
});
byId("key").addEventListener("change", () => useKey(byId("key").value.trim()));
byId("stop").addEventListener("click", () => cases.forEach((each) => each.stop()));
byId("print").addEventListener("click", () => window.print());
byId("copy").addEventListener("click", copy);
byId("compare").addEventListener("click", compare);
byId("open-history").addEventListener("click", () => showHistory(reopen));

async function showHealth() {
  const state = await health().then((ok) => (ok ? "healthy" : "unhealthy"), () => "unreachable");
  byId("health").dataset.state = state;
  say(byId("health"), state);
}

async function ask() {
  panel.giveWay();
  byId("copied").replaceChildren();
  const all = cases.map((each) => each.ask(question.value));
  busy();
  await Promise.all(all.map((each) => each.then(busy)));
}

function busy() {
  const on = cases.some((each) => each.busy);
  if (!on && document.activeElement === byId("stop")) byId("ask-button").focus();
  byId("stop").hidden = !on;
  byId("print").hidden = on || !cases.some((each) => each.hasAnswer);
  byId("copy").hidden = on || !cases.some((each) => each.answered);
}

// The patient was read for an answer: what is understood is shown too.
function readForAnswer(chosen) {
  if (panel.case === chosen) panel.understood();
  showBanners();
}

function finished(chosen) {
  const { person, answered } = chosen;
  if (!history.keep(answered, person.fields.label)) say(byId("copied"), "historyFull");
}

function refused(error) {
  if (error.status === 401) askForKey();
  if (error instanceof Lost || error.status === 503) showHealth();
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

function outdated() {
  for (const each of cases) each.compare(question.value);
}

// Opens the form of a case, at a field where one is named.
function edit(chosen) {
  enter(chosen, "label");
}

function enter(chosen, field) {
  if (panel.case !== chosen) panel.show(chosen);
  showBanners();
  panel.open(field);
}

async function copy() {
  const words = cases.filter((each) => each.answered).map((each) => each.words);
  say(byId("copied"), (await copied(words.join("\n\n---\n\n"))) ? "copied" : "notCopied");
}

// Two patients side by side, or the one whose form is open alone.
function compare() {
  if (cases.length === 1) cases = [...cases, new Case(hooks)];
  else cases = [panel.case];
  panel.show(cases.at(-1));
  arrange();
  if (cases.length > 1) panel.open("label");
}

function reopen(kept) {
  const [chosen, person] = [panel.case, again(kept.patient, kept.label)];
  question.value = kept.question;
  chosen.replay(kept, person);
  panel.show(chosen);
  panel.refresh().then(() => chosen.remember(kept.question));
  busy();
}

function startOver() {
  closeRecord().catch(() => {}); // it is over on the server by itself
  panel.giveWay();
  panel.case.clear();
  panel.show(panel.case);
  showBanners();
  busy();
}

function arrange() {
  document.body.classList.toggle("two", cases.length > 1);
  const toggle = byId("compare");
  toggle.setAttribute("aria-pressed", String(cases.length > 1));
  say(toggle, cases.length > 1 ? "compareEnd" : "compare");
  banners.replaceChildren(...cases.map((each) => each.banner));
  answers.replaceChildren(...cases.map((each) => each.column));
  showBanners();
  busy();
}

function showBanners() {
  cases.forEach((each, at) => {
    each.showBanner(cases.length > 1 ? at + 1 : 0);
    each.banner.className = each === panel.case ? "chosen" : "";
  });
}
