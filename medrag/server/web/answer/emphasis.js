// A statement's words with its drugs and doses emphasised.

import { DRUGS } from "../drugs.js";
import { element } from "../nodes.js";

const NUMBER = String.raw`\d[\d.,]*(?:\s?(?:to|-|–|至)\s?\d[\d.,]*)?`;
const UNIT = String.raw`(?:mg|mcg|micrograms?|µg|μg|ng|g|mL|units?|IU|mmol|mEq|puffs?|drops?|毫克|微克|克|毫升|单位)`;
const PER = String.raw`(?:\s?\/\s?(?:kg|m2|m²|day|h|hour|min|dose)(?![\w.]))*`;
const OFTEN = String.raw`(?:\s(?:by mouth|orally|IV|intravenously|IM|SC|subcutaneously|in one dose))?(?:\s(?:once|twice|(?:three|four) times|\d times)\s(?:daily|a day|weekly|a week)|\s(?:every|each)\s\d+(?:\s?to\s?\d+)?\s?(?:h|hours)\b|\s(?:daily|weekly)\b)?`;
const DOSE = String.raw`(?<![\w.=<>])${NUMBER}\s?${UNIT}(?![A-Za-z])(?!\s?\/\s?(?:d?L|mL|min|g|mmol))${PER}(?!\s?\/\s?(?:d?L|mL|min|g|mmol))${OFTEN}`;

const DRUG = String.raw`(?<![\p{L}\d])(?:${DRUGS.map(escaped).join("|")})s?(?![\p{L}\d])`;
const WANTED = new RegExp(`(?<drug>${DRUG})|(?<dose>${DOSE})`, "giu");

// The nodes of `text`.
export function emphasised(text) {
  const nodes = [];
  let at = 0;
  for (const { 0: found, index, groups } of text.matchAll(WANTED)) {
    nodes.push(text.slice(at, index), element("b", { className: groups.drug ? "drug" : "dose" }, found));
    at = index + found.length;
  }
  return [...nodes, text.slice(at)].filter((each) => each !== "");
}

function escaped(name) {
  return name.replace(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`).replace(/[ -]/g, String.raw`[\s\-]`);
}
