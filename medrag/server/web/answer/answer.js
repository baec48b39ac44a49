// The answer as it arrives: emergencies, statements, and what else a reader must know.

import { bullets, cited, element, folded, foreign, heading, judged, listed, named, phrased, word } from "../nodes.js";
import { checked, once, open, row, unreviewed, warnings } from "./chips.js";
import { effects } from "./effects.js";
import { emphasised } from "./emphasis.js";
import { citation, place as where, sources } from "./passage.js";
import { review } from "./review.js";

// The field of the form that settles a missing fact.
const FIELDS = {
  age: "age_years", allergies: "allergies", conditions: "conditions", medications: "medications", pregnancy: "pregnant",
  "kidney function": "observations", "liver function": "observations", "stop dates": "note", genotypes: "files",
};

export class Answer {
  #evidence = new Map();
  #advice = null;
  #keep;
  #enter;

  // `keep(advice, {statement, verdict, edited, comment})` keeps a verdict; `enter(field)` goes to a field of the form.
  constructor(place, question, keep, enter) {
    Object.assign(this, { place });
    this.#keep = keep;
    this.#enter = enter;
    place.replaceChildren(element("p", { className: "asked", lang: "" }, question));
  }

  show(event) {
    if (event.kind === "noticed") this.#notice(event.notices);
    if (event.kind === "released") this.#statements().append(this.#statement(event.number, event.statement));
    if (event.kind === "finished") this.#finish(event.advice);
  }

  // A whole advice that came earlier.
  replay(advice) {
    this.show({ kind: "noticed", notices: advice.notices });
    advice.statements.forEach((statement, at) => this.show({ kind: "released", number: at + 1, statement }));
    this.show({ kind: "finished", advice });
  }

  // One alarm for all emergencies.
  #notice(notices) {
    if (!notices.length) return;
    const said = notices.length > 1 ? [bullets(notices.map((found) => [judged(found)]))] : [judged(notices[0])];
    this.place.append(element("div", { className: "notice", role: "alert" }, element("strong", {}, word("emergency"), word("colon")), ...said));
  }

  #statements() {
    const list = this.place.querySelector(".statements");
    if (list) return list;
    this.place.append(heading("answer"));
    return this.place.appendChild(element("ol", { className: "statements" }));
  }

  #statement(number, said) {
    const words = element("p", { className: "statement", lang: "" }, ...emphasised(said.text));
    const from = said.citations.map((each) => element("span", { className: "from" }, citation(each, this.#evidence), " ", where(each)));
    const chips = row([...warnings(said.findings), ...open(said.findings)]);
    const judge = review(words, said.text, number, (verdict) => this.#keep(this.#advice, verdict));
    return element("li", {}, words, ...from, ...chips, judge);
  }

  #finish(advice) {
    this.#advice = advice;
    for (const each of this.place.querySelectorAll(".review button")) each.disabled = false;
    for (const { number, passage } of advice.evidence) this.#evidence.set(number, passage);
    this.place.append(...this.#message(advice), ...withheld(advice), ...aboutTheCase(advice), ...effects(advice));
    this.place.append(...this.#notAssessed(advice), ...problems(advice), ...coverage(advice), ...sources(advice), made(advice));
  }

  // Why nothing was released; under an emergency that alarm says it.
  #message({ message_code: code, notices, outcome }) {
    if (!code) return [];
    const alarm = this.place.querySelector(".notice");
    if (!notices.length || outcome !== "abstained") return [element("p", { className: "message" }, judged({ code, values: {} }))];
    alarm.append(element("p", {}, word("emergencyFirst")));
    return [];
  }

  #notAssessed(advice) {
    const holders = [...advice.statements, advice];
    const gaps = once(holders.flatMap((each) => each.findings).filter((found) => found.verdict === "not_assessed"));
    const said = gaps.sort((one, other) => one.check.localeCompare(other.check) || one.reason.localeCompare(other.reason));
    const settling = advice.settling ? [element("p", { className: "settling" }, judged(advice.settling), ...this.#entering(advice.settling))] : [];
    const lines = said.map(checked);
    return lines.length ? [heading("notAssessed"), ...settling, bullets(lines)] : settling;
  }

  // A button for each field that would settle something.
  #entering({ values: { facts } }) {
    const fields = [...new Set(facts.map((fact) => FIELDS[fact]).filter(Boolean))];
    return fields.flatMap((field) => {
      const opener = element("button", { type: "button", className: "quiet enter" }, word("settle"), word("colon"), word(NAMES[field] ?? field));
      opener.addEventListener("click", () => this.#enter(field));
      return [" ", opener];
    });
  }
}

const NAMES = { age_years: "age", files: "genotypes" }; // fields whose word has another name

function withheld({ withheld: kept }) {
  if (!kept.length) return [];
  const items = kept.map((each) => {
    const against = once(each.findings.filter((found) => found.verdict === "fail" && found.severity === "contraindicated"));
    const lines = against.map((found) => element("div", {}, ...checked(found), " ", element("small", {}, "(", cited(found.source), ")"), ...unreviewed(found)));
    return element("li", {}, foreign("", each.text, "q"), ...lines);
  });
  const list = element("ul", { className: "plain" }, ...items);
  return [element("div", { className: "withheld" }, heading("withheld", kept.length), list)];
}

function aboutTheCase({ findings }) {
  const chips = row(warnings(findings));
  return chips.length ? [heading("findings"), ...chips] : [];
}

// What of the record could not be read or contradicts itself; first what checks lack.
function problems({ problems: found }) {
  const ordered = [...found].sort((one, other) => (other.lost.length > 0) - (one.lost.length > 0));
  return listed("problems", ordered.map(({ reason, source }) => [phrased("problem", reason), foreign("", ` (${source})`)]));
}

function coverage(advice) {
  const known = advice.coverage.filter((each) => each.total);
  if (!known.length) return [];
  const lines = known.map((each) => [named(each.check), word("colon"), word("of", each.assessed, each.total)]);
  return [folded([word("assessed")], bullets(lines))];
}

function made({ id, created, provenance: by }) {
  const facts = [["model", by.model], ["index", by.index.slice(0, 12)], ["knowledge", by.knowledge.slice(0, 12)]];
  const shown = facts.flatMap(([key, value]) => [", ", word(key), " ", foreign("", value)]);
  const when = foreign("", `${id}, ${new Date(created).toLocaleString()}, medrag ${by.medrag}`);
  return element("p", { className: "meta" }, word("answer"), " ", when, ...shown);
}
