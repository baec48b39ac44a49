// The answer as it arrives. Text from the server becomes text nodes only, never markup.

import { text } from "./strings.js";

let evidence = new Map();
let judge = null;
let keeper = null;

export function element(tag, options = {}, ...children) {
  const node = Object.assign(document.createElement(tag), options);
  node.append(...children);
  return node;
}

// A word of the page that follows a change of language.
export function word(key, tag = "span") {
  const node = element(tag, {}, text(key));
  node.dataset.text = key;
  return node;
}

// `reviewed(advice, number, verdict, edited)` keeps a verdict.
export function begin(place, reviewed) {
  evidence = new Map();
  judge = null;
  keeper = reviewed;
  place.replaceChildren();
}

export function show(place, event) {
  if (event.kind === "noticed") place.append(...event.notices.map(notice));
  if (event.kind === "released") statements(place).append(statement(event.number, event.statement));
  if (event.kind === "finished") finish(place, event.advice);
}

export function fail(place, ...message) {
  place.append(element("p", { className: "error", role: "alert" }, ...message));
}

function notice(finding) {
  return element("p", { className: "notice", role: "alert" }, word("emergency"), `: ${finding.reason}`);
}

function statements(place) {
  return place.querySelector(".statements") ?? place.appendChild(element("ol", { className: "statements" }));
}

function statement(number, said) {
  const words = element("p", { className: "statement" }, said.text);
  const item = element("li", { id: `statement-${number}` }, words, ...said.citations.map(citation));
  const grade = said.citations.map(graded).find((known) => known.length);
  if (grade) item.append(element("span", { className: "grade" }, ...grade));
  item.append(...spoken(said.findings).map(finding), review(words, said.text, number));
  return item;
}

function graded({ strength, grade }) {
  const known = [["strength", strength], ["evidence", grade]].filter(([, value]) => value);
  return known.flatMap(([name, value]) => [" · ", word(name), ` ${value}`]);
}

function citation(cited) {
  const button = element("button", { type: "button", className: "quiet cite" }, `[${cited.number}]`);
  button.setAttribute("aria-label", `${text("openPassage")} ${cited.number}: ${cited.title}`);
  button.addEventListener("click", () => open(cited));
  return button;
}

// The passage with the cited span marked; until the answer is complete only the span itself is known.
function open(cited) {
  const passage = evidence.get(cited.number) ?? { title: cited.title, text: cited.quote, url: cited.url };
  const [start, end] = evidence.has(cited.number) ? codePoints(passage.text, cited) : [0, passage.text.length];
  const dialog = document.getElementById("passage");
  const status = passage.status && passage.status !== "current" ? text(passage.status) : "";
  const meta = [passage.section?.join(" › "), passage.organisations?.join(", "), passage.year, passage.jurisdiction, status];
  dialog.querySelector("#passage-title").textContent = passage.title;
  dialog.querySelector("#passage-meta").textContent = meta.filter(Boolean).join(" · ");
  const marked = element("mark", {}, passage.text.slice(start, end));
  dialog.querySelector("#passage-text").replaceChildren(passage.text.slice(0, start), marked, passage.text.slice(end));
  dialog.querySelector("#passage-link").replaceChildren(...link(passage.url));
  dialog.showModal();
  marked.scrollIntoView({ block: "center" });
}

// The server counts code points; JavaScript counts UTF-16 units.
function codePoints(whole, { start, end }) {
  const points = [...whole];
  const before = points.slice(0, start).join("").length;
  return [before, before + points.slice(start, end).join("").length];
}

function link(url) {
  if (!/^https?:\/\//.test(url ?? "")) return [];
  return [element("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, text("original"))];
}

function spoken(findings) {
  return findings.filter((each) => each.verdict === "fail" && each.severity !== "information");
}

function finding(found) {
  const label = word(found.severity === "warning" ? "warning" : "contraindicated");
  const source = element("small", {}, word("source"), `: ${found.source}`);
  return element("p", { className: "finding" }, label, `: ${found.reason} `, source);
}

// Accept, reject or edit a statement, once the answer is complete; the guideline's own words stay beside an edit.
function review(words, original, number) {
  const saved = element("span", { className: "saved", role: "status" });
  const buttons = ["accept", "reject"].map((verdict) => {
    const button = reviewButton(verdict, () => {
      for (const each of buttons) each.setAttribute("aria-pressed", String(each === button));
      words.dataset.verdict = `${verdict}ed`;
      keep(saved, number, verdict);
    });
    button.setAttribute("aria-pressed", "false");
    return button;
  });
  const edit = reviewButton("edit", () => editing(words, original, edit, (edited) => keep(saved, number, "edit", edited)));
  const bar = element("div", { className: "review actions", role: "group" }, ...buttons, edit, saved);
  bar.setAttribute("aria-label", `${text("review")} ${number}`);
  return bar;
}

function reviewButton(key, pressed) {
  const button = Object.assign(word(key, "button"), { type: "button", className: "quiet", disabled: true });
  button.addEventListener("click", pressed);
  return button;
}

async function keep(saved, number, verdict, edited) {
  try {
    await judge(number, verdict, edited);
    name(saved, "saved");
  } catch (error) {
    saved.removeAttribute("data-text");
    saved.textContent = `${text("notSaved")}: ${error.message}`;
  }
}

export function name(node, key) {
  node.dataset.text = key;
  node.textContent = text(key);
}

function editing(words, original, button, changed) {
  const box = words.querySelector("textarea");
  if (box) {
    const edited = box.value.trim() || original;
    words.replaceChildren(edited);
    if (edited !== original) {
      words.append(element("br"), element("small", {}, word("editedFrom"), ` ${original}`));
      changed(edited);
    }
    name(button, "edit");
    return;
  }
  const area = element("textarea", { rows: 3, value: words.firstChild.textContent });
  area.setAttribute("aria-label", text("edit"));
  words.replaceChildren(area);
  name(button, "save");
  area.focus();
}

function finish(place, advice) {
  judge = (...verdict) => keeper(advice, ...verdict);
  for (const button of place.querySelectorAll(".review button")) button.disabled = false;
  evidence = new Map(advice.evidence.map(({ number, passage }) => [number, passage]));
  if (advice.message) place.append(element("p", { className: "message" }, advice.message));
  place.append(...withheld(advice), ...aboutTheCase(advice), ...notAssessed(advice), ...coverage(advice), ...sources(advice));
  const { id, created, provenance: made } = advice;
  const facts = [["model", made.model], ["index", made.index.slice(0, 12)], ["knowledge", made.knowledge.slice(0, 12)]];
  const shown = facts.flatMap(([key, value]) => [", ", word(key), ` ${value}`]);
  const when = new Date(created).toLocaleString();
  place.append(element("p", { className: "meta" }, word("provenance"), ` ${id}, ${when}, medrag ${made.medrag}`, ...shown));
}

function withheld({ withheld: kept }) {
  if (!kept.length) return [];
  const items = kept.map((each) => {
    const reasons = each.findings.filter((found) => found.verdict === "fail" && found.severity === "contraindicated");
    const lines = reasons.map((found) => element("div", {}, `${found.check}: ${found.reason} (${found.source})`));
    return element("li", {}, element("q", {}, each.text), ...lines);
  });
  const list = element("ul", { className: "plain" }, ...items);
  return [element("div", { className: "withheld" }, element("h3", {}, word("withheld"), ` (${kept.length})`), list)];
}

function aboutTheCase({ findings }) {
  const shown = spoken(findings);
  return shown.length ? [word("findings", "h3"), ...shown.map(finding)] : [];
}

function notAssessed(advice) {
  const holders = [...advice.statements, advice];
  const open = holders.flatMap((each) => each.findings).filter((found) => found.verdict === "not_assessed");
  return listed("notAssessed", [...new Set(open.map((found) => `${found.check}: ${found.reason}`))].sort());
}

function coverage(advice) {
  const known = advice.coverage.filter((each) => each.total);
  return listed("assessed", known.map((each) => `${each.check}: ${each.assessed} ${text("of")} ${each.total}`));
}

function sources(advice) {
  const cited = new Set(advice.statements.flatMap((each) => each.citations.map((one) => one.number)));
  const shown = advice.evidence.filter((item) => cited.has(item.number));
  return listed("sources", shown.map(({ number, passage }) => {
    const issuer = [passage.organisations.join("/"), passage.year].filter(Boolean).join(" ");
    return `[${number}] ${[passage.title, ...passage.section].join(", ")}. ${issuer}`;
  }));
}

function listed(title, lines) {
  if (!lines.length) return [];
  const list = element("ul", { className: "plain" }, ...lines.map((line) => element("li", {}, line)));
  return [word(title, "h3"), list];
}
