// Whose record it is, for this browser alone: the initials in a FHIR file. medrag itself keeps no names.

export async function initials(files) {
  for (const file of files.filter(({ name }) => name.endsWith(".json"))) {
    const found = person(await file.text());
    if (found) return found;
  }
  return "";
}

function person(text) {
  let content;
  try {
    content = JSON.parse(text);
  } catch {
    return "";
  }
  const resources = [content, ...(content?.entry ?? []).map?.((each) => each?.resource)];
  const name = resources.find((each) => each?.resourceType === "Patient")?.name?.[0];
  const parts = [...(name?.given ?? []).slice(0, 1), name?.family].filter((each) => typeof each === "string");
  return parts.map((part) => `${[...part][0] ?? ""}.`).join(" ");
}
