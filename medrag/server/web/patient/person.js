// One patient on the page: files that were loaded, what was typed, and what the server makes of both.

import { readPatient } from "../net/api.js";
import { described, empty, filled, typedOver } from "./fields.js";
import { initials } from "./initials.js";

export class Person {
  fields = empty();
  files = []; // of the record
  unread = []; // chosen, and not part of the record yet
  record = null; // what the files say; the form edits it
  known = null; // {patient, summary}: the server's last reading of everything
  onePerson = false;
  #readAs = null;

  get isEmpty() {
    return !this.unread.length && !this.#parts().length;
  }

  // Everything as one patient, as the server reads it; null when there is nothing. Fills the fields from new files.
  async read(signal) {
    if (this.unread.length) await this.#load(signal);
    const parts = this.#parts();
    const asked = JSON.stringify([parts, this.onePerson]);
    if (asked !== this.#readAs) {
      this.#readAs = null;
      this.known = parts.length ? await readPatient(parts.map(file), this.onePerson, signal) : null;
      this.#readAs = asked;
    }
    return this.known?.patient ?? null;
  }

  // All files are read together again, so that it is seen that they are of one person.
  async #load(signal) {
    const files = [...this.files, ...this.unread];
    const typed = typedOver(this.record ? filled(this.record) : empty(), this.fields);
    const all = Object.keys(typed).length ? [...files, file(["form.json", JSON.stringify(typed)])] : files;
    const { patient } = await readPatient(all, this.onePerson, signal);
    Object.assign(this, { files, unread: [], record: patient });
    const { note, label } = this.fields;
    this.fields = { ...filled(patient), note, label: label || (await initials(files)) };
  }

  #parts() {
    const patient = described(this.fields, this.record);
    const note = this.fields.note.trim();
    return [...(patient ? [["form.json", JSON.stringify(patient)]] : []), ...(note ? [["note.txt", note]] : [])];
  }
}

// One that was kept: its record as it was.
export function again(patient, label) {
  const person = new Person();
  person.fields = { ...empty(), label };
  if (patient) Object.assign(person, { record: patient, fields: { ...filled(patient), label } });
  return person;
}

function file([name, text]) {
  return new File([text], name);
}
