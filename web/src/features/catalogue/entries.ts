import type { components } from "../../api/schema.gen.ts";

type Schemas = components["schemas"];
export type Port = Schemas["FormField"];

/** A function or an action: one thing that a card can do. */
export type Entry = {
  /** "text.compose", "slack.send_message"; a function and an action never share one. */
  id: string;
  title: string;
  help: string;
  /** A family of functions, or a connector. */
  group: { id: string; title: string; kind: "functions" | "connector"; category?: string; docs?: string };
  effect?: Schemas["Effect"];
  extensible: boolean;
  inputs: Port[];
  outputs: Port[];
  /** Cards of Okta Workflows, as their exports name them. */
  serves: string[];
};

/** The families of functions by what people call them. */
const families: Record<string, string> = {
  boolean: "True/false",
  control: "Flow control",
  crypto: "Encryption",
  csv: "CSV",
  date: "Date and time",
  file: "Files",
  http: "HTTP",
  json: "JSON",
  jwt: "JWT",
  list: "Lists",
  math: "Numbers",
  number: "Numbers",
  object: "Objects",
  text: "Text",
  url: "URLs",
  xml: "XML",
};

function familyTitle(id: string): string {
  return families[id] ?? id.charAt(0).toUpperCase() + id.slice(1);
}

/** Everything that flows can be made of: functions by family, then connectors by title. */
export function entriesOf(c: Schemas["Catalogue"]): Entry[] {
  const functions = c.functions.map((f): Entry => {
    const family = f.id.split(".")[0] ?? f.id;
    return {
      ...f,
      group: { id: `functions.${family}`, title: familyTitle(family), kind: "functions" },
    };
  });
  const actions = c.connectors.flatMap((k) =>
    k.actions.map(
      (a): Entry => ({
        ...a,
        id: `${k.id}.${a.id}`,
        help: a.description ?? "",
        extensible: false,
        group: { id: k.id, title: k.title, kind: "connector", category: k.category, docs: k.docs },
      }),
    ),
  );
  const order = (a: Entry, b: Entry) => a.group.title.localeCompare(b.group.title) || a.title.localeCompare(b.title);
  return [...functions.sort(order), ...actions.sort(order)];
}

/** The families and connectors that there are, in the order of the entries. */
export function groupsOf(all: Entry[]): Entry["group"][] {
  return [...new Map(all.map((e) => [e.group.id, e.group])).values()];
}

/** The entries with all words of a search in them; those with them in the title first. */
export function filterEntries(all: Entry[], f: { q?: string; of?: string }): Entry[] {
  const words = (f.q ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const fits = all.filter((e) => {
    if (f.of === "functions" || f.of === "connectors") {
      if ((e.group.kind === "functions") !== (f.of === "functions")) return false;
    } else if (f.of && e.group.id !== f.of) return false;
    const text = textOf(e);
    return words.every((w) => text.includes(w));
  });
  if (words.length === 0) return fits;
  const inTitle = (e: Entry) => words.every((w) => `${e.title} ${e.id}`.toLowerCase().includes(w));
  return fits.toSorted((a, b) => Number(inTitle(b)) - Number(inTitle(a)));
}

function textOf(e: Entry): string {
  const ports = [...e.inputs, ...e.outputs].map((p) => `${p.name} ${p.title}`).join(" ");
  return `${e.title} ${e.id} ${e.group.title} ${e.help} ${e.serves.join(" ")} ${ports}`.toLowerCase();
}

/** What a card says to use it: a function by its id, an action through a connection. */
export function exampleOf(e: Entry): string {
  const use = e.group.kind === "connector" ? `CONNECTION.${e.id.slice(e.group.id.length + 1)}` : e.id;
  const wanted = e.inputs.filter((p) => p.required);
  const lines = wanted.map((p) => `    ${/^[\w-]+$/.test(p.name) ? p.name : JSON.stringify(p.name)}: `);
  return [`- use: ${use}`, ...(lines.length > 0 ? ["  with:", ...lines] : [])].join("\n");
}
