// A flow as its picture shows it: made of its YAML, and of what is known of the
// functions and actions that it uses.
import type { Catalogue } from "../model/catalogue.ts";
import { loopKinds } from "../model/kinds.ts";
import { inputsOf, outputsOf, usedBy } from "../model/ports.ts";
import { refsIn } from "../model/refs.ts";
import type { Path } from "../model/source.ts";
import { allCards, type CardNode, endsList, type FlowTree, objectOf, type TriggerNode, textOf } from "../model/tree.ts";
import { scheduleWords } from "../schedule.ts";
import type { Expression, Reference } from "./pieces.ts";

export type PictureRow = {
  name: string;
  title: string;
  /** Where it stands in the card. */
  path: Path;
  /** A value, or else a condition as text. */
  value?: Expression;
  second?: Expression;
  code?: string;
  /** Nothing stands there, and something is wanted. */
  wanted?: boolean;
  type?: string;
  /** In a run: what the card was given there, as text. */
  given?: string;
};

export type PictureLane = { key: string; label: string; path: Path; cards: PictureCard[] };

export type PictureCard = {
  id: string;
  title: string;
  kind: string;
  use: string;
  note?: string;
  /** Of a comment: what it says. */
  words?: string;
  connector?: string;
  effect?: string;
  /** Of an action: its own title, and the slot of its connection. */
  action?: string;
  slot?: string;
  path: Path;
  line: number;
  rows: PictureRow[];
  gives: { name: string; title: string; type: string }[];
  lanes: PictureLane[];
  /** Nothing after it runs. */
  ends: boolean;
};

export type PictureTrigger = {
  kind: string;
  title: string;
  rows: { name?: string; text: string; code?: boolean /** Of what the flow is given. */; input?: string }[];
};

export type PictureFlow = { trigger: PictureTrigger; cards: PictureCard[] };

/** The picture of a flow. */
export function pictureOf(tree: FlowTree, catalogue: Catalogue): PictureFlow {
  const titles = new Map([...allCards(tree.cards)].map((c) => [c.id, c.title]));
  const make = (c: CardNode): PictureCard => {
    const used = usedBy(c, tree, catalogue);
    return {
      id: c.id,
      title: c.title,
      kind: c.kind,
      use: c.kind === "comment" && c.title === used.name ? "" : used.name,
      note: textOf(c.data.note) || undefined,
      words: c.kind === "comment" ? textOf(c.data.comment).trim() || undefined : undefined,
      connector: used.connector?.id,
      effect: used.effect,
      action: used.action?.title,
      slot: used.slot,
      path: c.path,
      line: c.line,
      rows: rowsOf(c, tree, catalogue, (v) => expressionOf(v, titles)),
      gives: outputsOf(c, tree, catalogue),
      lanes: c.lanes.map((l) => ({ key: l.key, label: l.label, path: l.path, cards: l.cards.map(make) })),
      ends: endsList(c),
    };
  };
  return { trigger: triggerPicture(tree.trigger), cards: tree.cards.map(make) };
}

type Express = (v: unknown) => Expression;

function rowsOf(c: CardNode, tree: FlowTree, catalogue: Catalogue, express: Express): PictureRow[] {
  const d = c.data;
  const rows: PictureRow[] = [];
  const add = (title: string, path: Path, v: unknown, more: Partial<PictureRow> = {}) =>
    rows.push({ name: path.join("."), title, path, value: express(v), wanted: v === "" || v === undefined, ...more });
  for (const key of ["if", "unless"]) {
    if (key in d) rows.push({ name: key, title: key, path: [key], ...conditionOf(d[key], express) });
  }
  if (loopKinds.has(c.kind)) add(c.kind === "repeat" ? "times" : "list", [c.kind], d[c.kind], { type: "list" });
  if (c.kind === "reduce") add("begins with", ["memo"], d.memo);
  if (c.kind === "branch") rows.push(...caseRows(d.branch, express));
  rows.push(...withRows(c, tree, catalogue, express));
  for (const [n, v] of Object.entries(objectOf(d.return))) add(n, ["return", n], v);
  if (c.kind === "stop" || c.kind === "fail") add("reason", [c.kind], d[c.kind]);
  if (c.kind === "wait") rows.push(...waitRows(objectOf(d.wait), express));
  if (c.kind === "respond" || c.kind === "answer") {
    for (const [n, v] of Object.entries(objectOf(d[c.kind]))) add(n, [c.kind, n], v, { wanted: false });
  }
  for (const [n, v] of Object.entries(objectOf(d.out))) {
    const { then, else: other } = objectOf(v);
    rows.push({
      name: `out.${n}`,
      title: n,
      path: ["out", n],
      value: express(then ?? null),
      second: express(other ?? null),
    });
  }
  return rows;
}

function withRows(c: CardNode, tree: FlowTree, catalogue: Catalogue, express: Express): PictureRow[] {
  const given = objectOf(c.data.with);
  const { ports } = inputsOf(c, tree, catalogue);
  const rows = Object.entries(given).map(([name, v]): PictureRow => {
    const p = ports.find((x) => x.name === name);
    const wanted = p?.required && (v === "" || v === null);
    return { name, title: p?.title || name, path: ["with", name], value: express(v), type: p?.type, wanted };
  });
  const missing = ports.filter((p) => p.required && !(p.name in given) && p.default === undefined);
  return [
    ...rows,
    ...missing.map((p) => ({
      name: p.name,
      title: p.title || p.name,
      path: ["with", p.name],
      type: p.type,
      wanted: true,
    })),
  ];
}

function caseRows(branch: unknown, express: Express): PictureRow[] {
  const list = Array.isArray(branch) ? branch : [];
  return list.map((b, i) => {
    const o = objectOf(b);
    const key = "unless" in o ? "unless" : "if";
    return {
      name: `branch.${i}`,
      title: textOf(o.title) || `case ${i + 1}`,
      path: ["branch", i, key],
      ...conditionOf(o[key], express),
    };
  });
}

function waitRows(wait: Record<string, unknown>, express: Express): PictureRow[] {
  if ("until" in wait) return [{ name: "until", title: "until", path: ["wait", "until"], value: express(wait.until) }];
  const unit = textOf(wait.unit) || "seconds";
  return [{ name: "for", title: `for (${unit})`, path: ["wait", "for"], value: express(wait.for ?? "") }];
}

/** A condition: CEL, or a comparison in words. */
function conditionOf(v: unknown, express: Express): Pick<PictureRow, "value" | "code" | "wanted"> {
  if (typeof v !== "object" || v === null) {
    const code = v === undefined || v === null ? "" : String(v);
    return { code, wanted: code === "" };
  }
  const { a, is, b } = objectOf(v);
  const side = (x: unknown) => (typeof x === "string" ? x : x === undefined ? "" : JSON.stringify(x));
  return { value: express(`${side(a)} ${textOf(is) || "=="} ${side(b)}`.trim()) };
}

const heads: ReadonlySet<string> = new Set<Reference["from"]>([
  "event",
  "trigger",
  "input",
  "request",
  "row",
  "before",
  "options",
  "run",
  "context",
  "steps",
  "connections",
  "index",
  "memo",
  "error",
]);

/** Where a value comes from. */
function expressionOf(value: unknown, titles: ReadonlyMap<string, string>): Expression {
  const references: Reference[] = [];
  const visit = (v: unknown) => {
    if (typeof v === "string") {
      for (const r of refsIn(v)) {
        const [head = "", ...path] = r.path;
        const title = titles.get(head);
        const from = title !== undefined ? "card" : ((heads.has(head) ? head : "item") as Reference["from"]);
        references.push({ text: r.text, from, path, ...(title !== undefined && { card: head, title }) });
      }
    } else if (Array.isArray(v)) v.forEach(visit);
    else if (typeof v === "object" && v !== null) Object.values(v).forEach(visit);
  };
  visit(value);
  const whole = typeof value === "string" && references.length === 1 && /^\{\{[^{}]*\}\}$/.test(value);
  return {
    kind: references.length === 0 ? "literal" : whole ? "reference" : "template",
    value: value ?? null,
    references,
  };
}

const triggerTitles: Record<string, string> = {
  event: "When this happens in Okta",
  on_demand: "When somebody runs it",
  call: "When another flow calls it",
  schedule: "At set times",
  api: "When an HTTP request comes",
  delegated: "When a delegate runs it",
  row: "When rows of a table change",
  alert: "When there is an alert",
  finding: "When a check finds something",
  none: "Nothing starts it yet",
};

function triggerPicture(t: TriggerNode): PictureTrigger {
  const rows: PictureTrigger["rows"] = t.events.map((text) => ({ text, code: true }));
  if (t.where !== undefined) {
    const c = conditionOf(t.where, (v) => ({ kind: "literal", value: v, references: [] }));
    rows.push({ name: "if", text: c.code ?? String(c.value?.value ?? ""), code: true });
  }
  const own = objectOf(t.data[t.kind]);
  if (t.kind === "schedule") {
    const words = scheduleWords(textOf(own.cron), textOf(own.zone));
    rows.push({ text: words ?? [textOf(own.cron), textOf(own.zone)].filter(Boolean).join("  "), code: !words });
  }
  if (t.kind === "api") rows.push({ name: "access", text: textOf(own.access) || "token" });
  if (t.kind === "row")
    rows.push({ name: textOf(own.table) || "table", text: (Array.isArray(own.on) ? own.on : []).join(", ") });
  for (const p of t.inputs)
    rows.push({ name: p.title, text: p.type + (p.required ? ", required" : ""), input: p.name });
  return { kind: t.kind, title: triggerTitles[t.kind] ?? "", rows };
}
