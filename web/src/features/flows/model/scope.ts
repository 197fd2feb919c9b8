// Which values there are at a place of a flow.
import type { Catalogue } from "./catalogue.ts";
import type { Kind } from "./kinds.ts";
import { loopKinds } from "./kinds.ts";
import { outputsOf } from "./ports.ts";
import type { Path } from "./source.ts";
import { type CardNode, type FlowTree, type Lane, objectOf, type PortSpec, textOf } from "./tree.ts";

export type Available = {
  path: string[];
  title: string;
  type: string;
  help?: string;
  /** What it was in an earlier run. */
  sample?: unknown;
};

export type Group = {
  id: string;
  title: string;
  /** Of a card: its kind. */
  kind: Kind | "trigger" | "item" | "options" | "connection" | "run" | "error" | "step";
  values: Available[];
};

/** Data of an earlier run, by the first name of the references to it. */
export type Samples = Readonly<Record<string, unknown>>;

export type ScopeInput = { tree: FlowTree; catalogue: Catalogue; samples?: Samples };

/** The cards before a place, the nearest first, and what stands around it. */
function seenFrom(
  tree: FlowTree,
  list: Path,
  index: number,
): { cards: CardNode[]; frames: { card: CardNode; lane: Lane }[] } {
  const cards: CardNode[] = [];
  const frames: { card: CardNode; lane: Lane }[] = [];
  const key = JSON.stringify(list);
  const visit = (at: CardNode[], path: Path): boolean => {
    if (JSON.stringify(path) === key) {
      cards.push(...at.filter((c) => (c.path.at(-1) as number) < index).toReversed());
      return true;
    }
    for (const [i, c] of at.entries()) {
      for (const lane of c.lanes) {
        if (!visit(lane.cards, lane.path)) continue;
        frames.push({ card: c, lane });
        cards.push(...at.slice(0, i).toReversed());
        return true;
      }
    }
    return false;
  };
  visit(tree.cards, ["cards"]);
  return { cards, frames };
}

/** The values that a card at a place may refer to: those of the nearest cards first. */
export function availableAt({ tree, catalogue, samples = {} }: ScopeInput, list: Path, index: number): Group[] {
  const { cards, frames } = seenFrom(tree, list, index);
  const groups: Group[] = [];
  for (const f of frames) groups.push(...frameGroup(f, samples));
  for (const c of cards) groups.push(...cardGroup(c, tree, catalogue, samples));
  groups.push(triggerGroup(tree, samples));
  if (tree.options.length > 0) {
    groups.push({
      id: "options",
      title: "Options",
      kind: "options",
      values: tree.options.map((o) => offered(["options", o.name], o, samples)),
    });
  }
  groups.push(...connectionGroups(tree, catalogue, samples));
  const done = cards.filter((c) => hasState.has(c.kind));
  if (done.length > 0) {
    groups.push({
      id: "steps",
      title: "How cards ended",
      kind: "step",
      values: done.flatMap((c) =>
        ["state", "error", "reason"].map((p) => ({
          path: ["steps", c.id, p],
          title: `${c.title}: ${p}`,
          type: "text",
          sample: at(samples, ["steps", c.id, p]),
        })),
      ),
    });
  }
  groups.push({ id: "run", title: "Run", kind: "run", values: runValues(samples) });
  return groups.filter((g) => g.values.length > 0);
}

const hasState: ReadonlySet<Kind> = new Set<Kind>(["action", "table", "function", "call", "each", "repeat"]);

function offered(path: string[], p: { title: string; type: string; help?: string }, samples: Samples): Available {
  return { path, title: p.title, type: p.type, help: p.help, sample: at(samples, path) };
}

/** The value at a path of the samples. */
export function at(samples: Samples, path: string[]): unknown {
  let v: unknown = samples;
  for (const p of path) {
    if (typeof v !== "object" || v === null) return undefined;
    v = (v as Record<string, unknown>)[p];
  }
  return v;
}

function cardGroup(c: CardNode, tree: FlowTree, catalogue: Catalogue, samples: Samples): Group[] {
  const ports = outputsOf(c, tree, catalogue);
  const values = ports.flatMap((p) => {
    const path = [c.id, ...p.name.split(".")];
    const own = offered(path, p, samples);
    return [own, ...nested(path, own.sample)];
  });
  return values.length > 0 ? [{ id: c.id, title: c.title, kind: c.kind, values }] : [];
}

function frameGroup({ card, lane }: { card: CardNode; lane: Lane }, samples: Samples): Group[] {
  const d = card.data;
  if (card.kind === "try" && lane.key === "catch") {
    const values = ["message", "card", "statusCode", "code", "body"].map((n) => ({
      path: ["error", n],
      title: errorTitles[n] ?? n,
      type: n === "statusCode" ? "number" : n === "body" ? "any" : "text",
      sample: at(samples, ["error", n]),
    }));
    return [{ id: `${card.id}/error`, title: "The error", kind: "error", values }];
  }
  const number = (name: string): Available => ({ path: [name], title: "Number of the round, from 0", type: "number" });
  if (card.kind === "repeat") {
    return [{ id: `${card.id}/item`, title: card.title, kind: "item", values: [number(textOf(d.index) || "index")] }];
  }
  const streaming = lane.key === "stream";
  if (!streaming && !loopKinds.has(card.kind)) return [];
  const name = streaming ? textOf(objectOf(d.stream).as) || "record" : textOf(d.as) || "item";
  const sample = at(samples, [name]);
  const values: Available[] = [
    { path: [name], title: streaming ? "The record" : "The item", type: "any", sample },
    ...nested([name], sample),
  ];
  if (card.kind === "reduce") values.push({ path: ["memo"], title: "What came of the rounds before", type: "any" });
  values.push(number("index"));
  return [{ id: `${card.id}/item`, title: `Item of ${card.title}`, kind: "item", values }];
}

const errorTitles: Record<string, string> = {
  message: "Message",
  card: "Card that failed",
  statusCode: "Status",
  code: "Code",
  body: "Body of the answer",
};

function triggerGroup(tree: FlowTree, samples: Samples): Group {
  const t = tree.trigger;
  const group = (title: string, values: Available[]): Group => ({ id: "trigger", title, kind: "trigger", values });
  const inputs = t.inputs.map((p: PortSpec) => offered(["input", p.name], p, samples));
  switch (t.kind) {
    case "event": {
      const sample = at(samples, ["event"]);
      return group("Event", [
        { path: ["event"], title: "The whole event", type: "object", sample },
        ...eventPaths(
          sample,
          t.events.some((e) => e.startsWith("auth0.")),
        ).map(([path, title, type]) => ({
          path: ["event", ...path],
          title,
          type,
          sample: at(samples, ["event", ...path]),
        })),
      ]);
    }
    case "alert":
      return group("Alert", [
        ...alertValues.map(([path, title, type]) => offered(path, { title, type }, samples)),
        { path: ["event"], title: "The newest event of the alert", type: "object", sample: at(samples, ["event"]) },
        ...eventPaths(at(samples, ["event"])).map(([path, title, type]) =>
          offered(["event", ...path], { title, type }, samples),
        ),
      ]);
    case "finding":
      return group(
        "Finding",
        findingValues.map(([path, title, type]) => offered(path, { title, type }, samples)),
      );
    case "api":
      return group("Request", [
        ...inputs,
        ...["method", "body", "headers", "query", "ip"].map((n) =>
          offered(["request", n], { title: `Request ${n}`, type: n === "headers" ? "object" : "text" }, samples),
        ),
      ]);
    case "row":
      return group("Row", [
        { path: ["row"], title: "The row", type: "object", sample: at(samples, ["row"]) },
        ...rowColumns(tree).map((c) => offered(["row", c.name], c, samples)),
        { path: ["before"], title: "The row before the change", type: "object", sample: at(samples, ["before"]) },
      ]);
    case "schedule":
      return group("Schedule", [{ path: ["context", "execution_time"], title: "When it was due", type: "text" }]);
    default:
      return group("Inputs", inputs);
  }
}

function rowColumns(tree: FlowTree): PortSpec[] {
  const slot = textOf(objectOf(tree.trigger.data.row).table);
  return tree.tables.find((t) => t.name === slot)?.columns ?? [];
}

function connectionGroups(tree: FlowTree, c: Catalogue, samples: Samples): Group[] {
  return tree.connections.map((s): Group => {
    const names = new Map<string, Available>();
    for (const id of s.connectors) {
      for (const p of c.connectors.get(id)?.settings ?? []) {
        names.set(p.name, offered(["connections", s.name, p.name], p, samples));
      }
    }
    return {
      id: `connections/${s.name}`,
      title: `Connection ${s.title}`,
      kind: "connection",
      values: [...names.values()],
    };
  });
}

function runValues(samples: Samples): Available[] {
  return [
    offered(["run", "id"], { title: "Id of the run", type: "text" }, samples),
    offered(["run", "flow"], { title: "Title of the flow", type: "text" }, samples),
    offered(["run", "started_at"], { title: "When it began", type: "date" }, samples),
    offered(["run", "dry_run"], { title: "It is a dry run", type: "boolean" }, samples),
  ];
}

/** What an alert trigger gives of the alert and of whom it is about. */
const alertValues: EventPath[] = (
  [
    ["alert", "The whole alert", "object"],
    ["alert.number", "Number of the alert", "number"],
    ["alert.title", "Title of the alert", "text"],
    ["alert.severity", "Severity", "text"],
    ["alert.rule_title", "Rule", "text"],
    ["alert.type", "Alert type", "text"],
    ["alert.risk", "Risk of whom it is about", "number"],
    ["alert.events", "Number of events", "number"],
    ["alert.id", "Id of the alert", "text"],
    ["entity.kind", "What it is about: user, ip …", "text"],
    ["entity.id", "Whom it is about: id", "text"],
    ["entity.login", "Whom it is about: login", "text"],
    ["entity.name", "Whom it is about: name", "text"],
  ] as const
).map(([path, title, type]) => [path.split("."), title, type]);

/** What a finding trigger gives: what was found, by which check, in which org. */
const findingValues: EventPath[] = (
  [
    ["finding", "The whole finding", "object"],
    ["finding.turn", "What became of it: opened, reopened, closed", "text"],
    ["finding.severity", "Severity", "text"],
    ["finding.said", "What was found", "text"],
    ["finding.object.kind", "What it is about: user, app …", "text"],
    ["finding.object.id", "What it is about: id", "text"],
    ["finding.object.name", "What it is about: name", "text"],
    ["finding.object.part", "What it is about: part of it", "text"],
    ["finding.id", "Id of the finding", "text"],
    ["finding.state", "State", "text"],
    ["finding.times", "How often it was opened", "number"],
    ["finding.opened_at", "When it was opened", "date"],
    ["finding.closed_at", "When it was closed", "date"],
    ["check", "The whole check", "object"],
    ["check.id", "Check: id", "text"],
    ["check.title", "Check: title", "text"],
    ["check.category", "Check: category", "text"],
    ["check.why", "Check: why it matters", "text"],
    ["check.fix", "Check: how it is put right", "text"],
    ["tenant.id", "Org: id", "text"],
    ["tenant.name", "Org: name", "text"],
    ["tenant.domain", "Org: domain", "text"],
    ["tenant.connection", "Org: id of the connection that it is read through", "text"],
  ] as const
).map(([path, title, type]) => [path.split("."), title, type]);

type EventPath = [path: string[], title: string, type: string];

/** What every event of the System Log has (LogEvent of Okta's System Log API). */
const logEvent: EventPath[] = (
  [
    ["uuid", "Id of the event", "text"],
    ["published", "When it happened", "date"],
    ["eventType", "Event type", "text"],
    ["displayMessage", "Message", "text"],
    ["severity", "Severity", "text"],
    ["actor.id", "Actor: id", "text"],
    ["actor.type", "Actor: type", "text"],
    ["actor.alternateId", "Actor: login", "text"],
    ["actor.displayName", "Actor: name", "text"],
    ["outcome.result", "Outcome", "text"],
    ["outcome.reason", "Reason of the outcome", "text"],
    ["client.ipAddress", "Client: IP address", "text"],
    ["client.device", "Client: device", "text"],
    ["client.userAgent.rawUserAgent", "Client: user agent", "text"],
    ["client.userAgent.browser", "Client: browser", "text"],
    ["client.userAgent.os", "Client: operating system", "text"],
    ["client.geographicalContext.city", "Client: city", "text"],
    ["client.geographicalContext.country", "Client: country", "text"],
    ["target", "Targets", "list"],
    ["target.0.id", "First target: id", "text"],
    ["target.0.type", "First target: type", "text"],
    ["target.0.alternateId", "First target: login", "text"],
    ["target.0.displayName", "First target: name", "text"],
    ["debugContext.debugData", "Debug data", "object"],
    ["transaction.id", "Transaction", "text"],
    ["authenticationContext.externalSessionId", "Session", "text"],
  ] as [string, string, string][]
).map(([path, title, type]) => [path.split("."), title, type]);

/** What an entry of an Auth0 tenant's log has besides (Auth0's schema of tenant logs). */
const logEntry: EventPath[] = (
  [
    ["data", "Auth0: the entry as it came", "object"],
    ["data.type", "Auth0: type", "text"],
    ["data.description", "Auth0: description", "text"],
    ["data.user_id", "Auth0: user id", "text"],
    ["data.user_name", "Auth0: user name", "text"],
    ["data.client_id", "Auth0: application id", "text"],
    ["data.client_name", "Auth0: application", "text"],
    ["data.connection", "Auth0: connection", "text"],
    ["data.organization_id", "Auth0: organization id", "text"],
    ["data.hostname", "Auth0: domain that was asked", "text"],
    ["data.details", "Auth0: details", "object"],
  ] as [string, string, string][]
).map(([path, title, type]) => [path.split("."), title, type]);

function eventPaths(sample: unknown, entry = false): EventPath[] {
  const listed = entry ? [...logEvent, ...logEntry] : logEvent;
  const known = new Set(listed.map(([p]) => p.join(".")));
  const more = nested([], sample)
    .filter((v) => !known.has(v.path.join(".")))
    .map((v): EventPath => [v.path, v.title, v.type]);
  return [...listed, ...more];
}

const mostNested = 150;

/** The fields within a sample, by their paths. */
function nested(base: string[], sample: unknown): Available[] {
  const out: Available[] = [];
  const visit = (path: string[], v: unknown, depth: number) => {
    if (typeof v !== "object" || v === null || depth > 4) return;
    const entries: [string, unknown][] = Array.isArray(v) ? v.slice(0, 1).map((x) => ["0", x]) : Object.entries(v);
    for (const [name, x] of entries) {
      if (out.length >= mostNested) return;
      const at = [...path, name];
      if (name !== "0") out.push({ path: at, title: at.slice(base.length).join(" "), type: typeOf(x), sample: x });
      visit(at, x, depth + 1);
    }
  };
  visit(base, sample, 0);
  return out;
}

function typeOf(v: unknown): string {
  if (Array.isArray(v)) return "list";
  if (v === null || v === undefined) return "any";
  if (typeof v === "object") return "object";
  return typeof v === "string" ? "text" : typeof v;
}
