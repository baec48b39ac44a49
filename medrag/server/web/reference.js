// Every operation of openapi.json, with what it takes and gives. No library, so that the page's strict policy holds.

const NAMED = /^#\/components\/schemas\//;

function element(name, content, ...children) {
  const made = document.createElement(name);
  if (content) made.textContent = content;
  made.append(...children);
  return made;
}

// A schema as its JSON, with the schemas that it names put in once: one inside itself stays a name.
function resolved(schema, schemas, inside = []) {
  if (Array.isArray(schema)) return schema.map((each) => resolved(each, schemas, inside));
  if (schema === null || typeof schema !== "object") return schema;
  const name = schema.$ref?.replace(NAMED, "");
  if (name) return inside.includes(name) ? name : resolved(schemas[name], schemas, [...inside, name]);
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, resolved(value, schemas, inside)]));
}

function described(title, schema, schemas) {
  const details = element("details", "", element("summary", title));
  details.addEventListener("toggle", () => {
    if (details.open && details.children.length === 1) {
      details.append(element("pre", JSON.stringify(resolved(schema, schemas), null, 2)));
    }
  });
  return details;
}

function operation(method, path, given, schemas) {
  const section = element("section", "", element("h2", `${method.toUpperCase()} ${path}`));
  section.append(element("p", given.description ?? given.summary ?? ""));
  for (const parameter of given.parameters ?? []) {
    section.append(element("p", `${parameter.name} (${parameter.in}) ${parameter.description ?? ""}`));
  }
  for (const [type, { schema }] of Object.entries(given.requestBody?.content ?? {})) {
    section.append(described(`Takes ${type}`, schema, schemas));
  }
  for (const [status, response] of Object.entries(given.responses)) {
    for (const [type, { schema }] of Object.entries(response.content ?? {})) {
      section.append(described(`${status}: ${type}`, schema, schemas));
    }
  }
  return section;
}

const api = await (await fetch("openapi.json")).json();
const schemas = api.components?.schemas ?? {};
const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, each]) => operation(method, path, each, schemas)),
);
document.querySelector("#operations").append(...operations);
