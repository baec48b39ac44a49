// Copies text, also where the page came over plain HTTP and browsers keep their clipboard from it.

import { element } from "./nodes.js";

export async function copied(words) {
  if (navigator.clipboard) {
    try {
      await navigator.clipboard.writeText(words);
      return true;
    } catch {
      // not allowed here: the old way may be
    }
  }
  const box = element("textarea", { value: words, className: "hidden" });
  document.body.append(box);
  box.select();
  const done = document.execCommand("copy");
  box.remove();
  return done;
}
