// A flow as a tree: its cards, and the lanes of those that have cards in them.
import { isMap, isSeq } from "yaml";
import { commentTitle, type Kind, kindOf, loopKinds } from "./kinds.ts";
import { lineOf, type Path, type Source } from "./source.ts";

export type Data = Record<string, unknown>;

export type Lane = {
  /** then, else, do, catch, or a branch by its number. */
  key: string;
  label: string;
  path: Path;
  cards: CardNode[];
};

export type CardNode = {
  id: string;
  /** The id stands in the YAML; otherwise it is made of the card's place. */
  named: boolean;
  kind: Kind;
  title: string;
  path: Path;
  line: number;
  data: Data;
  lanes: Lane[];
};

type Slot = { name: string; title: string; connectors: string[] };
export type PortSpec = {
  name: string;
  title: string;
  type: string;
  help?: string;
  required?: boolean;
  default?: unknown;
  choices?: unknown[];
  from?: string;
};
export type TableSlot = { name: string; title: string; columns: PortSpec[] };

export type TriggerKind =
  | "event"
  | "on_demand"
  | "call"
  | "schedule"
  | "api"
  | "delegated"
  | "row"
  | "alert"
  | "finding"
  | "none";
export type TriggerNode = {
  kind: TriggerKind;
  events: string[];
  where: unknown;
  inputs: PortSpec[];
  data: Data;
};

export type FlowTree = {
  slug: string;
  title: string;
  description: string;
  connections: Slot[];
  tables: TableSlot[];
  options: PortSpec[];
  trigger: TriggerNode;
  cards: CardNode[];
};

/** Reads a document as a flow. It takes what it can, whatever is wrong: saying what is, is the server's matter. */
export function treeOf(s: Source): FlowTree {
  const top = objectOf(s.doc.toJS({ maxAliasCount: 0 }));
  const connections = Object.entries(objectOf(top.connections)).map(([name, v]): Slot => {
    const o = objectOf(v);
    return typeof v === "string"
      ? { name, title: name, connectors: [v] }
      : { name, title: textOf(o.title) || name, connectors: textsOf(o.connector) };
  });
  const tables = Object.entries(objectOf(top.tables)).map(([name, v]): TableSlot => {
    const o = objectOf(v);
    return { name, title: textOf(o.title) || name, columns: portsOf(o.columns) };
  });
  const reader = new Reader(
    s,
    connections.map((c) => c.name),
  );
  return {
    slug: textOf(top.flow),
    title: textOf(top.title) || textOf(top.flow),
    description: textOf(top.description),
    connections,
    tables,
    options: portsOf(top.options),
    trigger: triggerOf(objectOf(top.trigger)),
    cards: reader.cards(["cards"]),
  };
}

class Reader {
  private count = 0;
  constructor(
    private readonly source: Source,
    private readonly slots: string[],
  ) {}

  cards(path: Path): CardNode[] {
    const list = this.source.doc.getIn(path, true);
    if (!isSeq(list)) return [];
    const out: CardNode[] = [];
    list.items.forEach((item, i) => {
      if (isMap(item)) out.push(this.card([...path, i], objectOf(item.toJS(this.source.doc))));
    });
    return out;
  }

  private card(path: Path, data: Data): CardNode {
    this.count++;
    const id = textOf(data.id) || `card_${this.count}`;
    const kind = kindOf(data, this.slots);
    const card: CardNode = {
      id,
      named: textOf(data.id) !== "",
      kind,
      title: textOf(data.title) || (kind === "comment" ? commentTitle : id),
      path,
      line: lineOf(this.source, path),
      data,
      lanes: [],
    };
    card.lanes = this.lanes(card);
    return card;
  }

  private lanes(card: CardNode): Lane[] {
    const lane = (key: string, label: string, ...path: Path): Lane => {
      const at = [...card.path, ...path];
      return { key, label, path: at, cards: this.cards(at) };
    };
    const d = card.data;
    switch (card.kind) {
      case "if":
        return [lane("then", "then", "then"), lane("else", "else", "else")];
      case "branch": {
        const list = Array.isArray(d.branch) ? d.branch : [];
        return [
          ...list.map((b, i) => lane(`branch-${i}`, textOf(objectOf(b).title) || `case ${i + 1}`, "branch", i, "do")),
          lane("else", "else", "else"),
        ];
      }
      case "try":
        return [lane("try", "try", "try"), lane("catch", "if it fails", "catch")];
      case "repeat":
        return [lane("do", `${loopCount(d.repeat)} times`, "do")];
      case "action":
        return "stream" in d
          ? [lane("stream", `for each ${textOf(objectOf(d.stream).as) || "record"}`, "stream", "do")]
          : [];
      default:
        return loopKinds.has(card.kind) ? [lane("do", `for each ${textOf(d.as) || "item"}`, "do")] : [];
    }
  }
}

function loopCount(v: unknown): string {
  return typeof v === "number" ? String(v) : "so many";
}

const triggerKinds: TriggerKind[] = [
  "event",
  "on_demand",
  "call",
  "schedule",
  "api",
  "delegated",
  "row",
  "alert",
  "finding",
];

function triggerOf(data: Data): TriggerNode {
  const kind = triggerKinds.find((k) => k in data) ?? "none";
  return {
    kind,
    events: kind === "event" ? textsOf(data.event) : [],
    where: data.where,
    inputs: kind === "none" || kind === "event" ? [] : portsOf(objectOf(data[kind]).inputs),
    data,
  };
}

function portsOf(v: unknown): PortSpec[] {
  return Object.entries(objectOf(v)).map(([name, p]) => {
    if (typeof p === "string") return { name, title: name, type: p };
    const o = objectOf(p);
    return {
      name,
      title: textOf(o.title) || name,
      type: textOf(o.type) || "text",
      help: textOf(o.help) || undefined,
      required: o.required === true,
      default: o.default,
      choices: Array.isArray(o.choices) ? o.choices : undefined,
      from: textOf(o.from) || undefined,
    };
  });
}

export function objectOf(v: unknown): Data {
  return typeof v === "object" && v !== null && !Array.isArray(v) ? (v as Data) : {};
}

export function textOf(v: unknown): string {
  return typeof v === "string" ? v : typeof v === "number" ? String(v) : "";
}

function textsOf(v: unknown): string[] {
  return Array.isArray(v) ? v.map(textOf).filter(Boolean) : [textOf(v)].filter(Boolean);
}

/** Every card in the order of reading, those in lanes too. */
export function* allCards<C extends { lanes: { cards: C[] }[] }>(cards: C[]): Generator<C> {
  for (const c of cards) {
    yield c;
    for (const l of c.lanes) yield* allCards(l.cards);
  }
}

export function findCard(tree: FlowTree, id: string | undefined): CardNode | undefined {
  if (id === undefined) return undefined;
  for (const c of allCards(tree.cards)) if (c.id === id) return c;
  return undefined;
}

export function cardAt(tree: FlowTree, path: Path): CardNode | undefined {
  const key = JSON.stringify(path);
  for (const c of allCards(tree.cards)) if (JSON.stringify(c.path) === key) return c;
  return undefined;
}

/** The cards and lanes around a card, the outermost first. */
export function around(tree: FlowTree, card: CardNode): { card: CardNode; lane: Lane }[] {
  const out: { card: CardNode; lane: Lane }[] = [];
  const visit = (cards: CardNode[]): boolean => {
    for (const c of cards) {
      if (c === card || samePath(c.path, card.path)) return true;
      for (const lane of c.lanes) {
        out.push({ card: c, lane });
        if (visit(lane.cards)) return true;
        out.pop();
      }
    }
    return false;
  };
  visit(tree.cards);
  return out;
}

function samePath(a: Path, b: Path): boolean {
  return a.length === b.length && a.every((x, i) => x === b[i]);
}

/** Whether nothing that stands after the card in its list can run. */
export function endsList(card: CardNode): boolean {
  const unconditional = !("if" in card.data) && !("unless" in card.data);
  return ["return", "stop", "fail", "respond"].includes(card.kind) && unconditional;
}
