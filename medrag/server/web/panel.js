// The patient's panel: the form of one case, what is understood of it, and where on the page it stands.

import { reason } from "./net/failure.js";
import { fail, foreign, word } from "./nodes.js";
import { put, taken } from "./patient/fields.js";
import { record, trouble } from "./patient/record.js";
import { scores } from "./patient/scores.js";
import { trends } from "./patient/trends.js";
import { say } from "./words/speech.js";

const NARROW = matchMedia("(max-width: 60rem)");
const byId = (id) => document.getElementById(id);

export class Panel {
  case = null;
  #reading = null;

  // `hooks`: changed(case) on any input, read(case) when the patient was read, keyed(action)
  constructor(hooks) {
    this.hooks = hooks;
    [this.form, this.section, this.drawer] = [byId("patient"), byId("patient-panel"), byId("drawer")];
    [this.read, this.progress, this.loaded] = [byId("patient-read"), byId("patient-progress"), byId("loaded")];
    this.form.addEventListener("input", () => this.#typed());
    this.form.addEventListener("change", ({ target }) => this.#changed(target));
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.refresh(true); });
    this.section.addEventListener("dragover", (event) => event.preventDefault());
    this.section.addEventListener("drop", (event) => this.#dropped(event));
    NARROW.addEventListener("change", () => this.#settle());
  }

  // Shows the form of a case.
  show(chosen) {
    this.#reading?.abort();
    this.case = chosen;
    put(this.form, chosen.person.fields);
    this.form.one_person.checked = chosen.person.onePerson;
    this.form.files.value = "";
    this.understood();
  }

  // Goes to a field; on a narrow screen in a drawer over the page.
  open(field) {
    if (NARROW.matches && !this.drawer.open) {
      this.drawer.append(this.section);
      this.drawer.showModal();
    }
    const target = this.form[field] ?? this.form.files;
    target.focus();
    target.scrollIntoView({ block: "nearest" });
  }

  // Reads the patient again, after what comes `before`. What fails is told; a key is asked for only where the reader
  // `asked` for the reading.
  async refresh(asked = false, before = async () => {}) {
    this.#reading?.abort();
    const [mine, chosen] = [new AbortController(), this.case];
    this.#reading = mine;
    say(this.progress, "reading");
    try {
      const reading = async () => { await before(); return chosen.person.read(mine.signal); };
      const patient = await (asked ? this.hooks.keyed(reading) : reading());
      if (mine.signal.aborted) return;
      if (this.case === chosen) this.understood();
      this.hooks.read(chosen);
      say(this.progress, patient ? "understood" : "nothingEntered");
    } catch (error) {
      if (mine.signal.aborted) return;
      this.progress.replaceChildren();
      this.read.replaceChildren();
      fail(this.read, word("unreadable"), word("colon"), ...reason(error));
    }
  }

  // A question is put: it reads for itself.
  giveWay() {
    this.#reading?.abort();
    this.read.querySelector("[role=alert]")?.remove();
    this.progress.replaceChildren();
  }

  // What is understood of the patient, and the form as its files filled it.
  understood() {
    const { person } = this.case;
    this.loaded.replaceChildren(...(person.files.length ? [word("loaded"), word("colon"), foreign("", person.files.map(({ name }) => name).join(", "))] : []));
    this.progress.replaceChildren();
    this.read.replaceChildren();
    if (!person.known) return;
    put(this.form, person.fields);
    const { patient } = person.known;
    const reader = scores(() => person.read());
    this.read.append(...trouble(patient), ...trends(patient), reader, record(patient));
  }

  #typed() {
    this.case.person.fields = taken(this.form);
    this.hooks.changed(this.case);
  }

  #changed({ name, files }) {
    const { person } = this.case;
    person.onePerson = this.form.one_person.checked;
    if (name === "files") person.unread = [...files];
    this.hooks.changed(this.case);
    this.refresh();
  }

  #dropped(event) {
    event.preventDefault();
    if (!event.dataTransfer.files.length) return;
    this.form.files.files = event.dataTransfer.files;
    this.#changed(this.form.files);
  }

  #settle() {
    if (this.drawer.open) this.drawer.close();
    document.querySelector("main").append(this.section);
  }
}
