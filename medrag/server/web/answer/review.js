// Accept, reject (with a reason) or edit a statement, once the answer is complete.

import { reason } from "../net/failure.js";
import { button, element, foreign, word } from "../nodes.js";
import { label, say } from "../words/speech.js";

// The controls under a statement shown in `words`. `keep({statement, verdict, edited, comment})` keeps a verdict.
export function review(words, original, number, keep) {
  const saved = element("span", { className: "saved", role: "status" });
  const why = element("div", { className: "why", hidden: true });
  const decide = async (verdict, more = {}) => {
    if (!(await kept(saved, keep, { statement: number, verdict, ...more }))) return false;
    words.dataset.verdict = verdict;
    for (const [name, each] of Object.entries(pressed)) each.setAttribute("aria-pressed", String(name === verdict));
    why.hidden = verdict !== "reject";
    return true;
  };
  const pressed = { accept: button("accept", () => decide("accept")), reject: button("reject", () => decide("reject")) };
  for (const each of Object.values(pressed)) each.setAttribute("aria-pressed", "false");
  const edit = button("edit", () => editing(words, original, edit, (edited) => decide("edit", { edited })));
  why.append(...asked((comment) => decide("reject", { comment })));
  const bar = element("div", { className: "actions", role: "group" }, pressed.accept, pressed.reject, edit, saved);
  label(bar, "review", number);
  for (const each of bar.querySelectorAll("button")) each.disabled = true;
  return element("div", { className: "review" }, bar, why);
}

async function kept(saved, keep, verdict) {
  try {
    await keep(verdict);
  } catch (error) {
    saved.replaceChildren(word("notSaved"), word("colon"), ...reason(error));
    return false;
  }
  saved.replaceChildren(word("saved"));
  return true;
}

// Where the reason for a rejection goes.
function asked(given) {
  const box = element("textarea", { rows: 2, maxLength: 4000 });
  const keep = button("keepComment", () => box.value.trim() && given(box.value.trim()));
  return [element("label", {}, word("comment"), box), keep];
}

// Opens the statement for editing, or closes it; the guideline's own words stay beside an edit. Escape leaves it as it was.
function editing(words, original, toggle, changed) {
  const box = words.querySelector("textarea");
  if (box) close(words, original, toggle, box.value.trim() || original, changed);
  else open(words, original, toggle);
}

function open(words, original, toggle) {
  const before = [...words.childNodes];
  const area = element("textarea", { rows: 3, maxLength: 4000, value: words.dataset.edited ?? original });
  label(area, "edit");
  area.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    words.replaceChildren(...before);
    say(toggle, "edit");
    toggle.focus();
  });
  words.replaceChildren(area);
  say(toggle, "save");
  area.focus();
}

async function close(words, original, toggle, edited, changed) {
  if (edited !== original && !(await changed(edited))) return;
  words.dataset.edited = edited;
  words.replaceChildren(edited);
  if (edited !== original) {
    words.append(element("small", {}, word("editedFrom"), word("colon"), foreign("", original)));
  }
  say(toggle, "edit");
}
