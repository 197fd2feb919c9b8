import type { components } from "../../api/schema.gen.ts";

export type NodesOf = components["schemas"]["Nodes"];
export type NodeOf = components["schemas"]["Node"];
export type QueueOf = components["schemas"]["Queue"];

const kinds: Record<string, string> = {
  flow_run: "Flow runs",
  notice: "Notifications",
  letter: "Letters",
  remedy: "Remediation plans",
};

/** What people call a kind of work. */
export const kindName = (kind: string) => kinds[kind] ?? kind;

const duties: Record<string, string> = {
  syncs: "reads orgs",
  audit: "sends the audit log on",
  index: "indexes events",
};

/** What a node alone does, in words. */
export function holds(n: NodeOf): string[] {
  const out = n.sources.map((s) => s.name);
  if (n.others > 0) out.push(`${n.others} of other organizations`);
  return [...out, ...n.duties.map((d) => duties[d] ?? d)];
}

/** How long work may wait before somebody should look, in milliseconds. */
const slowAfter = 60_000;

/** Whether the first that waits has waited for too long. */
export const isSlow = (q: QueueOf, now: number) => !!q.oldest && now - Date.parse(q.oldest) > slowAfter;

/** What is to be said above the lists, the gravest first. */
export function remarks(all: NodesOf, now: number): string[] {
  const out: string[] = [];
  const running = all.nodes.filter((n) => n.state === "running");
  const silent = all.nodes.filter((n) => n.state === "silent");
  if (silent.length > 0)
    out.push(
      `${silent.map((n) => n.host).join(", ")} gave no sign of life lately. What it works at is taken over once its connection to the database ends.`,
    );
  if (new Set(running.map((n) => n.version)).size > 1)
    out.push("Servers of several versions are running. That is as it should be during an upgrade, and not after it.");
  const slow = all.queue.filter((q) => isSlow(q, now));
  if (slow.length > 0)
    out.push(
      `${[...new Set(slow.map((q) => kindName(q.kind)))].join(", ")} wait for longer than a minute: there is more work than the servers manage.`,
    );
  return out;
}
