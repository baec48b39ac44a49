"use strict";
// All text goes in through textContent: a sample may hold an attack, and must not run here.
const data = JSON.parse(document.getElementById("data").textContent);
const PAGE = 25;
const by = (id) => document.getElementById(id);
let shown = 0;

function make(tag, text, ...children) {
  const node = document.createElement(tag);
  if (text !== null && text !== undefined) node.textContent = text;
  node.append(...children);
  return node;
}

function withClass(node, name) { node.className = name; return node; }

function options(select, values) {
  select.replaceChildren(...values.map(([value, label]) => { const each = make("option", label); each.value = value; return each; }));
}

function task() { return data.tasks.find((each) => each.name === by("task").value); }

function fillFilters() {
  options(by("metric"), task().metrics.map((name) => [name, name]));
  options(by("group"), [["", "all"], ...task().groups.map((pair) => [JSON.stringify(pair), pair.join(": ")])]);
}

function matches(sample) {
  const metric = by("metric").value, show = by("show").value, group = by("group").value;
  const words = by("search").value.trim().toLowerCase();
  if (show === "failed" && !sample.error) return false;
  if (show === "worst" && !(sample.scores[metric] < 1)) return false;
  if (group) { const [kind, value] = JSON.parse(group); if (sample.slices[kind] !== value) return false; }
  return !words || JSON.stringify([sample.id, sample.output]).toLowerCase().includes(words);
}

function list(title, items) {
  return items.length ? [make("h4", title), make("ul", null, ...items)] : [];
}

function passage(id, spans) {
  const known = data.passages[id];
  if (!known) return make("span", id);
  const body = make("p");
  let at = 0;
  // Offsets count code points, JavaScript's strings UTF-16 units.
  const letters = Array.from(known.text);
  const cut = (from, to) => letters.slice(from, to).join("");
  for (const [start, end] of [...spans].sort((a, b) => a[0] - b[0])) {
    if (start < at) continue;
    body.append(cut(at, start), make("mark", cut(start, end)));
    at = end;
  }
  body.append(cut(at));
  return make("details", null, make("summary", `${known.title} (${id})`), body);
}

function finding(each) {
  const where = each.source ? ` (${each.source})` : "";
  const line = make("li", `${each.check}: ${each.verdict}, ${each.severity}: ${each.reason}${where}`);
  return each.verdict === "fail" ? withClass(line, "bad") : line;
}

function statement(each) {
  const item = make("li", each.text);
  for (const citation of each.citations) item.append(passage(citation.passage_id, [[citation.start, citation.end]]));
  if (each.findings.length) item.append(make("details", null, make("summary", `findings (${each.findings.length})`), make("ul", null, ...each.findings.map(finding))));
  return item;
}

function retrieved(item) { return make("li", `[${item.number}] ${item.score.toFixed(3)} `, passage(item.passage, [])); }

function criterion(each) {
  const line = make("li", `${each.points > 0 ? "+" : ""}${each.points}, ${each.met ? "met" : "not met"}: ${each.criterion} (judge: ${each.reason})`);
  return each.met === (each.points < 0) ? withClass(line, "bad") : line;
}

function advice(each) {
  const parts = [make("p", `outcome: ${each.outcome}${each.message ? ". " + each.message : ""}`)];
  parts.push(...list("Notices", each.notices.map(finding)));
  parts.push(...list("Released", each.statements.map(statement)));
  parts.push(...list("Withheld", each.withheld.map(statement)));
  parts.push(...list("Findings on the case", each.findings.map(finding)));
  parts.push(...list("Retrieved", each.evidence.map(retrieved)));
  return parts;
}

function side(output, title) {
  const parts = title ? [make("h3", title)] : [];
  if (output.patient) parts.push(make("pre", output.patient));
  if (output.options) parts.push(make("ul", null, ...Object.entries(output.options).map(([key, text]) => make("li", `${key}. ${text}`))));
  if (output.gold) parts.push(make("p", "gold: " + (typeof output.gold === "string" ? output.gold : JSON.stringify(output.gold))));
  if (output.rubric) parts.push(...list("Rubric", output.rubric.map(criterion)));
  if (output.evidence) parts.push(...list("Retrieved", output.evidence.map(retrieved)));
  if (output.advice) parts.push(...advice(output.advice));
  for (const [arm, text] of Object.entries(output.completions || {})) parts.push(make("h4", `${arm}: ${output.answers[arm] ?? "did not parse"}`), make("pre", text));
  return parts;
}

function sampleNode(sample) {
  const scores = Object.entries(sample.scores).filter(([, value]) => value !== null);
  const worst = scores.some(([name, value]) => name === by("metric").value && value < 1);
  const node = make("details", null, make("summary", null, withClass(make("span", sample.id), sample.error || worst ? "id bad" : "id"), sample.output.question || ""));
  node.addEventListener("toggle", () => {
    if (!node.open || node.children.length > 1) return;
    if (sample.error) node.append(withClass(make("p", sample.error), "bad"));
    node.append(make("p", scores.map(([name, value]) => `${name} ${value.toFixed(2)}`).join(" · ")));
    node.append(make("p", Object.entries(sample.slices).map((pair) => pair.join(": ")).join(" · ")));
    node.append(...side(sample.output, sample.output.variant ? "Base patient" : null));
    if (sample.output.variant) node.append(...side(sample.output.variant, "Changed patient"));
  });
  return node;
}

function refresh(reset) {
  const found = task().samples.filter(matches);
  if (reset) { shown = 0; by("list").replaceChildren(); }
  by("list").append(...found.slice(shown, shown + PAGE).map(sampleNode));
  shown = Math.min(found.length, shown + PAGE);
  by("count").textContent = `${shown} of ${found.length} shown`;
  by("more").hidden = shown >= found.length;
}

options(by("task"), data.tasks.map((each) => [each.name, each.name]));
by("task").addEventListener("change", () => { fillFilters(); refresh(true); });
for (const id of ["metric", "show", "group"]) by(id).addEventListener("change", () => refresh(true));
by("search").addEventListener("input", () => refresh(true));
by("filters").addEventListener("submit", (event) => event.preventDefault());
by("more").addEventListener("click", () => refresh(false));
fillFilters();
refresh(true);
