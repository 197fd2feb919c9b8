// What can be put into a flow.
import { isMap } from "yaml";
import type { Catalogue, CatalogueAction, CatalogueConnector, CatalogueFunction } from "./catalogue.ts";
import { freeId, idsOf, insertCard, type Place, setIn } from "./edit.ts";
import { type Logic, logic, tableOps } from "./kinds.ts";
import type { Path, Source } from "./source.ts";
import { type FlowTree, treeOf } from "./tree.ts";

export type Item = {
  /** "use:text.compose", "action:okta.get_user", "table:create_row", "card:if". */
  key: string;
  title: string;
  detail: string;
  /** Words by which it is found beside these. */
  words: string;
  group: string;
  kind: string;
  connector?: string;
  effect?: string;
};

/** Everything that there is: steering, what is connected, tables, functions, and then the other connectors. */
export function itemsOf(c: Catalogue, connected: ReadonlySet<string>): Item[] {
  const connectors = [...c.connectors.values()].toSorted((a, b) => a.title.localeCompare(b.title));
  const actions = (there: boolean) =>
    connectors
      .filter((con) => connected.has(con.id) === there)
      .flatMap((con) => con.actions.map((a) => actionItem(con, a)));
  const tables = Object.entries(tableOps).map(
    ([op, title]): Item => ({
      key: `table:${op}`,
      title,
      detail: `table.${op}`,
      words: "table rows",
      group: "Tables",
      kind: "table",
    }),
  );
  return [
    ...logic.map(logicItem),
    ...actions(true),
    ...tables,
    ...[...c.functions.values()].map(functionItem),
    ...actions(false),
  ];
}

const logicItem = (l: Logic): Item => ({
  key: `card:${l.kind}`,
  title: l.title,
  detail: l.help,
  words: l.kind,
  group: "Steering",
  kind: l.kind,
});

const actionItem = (con: CatalogueConnector, a: CatalogueAction): Item => ({
  key: `action:${con.id}.${a.id}`,
  title: a.title,
  detail: con.title,
  words: `${con.id}.${a.id} ${a.description ?? ""}`,
  group: con.title,
  kind: "action",
  connector: con.id,
  effect: a.effect,
});

const functionItem = (f: CatalogueFunction): Item => ({
  key: `use:${f.id}`,
  title: f.title,
  detail: f.id,
  words: f.help,
  group: `Functions: ${f.id.split(".")[0]}`,
  kind: "function",
});

/** Puts an item into a flow as a new card, and returns its path. What it needs of slots is made with it. */
export function insertItem(s: Source, at: Place, item: Item): Path {
  const tree = treeOf(s);
  const cut = item.key.indexOf(":");
  const name = item.key.slice(cut + 1);
  const steers = item.key.startsWith("card:") ? logic.find((l) => l.kind === name) : undefined;
  const id = freeId(steers?.id ?? item.title, idsOf(tree));
  const named = { id, title: item.title };
  switch (item.key.slice(0, cut)) {
    case "use":
      return insertCard(s.doc, at, { ...named, use: name });
    case "table":
      return insertCard(s.doc, at, {
        ...named,
        use: `table.${name}`,
        ...(tree.tables[0] && { table: tree.tables[0].name }),
      });
    case "action": {
      const dot = name.indexOf(".");
      const slot = slotFor(s, tree, name.slice(0, dot));
      return insertCard(s.doc, at, { ...named, use: `${slot}.${name.slice(dot + 1)}` });
    }
    default: {
      const make = steers?.make() ?? {};
      return insertCard(s.doc, at, name === "comment" ? make : { ...named, ...make });
    }
  }
}

/** The slot for a connector; a new one where the flow has none. */
function slotFor(s: Source, tree: FlowTree, connector: string): string {
  const there = tree.connections.find((x) => x.connectors.includes(connector));
  if (there) return there.name;
  const name = freeId(connector, new Set([...tree.connections.map((x) => x.name), "table"]));
  setTop(s, ["connections", name], connector);
  return name;
}

/** The order in which the keys of a flow are written. */
const topOrder = [
  "flow",
  "title",
  "description",
  "save_data",
  "priority",
  "timeout",
  "concurrency",
  "loose",
  "connections",
  "tables",
  "options",
  "trigger",
  "cards",
  "result",
];

/** Sets a value at the top of a flow, its key where it is written usually. */
export function setTop(s: Source, path: Path, value: unknown) {
  const top = s.doc.contents;
  const key = String(path[0]);
  const there = s.doc.has(key);
  setIn(s.doc, [], path, value);
  if (there || !isMap(top)) return;
  const rank = topOrder.indexOf(key);
  const last = top.items.at(-1);
  const before = top.items.findIndex((p) => topOrder.indexOf(String(p.key)) > rank);
  if (!last || String(last.key) !== key || rank < 0 || before < 0) return;
  top.items.pop();
  top.items.splice(before, 0, last);
}
