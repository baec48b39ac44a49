// The dialog of earlier answers.

import * as history from "./history.js";
import { button, element, foreign, word } from "./nodes.js";
import { say } from "./words/speech.js";

const byId = (id) => document.getElementById(id);
let reopen;

byId("keep-history").addEventListener("change", ({ target }) => { history.want(target.checked); list(); });
byId("forget").addEventListener("click", () => { history.forget(); list(); });

// `open` shows one of them again.
export function showHistory(open) {
  reopen = open;
  byId("keep-history").checked = history.wanted();
  list();
  byId("history").showModal();
}

function list() {
  const kept = history.kept();
  byId("kept").replaceChildren(...kept.map(entry));
  byId("forget").hidden = !kept.length;
  if (kept.length) byId("history-told").replaceChildren();
  else say(byId("history-told"), "historyEmpty");
}

function entry(kept) {
  const opener = button("answer", () => { byId("history").close(); reopen(kept); });
  const who = kept.label ? foreign("", kept.label) : word(kept.patient ? "patient" : "nobody");
  const when = foreign("", new Date(kept.when).toLocaleString());
  opener.className = "quiet kept";
  opener.removeAttribute("data-text");
  opener.replaceChildren(foreign("", kept.question, "b"), element("small", {}, who, " · ", when));
  return element("li", {}, opener);
}
