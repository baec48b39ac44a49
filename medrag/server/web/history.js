// Answers kept in this browser, where the reader asked for it: the last of them, with their patients.

const [KEPT, WANTED] = ["history", "keep-history"];
const MOST = 20;

export function wanted() {
  return localStorage.getItem(WANTED) === "true";
}

// Turns keeping on or off; off forgets everything.
export function want(on) {
  localStorage.setItem(WANTED, String(on));
  if (!on) forget();
}

export function forget() {
  localStorage.removeItem(KEPT);
}

// [{when, question, label, patient, advice, text}], the newest first.
export function kept() {
  return JSON.parse(localStorage.getItem(KEPT) ?? "[]");
}

// Keeps one more; false where older ones had to go for want of room.
export function keep({ question, patient, advice, text }, label) {
  if (!wanted()) return true;
  let all = [{ when: advice.created, question, label, patient, advice, text }, ...kept()].slice(0, MOST);
  let whole = true;
  while (all.length) {
    try {
      localStorage.setItem(KEPT, JSON.stringify(all));
      return whole;
    } catch {
      all = all.slice(0, -1);
      whole = false;
    }
  }
  return whole;
}
