// Why something failed, in the page's words where it has some and else in the server's.

import { Lost, TooLarge } from "./api.js";
import { word } from "../nodes.js";

const RETRY_S = 10; // where a refusal does not say
const megabytes = (bytes) => Math.round(bytes / 1e5) / 10;

// Nodes that say why.
export function reason(error) {
  if (error instanceof Lost) return [word("lost")];
  if (error instanceof TooLarge) return [word("tooLarge", megabytes(error.size), megabytes(error.limit))];
  if (error.status === 401) return [word("needsKey")];
  if (error.status === 429) return [word("tooMany", error.retryAfter ?? RETRY_S)];
  const said = error.message; // in the page's language
  if (error.code === "two_people") return [word("twoPeople"), " ", said];
  return error.status === 503 ? [word("unavailable", error.retryAfter ?? RETRY_S), " ", said] : [said];
}
