// What a card takes and gives, by what it is.
import type { Catalogue, CatalogueAction, CatalogueConnector, CataloguePort, Effect } from "./catalogue.ts";
import { commentTitle, loopKinds, tableOps } from "./kinds.ts";
import { allCards, type CardNode, type FlowTree, objectOf, textOf } from "./tree.ts";

export type Used = {
  /** In words: Okta · Suspend user. */
  name: string;
  help?: string;
  /** Of the connection of an action. */
  slot?: string;
  connector?: CatalogueConnector;
  action?: CatalogueAction;
  effect?: Effect;
  /** What it uses is not in the catalogue. */
  missing?: boolean;
};

/** What a card uses. */
export function usedBy(card: CardNode, tree: FlowTree, c: Catalogue): Used {
  const use = textOf(card.data.use);
  const [head = "", tail = ""] = cut(use);
  switch (card.kind) {
    case "function": {
      const f = c.functions.get(use);
      return f ? { name: f.title, help: f.help } : { name: use || "Nothing yet", missing: c.functions.size > 0 };
    }
    case "action": {
      const ids = tree.connections.find((s) => s.name === head)?.connectors ?? [];
      const connector = c.connectors.get(ids[0] ?? "");
      const whose = ids.map((id) => c.connectors.get(id)?.title ?? id).join(" or ");
      const action = connector?.actions.find((a) => a.id === tail);
      return {
        name: [whose || head, action?.title ?? tail].join(" · "),
        help: action?.description,
        slot: head,
        connector,
        action,
        effect: action?.effect,
        missing: c.connectors.size > 0 && !action,
      };
    }
    case "table": {
      const title = tree.tables.find((t) => t.name === card.data.table)?.title;
      return { name: [tableOps[tail] ?? use, title].filter(Boolean).join(" · ") };
    }
    case "call": {
      const slug = textOf(card.data.call);
      return { name: c.helpers.get(slug)?.title ?? (slug || "No flow chosen yet") };
    }
    default:
      return { name: kindNames[card.kind] ?? "A card that does nothing yet" };
  }
}

const kindNames: Record<string, string> = {
  if: "One side or the other",
  branch: "The first that holds",
  try: "Catches what fails in it",
  each: "For each item",
  map: "A new list, item by item",
  filter: "The items that hold",
  reduce: "One value of a list",
  repeat: "So many times",
  wait: "Waits",
  return: "Ends with a result",
  respond: "Ends with an answer to the request",
  answer: "Answers the request and goes on",
  stop: "Ends the flow",
  fail: "Ends the flow as failed",
  comment: commentTitle,
};

function cut(use: string): [string, string] {
  const at = use.indexOf(".");
  return at < 0 ? [use, ""] : [use.slice(0, at), use.slice(at + 1)];
}

export type Inputs = {
  ports: CataloguePort[];
  /** Inputs of further names are taken. */
  open: boolean;
};

const port = (name: string, type: string, title: string, more: Partial<CataloguePort> = {}): CataloguePort => ({
  name,
  type,
  title,
  ...more,
});

/** The inputs that a card's `with` may have. */
export function inputsOf(card: CardNode, tree: FlowTree, c: Catalogue): Inputs {
  const use = textOf(card.data.use);
  switch (card.kind) {
    case "function": {
      const f = c.functions.get(use);
      return { ports: f?.inputs ?? [], open: f?.extensible ?? true };
    }
    case "action":
      return { ports: usedBy(card, tree, c).action?.inputs ?? [], open: false };
    case "table":
      return tableInputs(card, tree);
    case "call":
      return { ports: c.helpers.get(textOf(card.data.call))?.inputs ?? [], open: false };
    default:
      return { ports: [], open: false };
  }
}

function tableInputs(card: CardNode, tree: FlowTree): Inputs {
  const [, op] = cut(textOf(card.data.use));
  const columns = tree.tables.find((t) => t.name === card.data.table)?.columns ?? [];
  const row = port("row_id", "text", "Row", { required: true });
  switch (op) {
    case "create_row":
      return { ports: columns, open: columns.length === 0 };
    case "update_row":
      return { ports: [row, ...columns], open: columns.length === 0 };
    case "read_row":
    case "delete_row":
      return { ports: [row], open: false };
    case "search_rows":
      return {
        ports: [
          port("where", "any", "Where", { help: "Columns and values, or a list of {column, op, value}" }),
          port("sort", "text", "Sort by"),
          port("descending", "boolean", "Descending"),
          port("limit", "number", "Limit"),
          port("offset", "number", "Offset"),
        ],
        open: false,
      };
    default:
      return { ports: [], open: false };
  }
}

/** What a card gives to those after it. */
export function outputsOf(card: CardNode, tree: FlowTree, c: Catalogue): CataloguePort[] {
  switch (card.kind) {
    case "function":
      return functionOutputs(card, c);
    case "action":
      return card.lanes.length > 0
        ? [port("streamed", "number", "Records"), port("failures", "number", "Failures")]
        : actionOutputs(card, tree, c);
    case "table":
      return tableOutputs(card, tree);
    case "call":
      if (card.data.async === true) return [port("run_id", "text", "Run that it started")];
      return c.helpers.get(textOf(card.data.call))?.outputs ?? [];
    case "if":
      return [
        ...Object.keys(objectOf(card.data.out)).map((n) => port(n, "any", n)),
        port("branch", "text", "Side that ran"),
        port("holds", "boolean", "The condition holds"),
      ];
    case "branch":
      return [...returned(card, tree, c), port("branch", "any", "Case that ran")];
    case "try":
      return [...returned(card, tree, c), port("failed", "boolean", "It failed")];
    case "map":
    case "filter":
      return [port("list", "list", "List")];
    case "reduce":
      return [port("item", "any", "Result")];
    default:
      return loopKinds.has(card.kind) ? loopOutputs(card) : [];
  }
}

function loopOutputs(card: CardNode): CataloguePort[] {
  const out = [port("count", "number", "Rounds"), port("failures", "number", "Rounds that failed")];
  return "collect" in card.data ? [port("list", "list", "Collected"), ...out] : out;
}

function functionOutputs(card: CardNode, c: Catalogue): CataloguePort[] {
  const f = c.functions.get(textOf(card.data.use));
  const outs = f?.outputs ?? [];
  // control.assign gives its inputs as fields of one output.
  if (f?.extensible && outs.length === 1 && outs[0]?.type === "object" && f.id === "control.assign") {
    const names = Object.keys(objectOf(card.data.with));
    return [...outs, ...names.map((n) => port(`${outs[0]?.name}.${n}`, "any", n))];
  }
  return outs;
}

/** Those that every connector of the card's slot has. */
function actionOutputs(card: CardNode, tree: FlowTree, c: Catalogue): CataloguePort[] {
  const [head, tail] = cut(textOf(card.data.use));
  const ids = tree.connections.find((s) => s.name === head)?.connectors ?? [];
  const lists = ids.map((id) => c.connectors.get(id)?.actions.find((a) => a.id === tail)?.outputs ?? []);
  const [first = [], ...others] = lists;
  return first.filter((p) => others.every((o) => o.some((x) => x.name === p.name)));
}

function tableOutputs(card: CardNode, tree: FlowTree): CataloguePort[] {
  const [, op] = cut(textOf(card.data.use));
  const columns = tree.tables.find((t) => t.name === card.data.table)?.columns ?? [];
  switch (op) {
    case "create_row":
      return [port("row_id", "text", "Row")];
    case "read_row":
      return [port("row_id", "text", "Row"), ...columns];
    case "search_rows":
      return [
        port("rows", "list", "Rows"),
        port("first", "object", "First row"),
        port("count", "number", "Rows found"),
        port("total", "number", "Rows in all"),
      ];
    default:
      return [];
  }
}

/** The fields that the blocks of a card give: what they return, or what their only card gives. */
function returned(card: CardNode, tree: FlowTree, c: Catalogue): CataloguePort[] {
  const out = new Map<string, CataloguePort>();
  for (const { cards } of card.lanes) {
    const [only] = cards;
    const fields = returnsOf(cards);
    const own = fields.length === 0 && only && cards.length === 1 ? outputsOf(only, tree, c) : fields;
    for (const p of own) if (!out.has(p.name)) out.set(p.name, p);
  }
  return [...out.values()];
}

/** The names that the return cards of a list give, those in the sides of ifs too. */
export function returnsOf(cards: CardNode[]): CataloguePort[] {
  const names = new Set<string>();
  const visit = (list: CardNode[]) => {
    for (const c of list) {
      if (c.kind === "return") for (const n of Object.keys(objectOf(c.data.return))) names.add(n);
      if (c.kind === "if") for (const l of c.lanes) visit(l.cards);
    }
  };
  visit(cards);
  return [...names].map((n) => port(n, "any", n));
}

/** The slugs of the flows that a flow calls. */
export function callsOf(tree: FlowTree): string[] {
  const out = new Set<string>();
  for (const c of allCards(tree.cards)) if (c.kind === "call" && textOf(c.data.call)) out.add(textOf(c.data.call));
  return [...out];
}
