// What cards there are, beside functions and actions, and the keys that each has.

export type Kind =
  | "function"
  | "action"
  | "table"
  | "if"
  | "branch"
  | "try"
  | "each"
  | "map"
  | "filter"
  | "reduce"
  | "repeat"
  | "call"
  | "wait"
  | "return"
  | "respond"
  | "answer"
  | "stop"
  | "fail"
  | "comment"
  | "unknown";

/** The key that tells what a card is, in the order in which they are looked for. */
const marks: [key: string, kind: Kind][] = [
  ["use", "function"],
  ["then", "if"],
  ["branch", "branch"],
  ["try", "try"],
  ["each", "each"],
  ["map", "map"],
  ["filter", "filter"],
  ["reduce", "reduce"],
  ["repeat", "repeat"],
  ["call", "call"],
  ["wait", "wait"],
  ["return", "return"],
  ["respond", "respond"],
  ["answer", "answer"],
  ["stop", "stop"],
  ["fail", "fail"],
  ["comment", "comment"],
  ["if", "if"],
];

/** What a card is, given the names of the connections of its flow. */
export function kindOf(data: Record<string, unknown>, slots: string[]): Kind {
  const kind = marks.find(([key]) => key in data)?.[1] ?? "unknown";
  if (kind !== "function") return kind;
  const head = String(data.use ?? "").split(".")[0] ?? "";
  if (head === "table") return "table";
  return slots.includes(head) ? "action" : "function";
}

/** The key in which a loop has its list, or its count. */
export const loopKinds: ReadonlySet<Kind> = new Set<Kind>(["each", "map", "filter", "reduce", "repeat"]);

/** The order in which a card's keys are written. */
export const keyOrder = [
  "id",
  "title",
  "note",
  "comment",
  "use",
  "table",
  "call",
  "if",
  "unless",
  "each",
  "map",
  "filter",
  "reduce",
  "repeat",
  "wait",
  "return",
  "respond",
  "answer",
  "stop",
  "fail",
  "status",
  "details",
  "as",
  "index",
  "memo",
  "gives",
  "with",
  "stream",
  "async",
  "then",
  "else",
  "out",
  "branch",
  "try",
  "catch",
  "do",
  "collect",
  "ignore_errors",
  "concurrency",
  "on_error",
  "on_refused",
  "retry",
  "timeout",
];

/** Names that cards and loops may not have: they mean something in references, or in conditions. */
export const reserved = [
  "event",
  "input",
  "options",
  "run",
  "steps",
  "connections",
  "index",
  "trigger",
  "request",
  "context",
  "error",
  "memo",
  "row",
  "before",
  ..."true false null in as break const continue else for function if import let loop package namespace return var void while".split(
    " ",
  ),
];

/** What words for the reader are called, where nobody has given them a title. */
export const commentTitle = "Comment";

/** A card that steers; id is what its id is made of. */
export type Logic = { kind: Kind; title: string; help: string; id?: string; make: () => Record<string, unknown> };

/** The cards that steer a flow, as the palette offers them. */
export const logic: Logic[] = [
  {
    kind: "if",
    id: "choice",
    title: "If",
    help: "One side or the other, by a condition",
    make: () => ({ if: "", then: [], else: [] }),
  },
  {
    kind: "branch",
    id: "choice",
    title: "Branch",
    help: "The first of several conditions that holds",
    make: () => ({ branch: [{ if: "", do: [] }], else: [] }),
  },
  { kind: "try", id: "attempt", title: "Try", help: "Catches what fails in it", make: () => ({ try: [], catch: [] }) },
  {
    kind: "each",
    id: "rounds",
    title: "For each",
    help: "Does something for each item of a list",
    make: () => ({ each: "", do: [] }),
  },
  {
    kind: "map",
    id: "mapped",
    title: "Map",
    help: "A new list, one value for each item",
    make: () => ({ map: "", do: [] }),
  },
  {
    kind: "filter",
    id: "kept",
    title: "Filter",
    help: "The items of a list for which something is true",
    make: () => ({ filter: "", do: [] }),
  },
  {
    kind: "reduce",
    id: "reduced",
    title: "Reduce",
    help: "One value of a whole list",
    make: () => ({ reduce: "", memo: "", do: [] }),
  },
  {
    kind: "repeat",
    id: "rounds",
    title: "Repeat",
    help: "Does something so many times",
    make: () => ({ repeat: 3, do: [] }),
  },
  {
    kind: "call",
    id: "called",
    title: "Call a flow",
    help: "Runs a helper flow and takes its result",
    make: () => ({ call: "" }),
  },
  {
    kind: "wait",
    id: "pause",
    title: "Wait",
    help: "For a time or until a date; it may be days",
    make: () => ({ wait: { for: 10, unit: "minutes" } }),
  },
  { kind: "return", id: "result", title: "Return", help: "Ends with a result", make: () => ({ return: {} }) },
  { kind: "stop", title: "Stop", help: "Ends the flow, as no failure", make: () => ({ stop: "" }) },
  { kind: "fail", title: "Fail", help: "Ends the flow as a failure", make: () => ({ fail: "" }) },
  {
    kind: "respond",
    id: "response",
    title: "Respond",
    help: "Ends an API flow with this answer",
    make: () => ({ respond: { status: 200, body: "" } }),
  },
  {
    kind: "answer",
    title: "Answer",
    help: "Answers an API request now, and goes on",
    make: () => ({ answer: { status: 202, body: "" } }),
  },
  { kind: "comment", title: commentTitle, help: "Words for the reader; does nothing", make: () => ({ comment: "" }) },
];

/** The operations on the rows of a table. */
export const tableOps: Record<string, string> = {
  create_row: "Create row",
  read_row: "Read row",
  update_row: "Update row",
  delete_row: "Delete row",
  search_rows: "Search rows",
  clear: "Clear table",
};

/** The comparisons of { a, is, b }. */
export const operators = [
  "==",
  "!=",
  ">=",
  "<=",
  ">",
  "<",
  "===",
  "!==",
  "in",
  "not in",
  "has",
  "doesn't have",
  "is empty",
  "is not empty",
  "%",
];
