import { describe, expect, it } from "vitest";
import { holds, isSlow, kindName, type NodeOf, type NodesOf, remarks } from "./nodes.ts";

const now = Date.parse("2026-06-01T12:00:00Z");

const node = (change: Partial<NodeOf>): NodeOf => ({
  id: "a-1-x",
  host: "a",
  addr: "10.0.0.1:8080",
  version: "1.0",
  migration: "0047_node.sql",
  state: "running",
  answers: true,
  workers: 8,
  sources: [],
  others: 0,
  duties: [],
  startedAt: "2026-06-01T10:00:00Z",
  seenAt: "2026-06-01T12:00:00Z",
  ...change,
});

const all = (nodes: NodeOf[], queue: NodesOf["queue"] = []): NodesOf => ({
  database: "postgres",
  migration: "0047_node.sql",
  nodes,
  queue,
});

const waiting = (oldest?: string) => ({
  kind: "flow_run" as const,
  priority: 1,
  waiting: 1,
  running: 0,
  later: 0,
  failing: 0,
  dropped: 0,
  oldest,
});

describe("nodes", () => {
  it("says what a node holds", () => {
    expect(holds(node({ sources: [{ id: "s", name: "Okta" }], others: 2, duties: ["audit"] }))).toEqual([
      "Okta",
      "2 of other organizations",
      "sends the audit log on",
    ]);
    expect(kindName("flow_run")).toBe("Flow runs");
    expect(kindName("of a newer server")).toBe("of a newer server");
  });

  it("finds what has waited for long", () => {
    expect(isSlow(waiting(), now)).toBe(false);
    expect(isSlow(waiting("2026-06-01T11:59:30Z"), now)).toBe(false);
    expect(isSlow(waiting("2026-06-01T11:58:00Z"), now)).toBe(true);
  });

  it("remarks what somebody should look at, and nothing else", () => {
    expect(remarks(all([node({}), node({ host: "b" })], [waiting()]), now)).toEqual([]);
    expect(remarks(all([node({ state: "gone", version: "0.9" }), node({ host: "b" })]), now)).toEqual([]);
    expect(remarks(all([node({ state: "silent" }), node({ host: "b" })]), now)[0]).toContain("a gave no sign of life");
    expect(remarks(all([node({ version: "0.9" }), node({ host: "b" })]), now)[0]).toContain("several versions");
    expect(remarks(all([node({})], [waiting("2026-06-01T11:00:00Z")]), now)[0]).toContain("Flow runs wait");
  });
});
