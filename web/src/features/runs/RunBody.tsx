import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { List, Workflow } from "lucide-react";
import { useMemo } from "react";
import { call } from "../../api/client.ts";
import { read } from "../../api/query.ts";
import { Button } from "../../kit/Button.tsx";
import { Sheet } from "../../kit/Dialog.tsx";
import { useKeys } from "../../kit/keys.ts";
import { step as stepTo } from "../../kit/table.ts";
import { useMedia } from "../../kit/useMedia.ts";
import { allCards } from "../flows/model/tree.ts";
import { FlowPicture, PictureSkeleton } from "../flows/picture/FlowPicture.tsx";
import { useModel } from "../flows/useModel.ts";
import { withData } from "./given.ts";
import { byCall, byCard, type Call, inOrder, overlaysOf, type Step, timed, trailOf, worst } from "./overlay.tsx";
import { RunSummary } from "./RunSummary.tsx";
import type { RunDetail } from "./run.ts";
import { StepDetail } from "./StepDetail.tsx";
import { StepList } from "./StepList.tsx";

const route = getRouteApi("/inside/runs/$id");

/** The cards of a run, as picture or as list, and beside it the one that is looked at. */
export function RunBody({ run }: { run: RunDetail }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const wide = useMedia("(min-width: 1024px)");
  const steps = useAllSteps(run);
  const current = steps.find((s) => s.path === search.step);
  const calls = useMemo(() => byCall(steps, run.flow.id), [steps, run.flow.id]);
  const trail = useMemo(() => trailOf(run, steps, current), [run, steps, current]);
  const shown = trail.at(-1) ?? { flow: run.flow, version: run.version, call: "" };
  const flow = useQuery({
    ...read("/api/v1/flows/{id}", { path: { id: shown.flow.id }, query: { version: shown.version } }),
    enabled: shown.flow.name !== "" && shown.version > 0,
    retry: false,
  });
  const { picture, faults } = useModel(flow.data?.yaml ?? "", flow.data?.folder.id);
  const asList =
    search.view === "list" ||
    (!picture && (faults.length > 0 || flow.isError || shown.version === 0 || shown.flow.name === ""));
  const connectors = useMemo(
    () => new Map([...allCards(picture?.cards ?? [])].map((c) => [c.id, c.connector ?? ""])),
    [picture],
  );
  const own = calls.get(shown.call);
  const overlays = useMemo(() => overlaysOf(own ?? []), [own]);
  const given = shown.call === "" ? run.input : shown.by?.input;
  const filled = useMemo(() => {
    if (!picture || !run.dataKept) return picture;
    const cards = byCard(own ?? []);
    const chosen = (card: string) =>
      current && cards.get(card)?.includes(current) ? current : worst(cards.get(card) ?? []);
    return withData(picture, chosen, given);
  }, [picture, run.dataKept, own, current, given]);
  const select = (s: Step | undefined) => void navigate({ search: { ...search, step: s?.path }, replace: true });
  const selectCard = (card: string) => {
    const of = byCard(own ?? []).get(card) ?? [];
    const chosen = worst(of);
    select(current && chosen?.path === current.path ? undefined : chosen);
  };
  const move = (by: number) => select(steps[stepTo(current ? steps.indexOf(current) : -1, by, steps.length)]);
  useKeys([
    { keys: "j", label: "Next card", group: "Run", run: () => move(1) },
    { keys: "k", label: "Card before", group: "Run", run: () => move(-1) },
    {
      keys: "v",
      label: "Picture or list",
      group: "Run",
      run: () => void navigate({ search: { ...search, view: asList ? undefined : "list" }, replace: true }),
    },
  ]);
  const detail = current ? (
    <StepDetail
      key={current.path}
      run={run}
      step={current}
      steps={steps}
      called={calls.get(current.path)?.[0]}
      onSelect={select}
      onMove={move}
      untitled={!wide}
    />
  ) : (
    <RunSummary run={run} onSelect={select} />
  );
  return (
    <div className="flex items-start gap-4">
      <div className="min-w-0 flex-1">
        {picture && (
          <fieldset className="mb-2 flex gap-1" aria-label="How to show the cards">
            <Button
              size="sm"
              look={asList ? "quiet" : "plain"}
              aria-pressed={!asList}
              icon={<Workflow size={14} />}
              onClick={() => void navigate({ search: { ...search, view: undefined }, replace: true })}
            >
              Picture
            </Button>
            <Button
              size="sm"
              look={asList ? "plain" : "quiet"}
              aria-pressed={asList}
              icon={<List size={14} />}
              onClick={() => void navigate({ search: { ...search, view: "list" }, replace: true })}
            >
              List
            </Button>
          </fieldset>
        )}
        {!asList && trail.length > 1 && <Trail trail={trail} onSelect={select} />}
        {asList ? (
          <StepList run={run} steps={steps} connectors={connectors} current={current} onSelect={select} />
        ) : filled ? (
          <FlowPicture
            className="h-[calc(100dvh-14rem)] min-h-[26rem]"
            trigger={filled.trigger}
            cards={filled.cards}
            overlays={overlays}
            selected={current?.card}
            onSelect={(id) => (id === "trigger" ? select(undefined) : selectCard(id))}
          />
        ) : (
          <PictureSkeleton />
        )}
        {!wide && (
          <div className="mt-4 rounded-lg border bg-surface">
            <RunSummary run={run} onSelect={select} />
          </div>
        )}
      </div>
      {wide ? (
        <aside className="sticky top-4 max-h-[calc(100dvh-2rem)] w-[26rem] shrink-0 overflow-y-auto rounded-lg border bg-surface">
          {detail}
        </aside>
      ) : (
        <Sheet open={current !== undefined} onClose={() => select(undefined)} title={current?.title ?? ""}>
          <div className="-mx-4">{detail}</div>
        </Sheet>
      )}
    </div>
  );
}

/** The way from the run's own flow to the one that is looked at. */
function Trail({ trail, onSelect }: { trail: Call[]; onSelect: (s: Step | undefined) => void }) {
  return (
    <nav aria-label="Calls" className="mb-2 flex flex-wrap items-center gap-x-2 text-sm">
      {trail.map((t, i) => (
        <span key={t.call} className="flex items-center gap-x-2">
          {i > 0 && <span className="text-faint">called</span>}
          {i < trail.length - 1 ? (
            <button type="button" className="text-accent hover:underline" onClick={() => onSelect(trail[i + 1]?.by)}>
              {t.flow.name || "a deleted flow"}
            </button>
          ) : (
            <span className="font-medium" aria-current="true">
              {t.flow.name || "a deleted flow"}
            </span>
          )}
        </span>
      ))}
    </nav>
  );
}

/** A run's steps: those that came with it, and the others if it has more. */
function useAllSteps(run: RunDetail): Step[] {
  const rest = useQuery({
    queryKey: ["/api/v1/runs/{id}/steps", run.id, run.steps.next],
    enabled: run.steps.next !== undefined,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const out: Step[] = [];
      for (let cursor = run.steps.next; cursor && out.length < mostSteps; ) {
        const page = await call("get", "/api/v1/runs/{id}/steps", {
          path: { id: run.id },
          query: { cursor, limit: 200 },
          signal,
        });
        out.push(...page.items);
        cursor = page.next;
      }
      return out;
    },
  });
  return useMemo(
    () =>
      inOrder(timed(rest.data && run.steps.next ? [...run.steps.items, ...rest.data] : run.steps.items, run.actions)),
    [run.steps, run.actions, rest.data],
  );
}

/** More steps than anybody reads are not read. */
const mostSteps = 5_000;
