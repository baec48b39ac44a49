// The patient that a record system opened the page on (SMART App Launch); what is typed or uploaded adds to it.

import { forget, launched } from "./api.js";

const name = new URLSearchParams(location.search).get("launch");
let held = null;

// Whether the page was opened by a record system.
export const wasLaunched = name !== null;

// The patient of the record system; null when there is none.
export function record() {
  return held;
}

// Fetches it; throws where the launch is over or is another browser's.
export async function openRecord() {
  held = (await launched(name)).patient;
}

// Lets go of it, here and on the server.
export async function closeRecord() {
  if (!held) return;
  held = null;
  history.replaceState(null, "", location.pathname);
  await forget(name);
}
