// The server's HTTP interface: the same one that every other client uses.

import { spoken } from "../words/speech.js";

const OUTAGES = ["model_unavailable", "audit_unavailable", "storage_unavailable"];
const SILENCE_MS = 30000; // a stream under way sends a comment every few seconds

// The server said no, or sent an error in mid-stream: in its own words, with the status where it has one, and with
// emergencies that it found although it has no answer.
export class Refused extends Error {
  constructor(message, { status, code, retryAfter, notices } = {}) {
    super(message);
    Object.assign(this, { status, code, retryAfter, notices });
  }
}

// More than this service reads, in bytes.
export class TooLarge extends Error {
  constructor(size, limit) {
    super();
    Object.assign(this, { size, limit });
  }
}

// The connection broke, or nothing came for long.
export class Lost extends Error {}

let limit = Infinity;

// The API key, kept for as long as this tab is open.
export function useKey(key) {
  sessionStorage.setItem("key", key);
}

// Whether an answer can be given now; learns how much the server reads.
export async function health() {
  const response = await fetch("health");
  const state = await response.json();
  limit = state.max_body_bytes ?? limit;
  return response.ok;
}

// Files travel as base64, which makes four bytes of three.
export async function readPatient(files, onePerson, signal) {
  const size = files.reduce((sum, file) => sum + file.size, 0);
  if ((size * 4) / 3 > limit) throw new TooLarge(size, (limit * 3) / 4);
  const body = { files: await Promise.all(files.map(encoded)), one_person: onePerson };
  return (await post("v1/patient", body, signal)).json();
}

// The patient that a record system opened the page on, and its summary.
export async function launched(name) {
  return (await sent(`v1/launches/${encodeURIComponent(name)}`, {})).json();
}

// Lets the server forget it.
export async function forget(name) {
  await sent(`v1/launches/${encodeURIComponent(name)}`, { method: "DELETE" });
}

async function encoded(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = "";
  for (let at = 0; at < bytes.length; at += 32768) binary += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return { name: file.name, content: btoa(binary) };
}

// Keeps a clinician's verdict on one statement of the advice: {statement, verdict, edited, comment}.
export async function review(advice, patient, verdict) {
  await post("v1/feedback", { advice, ...(patient && { patient }), ...verdict });
}

// The scores and equations that the server knows.
export async function calculators() {
  return (await (await sent("v1/calc", {})).json()).data;
}

// One of them for a patient.
export async function calculate(name, patient) {
  return (await post("v1/calc", { name, patient })).json();
}

// Yields {kind: "noticed" | "searched" | "released" | "finished", ...} as the server releases them, with the `text` that
// each adds.
export async function* ask({ question, patient, onePerson, language }, signal) {
  const more = patient ? { patient, one_person: onePerson } : {};
  const body = { model: "medrag", stream: true, messages: [{ role: "user", content: question }], medrag: { language, steps: true, ...more } };
  const silence = new AbortController();
  let timer;
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(), SILENCE_MS);
  };
  heard();
  try {
    const response = await post("v1/chat/completions", body, AbortSignal.any([signal, silence.signal]));
    for await (const data of events(response.body, heard)) {
      if (data === "[DONE]") return;
      const chunk = JSON.parse(data);
      if (chunk.error) throw broken(chunk);
      const text = chunk.choices[0]?.delta.content ?? "";
      if (chunk.medrag) yield { kind: "finished", advice: chunk.medrag, text };
      else yield { kind: chunk.medrag_event?.type ?? "said", ...chunk.medrag_event, text };
    }
  } catch (error) {
    if (error.notices) yield { kind: "noticed", notices: error.notices };
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

// An error in mid-stream comes without the status that it would have had.
function broken({ error: { message, code }, medrag }) {
  return new Refused(message, { status: OUTAGES.includes(code) ? 503 : undefined, code, notices: medrag?.notices });
}

function post(path, body, signal) {
  return sent(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal });
}

async function sent(path, { headers = {}, ...request }) {
  const key = sessionStorage.getItem("key");
  headers["Accept-Language"] = spoken();
  if (key) headers.Authorization = `Bearer ${key}`;
  const response = await connected(fetch(path, { headers, ...request }));
  if (response.ok) return response;
  const answer = await response.json().catch(() => ({}));
  const { status } = response;
  const retryAfter = response.headers.get("Retry-After");
  const said = { status, code: answer.error?.code, retryAfter, notices: answer.medrag?.notices };
  throw new Refused(answer.error?.message ?? `HTTP ${status}`, said);
}

async function* events(stream, heard) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await connected(reader.read());
    if (done) return;
    heard();
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) if (block.startsWith("data: ")) yield block.slice(6);
  }
}

async function connected(reply) {
  try {
    return await reply;
  } catch {
    throw new Lost();
  }
}
