// The steps of an answer while one waits for it; each is announced as it begins.

import { element, word } from "../nodes.js";
import { say } from "../words/speech.js";

const STEPS = ["stepRecord", "stepSearch", "stepWrite", "stepCheck"];

export function steps(progress) {
  const items = STEPS.map((key) => element("li", {}, word(key)));
  const list = element("ol", { className: "steps", hidden: true, ariaHidden: "true" }, ...items);
  const reach = (key) => {
    const at = STEPS.indexOf(key);
    items.forEach((item, place) => { item.dataset.state = place < at ? "done" : place === at ? "now" : "later"; });
    list.hidden = false;
    say(progress, key);
  };
  return { list, reach, end: () => { list.hidden = true; } };
}
