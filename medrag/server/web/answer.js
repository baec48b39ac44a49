// The answer as it arrives.

import { element, fail, foreign, heading, judged, named, word } from "./nodes.js";
import { review } from "./review.js";
import { label } from "./strings.js";

let evidence = new Map();
let judge = null;
let keeper = null;

// `keep(advice, {statement, verdict, edited, comment})` keeps a verdict.
export function begin(place, question, keep) {
  evidence = new Map();
  judge = null;
  keeper = keep;
  place.replaceChildren(element("p", { className: "asked", lang: "" }, question));
}

export function show(place, event) {
  if (event.kind === "noticed") for (const found of event.notices) notice(place, found);
  if (event.kind === "released") statements(place).append(statement(event.number, event.statement));
  if (event.kind === "finished") finish(place, event.advice);
}

// What medrag understands of the patient.
export function summary(said) {
  const lines = said.split("\n").map((line) => element("span", { className: "line" }, line, "\n"));
  const shown = element("pre", { lang: "en", tabIndex: 0, role: "region" }, ...lines);
  label(shown, "understood");
  return shown;
}

function notice(place, found) {
  fail(place, word("emergency"), word("colon"), judged(found));
  place.lastChild.className = "notice";
}

function statements(place) {
  const list = place.querySelector(".statements");
  if (list) return list;
  place.append(heading("answer"));
  return place.appendChild(element("ol", { className: "statements" }));
}

function statement(number, said) {
  const words = foreign("", said.text, "p");
  words.className = "statement";
  const item = element("li", { id: `statement-${number}` }, words, ...said.citations.map(citation));
  const grade = said.citations.map(graded).find((known) => known.length);
  if (grade) item.append(element("span", { className: "grade" }, ...grade));
  item.append(...spoken(said.findings).map(finding), review(words, said.text, number, (verdict) => judge(verdict)));
  return item;
}

function graded({ strength, grade }) {
  const known = [["strength", strength], ["evidence", grade]].filter(([, value]) => value);
  return known.flatMap(([name, value]) => [" · ", word(name), " ", foreign("", value)]);
}

function citation(cited) {
  const opener = element("button", { type: "button", className: "quiet cite" }, `[${cited.number}]`);
  label(opener, "openPassage", cited.number, cited.title);
  opener.addEventListener("click", () => open(cited));
  return opener;
}

// The passage with the cited span marked; until the answer is complete only the span itself is known.
function open(cited) {
  const passage = evidence.get(cited.number) ?? { title: cited.title, text: cited.quote, url: cited.url, page: cited.page };
  const [start, end] = evidence.has(cited.number) ? codePoints(passage.text, cited) : [0, passage.text.length];
  const dialog = document.getElementById("passage");
  const meta = [passage.section?.join(" › "), passage.organisations?.join(", "), passage.year, passage.jurisdiction];
  dialog.querySelector("#passage-title").textContent = passage.title;
  dialog.querySelector("#passage-meta").replaceChildren(foreign("", meta.filter(Boolean).join(" · ")), ...standing(passage));
  const marked = element("mark", {}, passage.text.slice(start, end));
  dialog.querySelector("#passage-text").replaceChildren(passage.text.slice(0, start), marked, passage.text.slice(end));
  dialog.querySelector("#passage-link").replaceChildren(...link(passage));
  dialog.showModal();
  marked.scrollIntoView({ block: "center" });
}

// That a passage is no longer in force.
function standing({ status }) {
  if (!status || status === "current") return [];
  const said = word(status);
  said.className = "standing";
  return [" ", said];
}

// The server counts code points; JavaScript counts UTF-16 units.
function codePoints(whole, { start, end }) {
  const points = [...whole];
  const before = points.slice(0, start).join("").length;
  return [before, before + points.slice(start, end).join("").length];
}

// The document, opened at the page; of a file without an address its name and page.
function link({ url, file, page }) {
  const place = page ? `#page=${page}` : "";
  if (!/^https?:\/\//.test(url ?? "")) return file ? [foreign("", `${file}${place}`)] : [];
  const href = url.includes("#") ? url : url + place;
  return [element("a", { href, target: "_blank", rel: "noopener noreferrer" }, word("original"), page ? ` (p. ${page})` : "")];
}

function spoken(findings) {
  return findings.filter((each) => each.verdict === "fail" && each.severity !== "information");
}

function finding(found) {
  const kind = word(found.severity === "warning" ? "warning" : "contraindicated");
  const source = element("small", {}, word("source"), word("colon"), foreign("en", found.source), ...unreviewed(found));
  return element("p", { className: "finding" }, kind, word("colon"), judged(found), " ", source);
}

// That nobody has held the fact behind a finding against its source.
function unreviewed({ reviewed }) {
  if (reviewed !== false) return [];
  const said = word("unreviewed");
  said.className = "standing";
  return [" ", said];
}

function finish(place, advice) {
  judge = (verdict) => keeper(advice, verdict);
  for (const each of place.querySelectorAll(".review button")) each.disabled = false;
  evidence = new Map(advice.evidence.map(({ number, passage }) => [number, passage]));
  const code = advice.message_code;
  if (code) place.append(element("p", { className: "message" }, judged({ code, values: {} })));
  place.append(...withheld(advice), ...aboutTheCase(advice), ...notAssessed(advice), ...problems(advice));
  place.append(...coverage(advice), ...effects(advice), ...sources(advice));
  const { id, created, provenance: made } = advice;
  const facts = [["model", made.model], ["index", made.index.slice(0, 12)], ["knowledge", made.knowledge.slice(0, 12)]];
  const shown = facts.flatMap(([key, value]) => [", ", word(key), " ", foreign("", value)]);
  const when = foreign("", `${id}, ${new Date(created).toLocaleString()}, medrag ${made.medrag}`);
  place.append(element("p", { className: "meta" }, word("answer"), " ", when, ...shown));
}

function withheld({ withheld: kept }) {
  if (!kept.length) return [];
  const items = kept.map((each) => {
    const reasons = each.findings.filter((found) => found.verdict === "fail" && found.severity === "contraindicated");
    const lines = reasons.map((found) => element("div", {}, ...checked(found), foreign("en", ` (${found.source})`), ...unreviewed(found)));
    return element("li", {}, foreign("", each.text, "q"), ...lines);
  });
  const list = element("ul", { className: "plain" }, ...items);
  return [element("div", { className: "withheld" }, heading("withheld", kept.length), list)];
}

function aboutTheCase({ findings }) {
  const shown = spoken(findings);
  return shown.length ? [heading("findings"), ...shown.map(finding)] : [];
}

function notAssessed(advice) {
  const holders = [...advice.statements, advice];
  const open = holders.flatMap((each) => each.findings).filter((found) => found.verdict === "not_assessed");
  const once = new Map(open.map((found) => [`${found.check}: ${found.reason}`, found]));
  const lines = [...once.keys()].sort().map((key) => checked(once.get(key)));
  return listed("notAssessed", advice.settling ? [...lines, [judged(advice.settling)]] : lines);
}

// What of the record could not be read or contradicts itself; first what checks lack.
function problems({ problems: found }) {
  const ordered = [...found].sort((one, other) => (other.lost.length > 0) - (one.lost.length > 0));
  return listed("problems", ordered.map(({ reason, source }) => [foreign("en", `${reason} (${source})`)]));
}

// What a check says, after the check's name.
function checked(found) {
  return [named(found.check), word("colon"), judged(found)];
}

function coverage(advice) {
  const known = advice.coverage.filter((each) => each.total);
  return listed("assessed", known.map((each) => [named(each.check), word("colon"), word("of", each.assessed, each.total)]));
}

// Effects in numbers: the risk without and with a treatment as bars, or why it is not assessed. Trials are cited in English.
function effects({ effects: known }) {
  const shown = known.map((each) => [
    foreign("en", `[${each.statement}] ${each.treatment} / ${each.comparator}: ${each.outcome}. `),
    ...(each.with_treatment ? risks(each) : [word("notAssessedHere"), foreign("en", ` (${each.not_assessed}; ${each.population}). `)]),
    foreign("en", `${each.measure} ${ends(each.relative)}. `),
    element("small", {}, word("source"), word("colon"), foreign("en", each.source), ...(each.reviewed ? [] : [" ", word("notReviewed")])),
  ]);
  return shown.length ? [...listed("effects", shown), element("p", { className: "meta" }, word("effectsLimits"))] : [];
}

function risks({ without, with_treatment: held, number_needed: needed, years, own_risk: own }) {
  const bars = [["riskWithout", without, `${without} %`], ["riskWith", held.value, `${ends(held)} %`]];
  const lines = bars.map(([key, value, said]) => {
    const bar = element("meter", { min: 0, max: 100, value, title: said });
    return element("div", {}, word(key), " ", bar, ` ${said}`);
  });
  const baseline = own ? [word("ownRisk"), foreign("en", ` ${own}. `)] : [word("trialRisk"), " "];
  return [...lines, ...(needed ? [word("needed", ends(needed)), " "] : []), word("within", years), " ", ...baseline];
}

function ends({ value, low, high }) {
  return `${value} (${low ?? "…"} – ${high ?? "∞"})`;
}

function sources(advice) {
  const cited = new Set(advice.statements.flatMap((each) => each.citations.map((one) => one.number)));
  const shown = advice.evidence.filter((item) => cited.has(item.number));
  return listed("sources", shown.map(({ number, passage }) => {
    const issuer = [passage.organisations.join("/"), passage.year].filter(Boolean).join(" ");
    const title = [[passage.title, ...passage.section].join(", "), issuer].filter(Boolean).join(". ");
    return [foreign("", `[${number}] ${title}.`), ...standing(passage), " ", ...link(passage)];
  }));
}

function listed(title, lines) {
  if (!lines.length) return [];
  const list = element("ul", { className: "plain" }, ...lines.map((line) => element("li", {}, ...line)));
  return [heading(title), list];
}
