// A patient, the question put about them and its answer: one column of the page.

import { Answer } from "./answer/answer.js";
import { steps } from "./answer/steps.js";
import * as api from "./net/api.js";
import { reason } from "./net/failure.js";
import { button, element, fail, word } from "./nodes.js";
import { banner, whole } from "./patient/banner.js";
import { Person } from "./patient/person.js";
import { say, spoken, text } from "./words/speech.js";

export class Case {
  person = new Person();
  answered = null; // {question, patient, advice, text} once complete
  #running = null;
  #about = null; // what the answer on the page is about

  // `hooks`: edit(case), enter(case, field), again(), read(case), finished(case), refused(error), keyed(action)
  constructor(hooks) {
    this.hooks = hooks;
    this.progress = element("p", { className: "progress", role: "status" });
    this.steps = steps(this.progress);
    this.place = element("div", { className: "answer" });
    this.identity = element("div", { className: "identity" });
    this.column = element("article", { className: "case" }, this.identity, this.steps.list, this.progress, this.place);
    this.banner = element("div");
  }

  get busy() {
    return this.#running !== null;
  }

  get hasAnswer() {
    return this.place.querySelector(".statements, .message, .notice, .withheld") !== null;
  }

  showBanner(number) {
    this.banner.replaceChildren(banner(this.person, () => this.hooks.edit(this), number));
  }

  async ask(question) {
    this.stop();
    const mine = new AbortController();
    this.#running = mine;
    const asked = { question, patient: null, advice: null, text: "" };
    this.#begin(question, asked);
    try {
      await this.#listen(asked, mine);
      if (this.#running !== mine) return;
      this.#conclude(asked);
    } catch (error) {
      if (this.#running !== mine) return;
      if (mine.signal.aborted) say(this.progress, "stopped");
      else this.#failed(this.hasAnswer ? [word("brokenOff"), " "] : [word("failed"), word("colon")], error);
    }
    this.#running = null;
    this.#idle();
  }

  // Ends what is under way; what was shown stays.
  stop() {
    this.#running?.abort();
  }

  // Nothing of the last answer is left.
  clear() {
    this.stop();
    this.#running = this.#about = this.answered = null;
    this.person = new Person();
    this.place.replaceChildren();
    this.identity.replaceChildren();
    this.progress.replaceChildren();
    this.#idle();
  }

  // An answer that was kept, under the patient of then.
  replay(kept, person) {
    this.clear();
    this.person = person;
    this.#begin(kept.question, kept);
    this.answer.replay(kept.advice);
    this.answered = kept;
    say(this.progress, "fromHistory", new Date(kept.when).toLocaleString());
    this.#idle();
  }

  // An answer must not be taken for one about another patient, or to another question.
  compare(question) {
    if (this.busy || !this.#about || !this.hasAnswer) return;
    const stale = this.#signature(question) !== this.#about;
    if (stale === this.column.classList.contains("stale")) return;
    this.column.classList.toggle("stale", stale);
    if (stale) this.progress.replaceChildren(word("changed"), " ", button("askAgain", this.hooks.again));
    else if (this.answered) this.#outcome(this.answered);
    else this.progress.replaceChildren();
  }

  // What the answer on the page is about, once the patient was read.
  remember(question) {
    this.#about = this.#signature(question);
    this.identity.replaceChildren(...whole(this.person));
  }

  #signature(question) {
    const { fields, files, onePerson } = this.person;
    return JSON.stringify([question.trim(), fields, files.length, onePerson]);
  }

  #begin(question, asked) {
    this.answered = null;
    this.column.classList.remove("stale");
    this.identity.replaceChildren();
    const keep = (advice, verdict) => this.hooks.keyed(() => api.review(advice, asked.patient, verdict));
    this.answer = new Answer(this.place, question, keep, (field) => this.hooks.enter(this, field));
    this.progress.classList.add("hidden");
    this.place.setAttribute("aria-busy", "true");
  }

  async #listen(asked, { signal }) {
    const { person } = this;
    const { question } = asked;
    if (!person.isEmpty) this.steps.reach("stepRecord");
    asked.patient = await person.read(signal);
    this.hooks.read(this);
    this.remember(question);
    this.steps.reach("stepSearch");
    const sent = { question, patient: asked.patient, onePerson: person.onePerson, language: spoken() };
    for await (const event of api.ask(sent, signal)) {
      if (event.kind === "searched") {
        this.steps.reach("stepWrite");
        continue;
      }
      asked.text += event.text ?? "";
      if (event.kind === "released") this.steps.reach("stepCheck");
      this.answer.show(event);
      if (event.kind === "finished") asked.advice = event.advice;
    }
  }

  #conclude(asked) {
    if (!asked.advice) {
      this.#failed([word("brokenOff")]);
      return;
    }
    this.answered = asked;
    this.#outcome(asked);
    this.hooks.finished(this);
  }

  #outcome({ advice: { outcome, statements, withheld } }) {
    say(this.progress, outcome === "withheld" ? "withheldAll" : outcome, statements.length, withheld.length);
  }

  // Says why and offers to ask again; what was shown stays.
  #failed(start, error) {
    this.progress.replaceChildren();
    fail(this.place, ...start, ...(error ? reason(error) : []));
    this.place.append(button("askAgain", this.hooks.again));
    if (error) this.hooks.refused(error);
  }

  #idle() {
    this.steps.end();
    this.progress.classList.remove("hidden");
    this.place.setAttribute("aria-busy", "false");
  }

  // The answer in words, with who it is for.
  get words() {
    const who = this.answered.patient ? [text("for", this.identity.textContent.replace(/\s+/g, " ").trim())] : [];
    return [...who, this.answered.question, this.answered.text].join("\n\n");
  }
}
