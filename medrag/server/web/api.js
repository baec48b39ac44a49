// The server's HTTP interface: the same one that every other client uses.

export class Refused extends Error {}
export class KeyNeeded extends Refused {}

// The API key, kept for as long as this tab is open.
export function useKey(key) {
  sessionStorage.setItem("key", key);
}

export async function health() {
  return (await fetch("health")).ok;
}

export async function readPatient(files) {
  return (await post("v1/patient", { files })).json();
}

// Keeps a clinician's verdict on one statement of the advice.
export async function review(advice, patient, statement, verdict, edited) {
  await post("v1/feedback", { advice, ...(patient && { patient }), statement, verdict, ...(edited && { edited }) });
}

// Yields {kind: "noticed" | "released" | "finished", ...} as the server releases them.
export async function* ask(question, patient, signal) {
  const body = { model: "medrag", stream: true, messages: [{ role: "user", content: question }] };
  if (patient) body.medrag = { patient };
  const response = await post("v1/chat/completions", body, signal);
  for await (const data of events(response.body)) {
    if (data === "[DONE]") return;
    const chunk = JSON.parse(data);
    if (chunk.error) throw new Refused(chunk.error.message);
    if (chunk.medrag) yield { kind: "finished", advice: chunk.medrag };
    else if (chunk.medrag_event) yield { kind: chunk.medrag_event.type, ...chunk.medrag_event };
  }
}

async function post(path, body, signal) {
  const headers = { "Content-Type": "application/json" };
  const key = sessionStorage.getItem("key");
  if (key) headers.Authorization = `Bearer ${key}`;
  const response = await fetch(path, { method: "POST", headers, body: JSON.stringify(body), signal });
  if (response.ok) return response;
  const answer = await response.json().catch(() => ({}));
  const kind = response.status === 401 ? KeyNeeded : Refused;
  throw new kind(answer.error?.message ?? `HTTP ${response.status}`);
}

async function* events(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) if (block.startsWith("data: ")) yield block.slice(6);
  }
}
