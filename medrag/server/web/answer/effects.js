// What released treatments do in numbers: people in a field of dots, the risks, and what they stand on.

import { drawn, element, foreign, listed, phrased, word } from "../nodes.js";
import { label } from "../words/speech.js";

const PER_ROW = { 100: 20, 1000: 50 };
const STEP = 10;

// Trials are cited as they are published.
export function effects({ effects: known }) {
  if (!known.length) return [];
  const limits = element("p", { className: "meta" }, word("effectsLimits"));
  return [element("div", { className: "effects" }, ...listed("effects", known.map(effect)), limits)];
}

function effect(each) {
  const [treatment, comparator, outcome] = [each.treatment, each.comparator, each.outcome].map((said) => phrased("effect", said));
  const name = element("span", {}, `[${each.statement}] `, treatment, " / ", comparator, word("colon"), outcome, word("fullStop"));
  const relative = element("span", {}, phrased("effect", each.measure), ` ${ends(each.relative)}`, word("fullStop"));
  const checked = each.reviewed ? [] : [" ", word("notReviewed")];
  const source = element("small", {}, word("source"), word("colon"), foreign("en", each.source), ...checked);
  if (!each.with_treatment) {
    const why = [phrased("effect", each.not_assessed), "; ", phrased("effect", each.population)];
    return [name, word("notAssessedHere"), " (", ...why, ")", word("fullStop"), relative, source];
  }
  return [name, people(each), ...risks(each), relative, source];
}

// Of 100 people (of 1000 where the difference is small): a dot each, those for whom treatment changes something apart.
function people({ without, with_treatment: held, kind, years }) {
  const all = Math.abs(without - held.value) >= 1 ? 100 : 1000;
  const [before, after] = [without, held.value].map((risk) => Math.round((risk * all) / 100));
  const [both, changed] = [Math.min(before, after), Math.abs(before - after)];
  const more = after > before;
  const words = kind === "gain"
    ? ["eventReached", more ? "eventGained" : "eventAvoided", "eventNoGain"]
    : ["eventEither", more ? "eventAdded" : "eventAvoided", "eventNone"];
  const counts = [both, changed, all - both - changed];
  const kinds = ["either", more && kind !== "gain" ? "added" : "spared", "neither"];
  const key = words.map((each, at) => element("li", { className: kinds[at] }, word(each, counts[at])));
  const title = element("figcaption", {}, years === 1 ? word("peopleYear", all) : word("people", all, years));
  return element("figure", { className: "people" }, title, dots(all, counts, kinds), element("ul", {}, ...key));
}

function dots(all, counts, kinds) {
  const columns = PER_ROW[all];
  const field = drawn("svg", { viewBox: `0 0 ${columns * STEP} ${(all / columns) * STEP}`, "aria-hidden": "true" });
  const kindOf = (at) => kinds[at < counts[0] ? 0 : at < counts[0] + counts[1] ? 1 : 2];
  for (let at = 0; at < all; at += 1) {
    const [x, y] = [(at % columns) * STEP, Math.floor(at / columns) * STEP];
    field.append(drawn("rect", { x: x + 1, y: y + 1, width: STEP - 3, height: STEP - 3, rx: 2, class: kindOf(at) }));
  }
  return field;
}

function risks({ without, with_treatment: held, number_needed: needed, years, own_risk: own }) {
  const most = Math.max(without, held.high ?? held.value);
  const bars = [["riskWithout", without, `${without} %`], ["riskWith", held.value, `${ends(held)} %`]];
  const lines = bars.map(([key, value, said]) => {
    const bar = element("meter", { min: 0, max: most, value, title: said });
    label(bar, key);
    return element("div", { className: "risk" }, word(key), bar, element("span", {}, said));
  });
  const baseline = own ? [word("ownRisk"), phrased("effect", own), word("fullStop")] : [word("trialRisk"), " "];
  return [...lines, ...(needed ? [word("needed", ends(needed)), " "] : []), ...baseline];
}

function ends({ value, low, high }) {
  return `${value} (${low ?? "…"} – ${high ?? "∞"})`;
}
