import { useQueries, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { read } from "../../../api/query.ts";
import type { components } from "../../../api/schema.gen.ts";
import { refsIn } from "../model/refs.ts";
import { at, type Samples } from "../model/scope.ts";
import { allCards, type FlowTree, objectOf, textOf } from "../model/tree.ts";

type Detail = components["schemas"]["FlowDetail"];

export type SampleSource = { samples: Samples; run?: { id: string; createdAt: string }; event?: string };

/** Data of an earlier run of the flow, or else of the last event that would start it: what values look like. */
export function useSamples(flow: Detail, tree: FlowTree | undefined, tried: Samples): SampleSource {
  const runs = useQuery(read("/api/v1/runs", { query: { flow: flow.id, limit: 5 } }));
  const last = runs.data?.items.find((r) => r.endedAt);
  const run = useQuery({ ...read("/api/v1/runs/{id}", { path: { id: last?.id ?? "" } }), enabled: last !== undefined });
  const types = tree?.trigger.events.filter(Boolean) ?? [];
  const events = useQuery({
    ...read("/api/v1/events", { query: { type: types, limit: 1 } }),
    enabled: types.length > 0 && runs.isSuccess && !last?.event,
    retry: false,
  });
  const uuid = last?.event?.uuid ?? events.data?.items[0]?.uuid;
  const event = useQuery({
    ...read("/api/v1/events/{uuid}", { path: { uuid: uuid ?? "" } }),
    enabled: uuid !== undefined,
    retry: false,
  });
  const slots = (flow.definition?.connections ?? []).filter((c) => c.bound);
  const settings = useQueries({
    queries: slots.map((s) => read("/api/v1/connections/{id}", { path: { id: s.bound?.id ?? "" } })),
    combine: (all) => all.map((q) => q.data),
  });
  return useMemo(() => {
    const out: Record<string, unknown> = { steps: {} };
    if (event.data) out.event = event.data.raw;
    out.options = Object.fromEntries([
      ...(tree?.options ?? []).map((o) => [o.name, o.default] as const),
      ...(flow.definition?.options ?? []).map((o) => [o.name, o.value] as const),
    ]);
    out.connections = Object.fromEntries(
      slots.map((s, i) => [s.name, { ...settings[i]?.settings, ...settings[i]?.learned }]),
    );
    out.run = { id: last?.id ?? "a run", flow: flow.title, started_at: new Date().toISOString(), dry_run: false };
    if (run.data?.dataKept) {
      if (run.data.input !== undefined) out.input = run.data.input;
      for (const s of run.data.steps.items) {
        if (s.flow.id !== flow.id || s.card in out) continue;
        if (s.output !== undefined) out[s.card] = s.output;
        objectOf(out.steps)[s.card] = { state: s.state, error: s.error ?? null, reason: s.reason ?? null };
      }
    }
    const { steps, ...rest } = tried;
    Object.assign(out, rest);
    out.steps = { ...objectOf(out.steps), ...objectOf(steps) };
    if (tree) itemsOf(tree, out);
    return { samples: out, run: run.data?.dataKept ? last : undefined, event: uuid };
  }, [event.data, run.data, settings, tree, tried, flow, last, slots, uuid]);
}

/** The first item of each loop's list, by its name. */
function itemsOf(tree: FlowTree, out: Record<string, unknown>) {
  for (const c of allCards(tree.cards)) {
    const list = c.data[c.kind];
    const ref = typeof list === "string" ? refsIn(list)[0] : undefined;
    const items = ref && ref.filters.length === 0 ? at(out, ref.path) : list;
    if (Array.isArray(items) && c.lanes.length > 0) {
      out[textOf(c.data.as) || "item"] = items[0];
      out.index = 0;
    }
  }
}
