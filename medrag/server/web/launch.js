// The patient that a record system opened the page on (SMART App Launch); what is typed or uploaded adds to it.

import { forget, launched } from "./net/api.js";

const name = new URLSearchParams(location.search).get("launch");
let held = false;

// Whether the page was opened by a record system.
export const wasLaunched = name !== null;

// The record as a file; throws where the launch is over or is another browser's.
export async function openRecord() {
  const { patient } = await launched(name);
  held = true;
  return new File([JSON.stringify(patient)], "record.json");
}

// Lets go of it, here and on the server.
export async function closeRecord() {
  if (!held) return;
  held = false;
  history.replaceState(null, "", location.pathname);
  await forget(name);
}
