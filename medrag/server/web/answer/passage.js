// The cited passages: opened in a dialog, listed as sources.

import { element, foreign, listed, phrased, word } from "../nodes.js";
import { label } from "../words/speech.js";

// The mark [n] that opens the passage; until the answer is complete only the cited span is known.
export function citation(cited, evidence) {
  const opener = element("button", { type: "button", className: "quiet cite" }, `[${cited.number}]`);
  label(opener, "openPassage", cited.number, cited.title);
  opener.addEventListener("click", () => open(cited, evidence.get(cited.number)));
  return opener;
}

// Where a statement stands, in a line: title, page, the guideline's own grading.
export function place(cited) {
  const page = cited.page ? [" · ", word("page", cited.page)] : [];
  return element("span", { className: "place" }, foreign("", cited.title), ...page, ...graded(cited), ...standing(cited));
}

function graded({ strength, grade }) {
  const known = [["strength", strength], ["evidence", grade]].filter(([, value]) => value);
  return known.flatMap(([name, value]) => [" · ", word(name), " ", phrased("grade", value)]);
}

function open(cited, whole) {
  const passage = whole ?? { title: cited.title, text: cited.quote, url: cited.url, page: cited.page, attribution: cited.credit };
  const [start, end] = whole ? codePoints(passage.text, cited) : [0, passage.text.length];
  const dialog = document.getElementById("passage");
  const meta = [passage.section?.join(" › "), passage.organisations?.join(", "), passage.year, passage.jurisdiction];
  dialog.querySelector("#passage-title").textContent = passage.title;
  dialog.querySelector("#passage-meta").replaceChildren(foreign("", meta.filter(Boolean).join(" · ")), ...standing(passage), ...credit(passage));
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

// Whom to name for the words, and their licence.
function credit({ attribution, licence }) {
  const said = [attribution, licence].filter(Boolean).join("; ");
  return said ? [" ", foreign("", `(${said})`)] : [];
}

// The document, opened at the page; of a file without an address its name and page.
function link({ url, file, page }) {
  const at = page ? `#page=${page}` : "";
  if (!/^https?:\/\//.test(url ?? "")) return file ? [foreign("", `${file}${at}`)] : [];
  const href = url.includes("#") ? url : url + at;
  const said = page ? word("originalPage", page) : word("original");
  return [element("a", { href, target: "_blank", rel: "noopener noreferrer" }, said)];
}

// The passages that the statements stand on.
export function sources(advice) {
  const cited = new Set(advice.statements.flatMap((each) => each.citations.map((one) => one.number)));
  const shown = advice.evidence.filter((item) => cited.has(item.number));
  return listed("sources", shown.map(({ number, passage }) => {
    const issuer = [passage.organisations.join("/"), passage.year].filter(Boolean).join(" ");
    const title = [[passage.title, ...passage.section].join(", "), issuer].filter(Boolean).join(". ");
    const page = passage.page ? [" ", word("page", passage.page)] : [];
    return [foreign("", `[${number}] ${title}.`), ...page, ...standing(passage), " ", ...link(passage), ...credit(passage)];
  }));
}
