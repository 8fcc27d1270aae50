// Writes `custom-elements.json` into the package that is named, and sees that it tells of what is there: the classes are
// imported as a server does, without a DOM.

import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

import { PROPERTIES, TABLE, type Description, type Row } from "./table.js";

const folder = process.argv[2];
const entry = await import(pathToFileURL(`${folder}/dist/index.js`).href);
const wrong: string[] = [];

function compare(what: string, table: Iterable<string>, there: Iterable<string>): void {
  const [told, found] = [new Set(table), new Set(there)];
  for (const name of found) if (!told.has(name)) wrong.push(`${what}: the table lacks ${name}`);
  for (const name of told) if (!found.has(name)) wrong.push(`${what}: there is no ${name}`);
}

const names = (rows: Row[]): string[] => rows.map(({ name }) => name);
const camel = (name: string): string => name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

/** What a class and those above it have. */
function members(type: { prototype: object }): Set<string> {
  const found = new Set<string>();
  for (let at = type.prototype; at && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const name of Object.getOwnPropertyNames(at)) found.add(name);
  }
  return found;
}

for (const { tag, name, attributes, properties, methods } of TABLE) {
  const type = entry[name];
  compare(`attributes of ${tag}`, names(attributes), type.observedAttributes);
  const there = members(type);
  const missing = [...names(properties), ...names(methods)].filter((member) => !there.has(member));
  for (const member of missing) wrong.push(`${tag} has no ${member}`);
}

const theme = readFileSync("src/components/theme.css", "utf8");
compare("theme.css", names(PROPERTIES), new Set(theme.match(/--reelway-[a-z-]+(?=:)/g)));
if (wrong.length > 0) {
  console.error(wrong.join("\n"));
  process.exit(1);
}

const typed = ({ name, type = "string", text }: Row) => ({ name, description: text, type: { text: type } });
const plain = ({ name, text }: Row) => ({ name, description: text });

function declaration({ tag, name, summary, attributes, properties, methods, events, slots, parts, states }: Description) {
  const fields = [
    // Those without a property of their own are HTML's.
    ...attributes.filter((row) => row.name !== "lang" && !names(properties).includes(camel(row.name))),
    ...properties,
  ];
  return {
    kind: "class",
    customElement: true,
    name,
    tagName: tag,
    description: summary,
    superclass: { name: "HTMLElement" },
    attributes: attributes.map((row) => ({ ...typed(row), fieldName: camel(row.name) })),
    members: [
      ...fields.map((row) => ({ kind: "field", ...typed(row), name: camel(row.name) })),
      ...methods.map((row) => ({ kind: "method", ...typed(row) })),
    ],
    events: events.map(typed),
    slots: slots.map(plain),
    cssParts: parts.map(plain),
    cssStates: states.map(plain),
    cssProperties: PROPERTIES.map(plain),
  };
}

const exported = (tag: string, name: string) => [
  { kind: "js", name, declaration: { name, module: "dist/index.js" } },
  { kind: "custom-element-definition", name: tag, declaration: { name, module: "dist/index.js" } },
];
const manifest = {
  schemaVersion: "2.1.0",
  readme: "README.md",
  modules: [
    {
      kind: "javascript-module",
      path: "dist/index.js",
      declarations: TABLE.map(declaration),
      exports: TABLE.flatMap(({ tag, name }) => exported(tag, name)),
    },
  ],
};
writeFileSync(`${folder}/custom-elements.json`, `${JSON.stringify(manifest, null, 2)}\n`);
