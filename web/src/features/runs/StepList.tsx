import { DataTable } from "../../kit/DataTable.tsx";
import { Empty } from "../../kit/Empty.tsx";
import { usePreference } from "../../kit/preference.ts";
import { zonePreference } from "../../kit/Time.tsx";
import { clockTime } from "../../kit/time.ts";
import { cardGlyph } from "../connections/glyphs.ts";
import { roundOf, type Step, tookOf } from "./overlay.tsx";
import type { RunDetail } from "./run.ts";
import { StepStateMark } from "./runState.tsx";

/** The steps of a run in the order in which they were begun. */
export function StepList({
  run,
  steps,
  connectors,
  current,
  onSelect,
}: {
  run: RunDetail;
  steps: Step[];
  /** Of the flow's own cards, by card. */
  connectors: ReadonlyMap<string, string>;
  current?: Step;
  onSelect: (s: Step) => void;
}) {
  const [zone] = usePreference(zonePreference);
  return (
    <DataTable<Step>
      label="Steps"
      rows={steps}
      rowKey={(s) => s.path}
      rowName={(s) => s.title}
      onOpen={onSelect}
      marked={current?.path}
      empty={
        <div className="rounded-lg border bg-surface">
          <Empty title="No card was reached yet">
            {run.state === "queued" ? "The run waits for a worker." : "The run ended before its first card."}
          </Empty>
        </div>
      }
      columns={[
        { id: "state", title: "State", width: "150px", phone: "aside", cell: (s) => <StepStateMark step={s} /> },
        {
          id: "card",
          title: "Card",
          phone: "title",
          cell: (s) => {
            const Icon = cardGlyph({
              kind: s.kind,
              connector: s.flow.id === run.flow.id ? connectors.get(s.card) : undefined,
            });
            const depth = s.path.split("/").length - 1;
            const round = roundOf(s.path);
            return (
              <button
                type="button"
                onClick={() => onSelect(s)}
                className="flex w-full min-w-0 items-center gap-2 text-left hover:underline"
                style={{ paddingLeft: Math.min(depth, 4) * 16 }}
              >
                <Icon size={14} aria-hidden className="shrink-0 text-faint" />
                <span className="truncate">{s.title}</span>
                {round !== undefined && <span className="shrink-0 text-xs text-faint">round {round}</span>}
                {s.flow.id !== run.flow.id && <span className="truncate text-xs text-faint">in {s.flow.name}</span>}
              </button>
            );
          },
        },
        {
          id: "attempt",
          title: "Tries",
          width: "64px",
          right: true,
          phone: "none",
          cell: (s) => (s.attempt > 1 ? s.attempt : ""),
        },
        {
          id: "took",
          title: "Took",
          width: "84px",
          right: true,
          cell: (s) => <span className="text-muted">{tookOf(s)}</span>,
        },
        {
          id: "at",
          title: "Started",
          width: "100px",
          right: true,
          phone: "none",
          cell: (s) => <span className="text-muted">{clockTime(new Date(s.startedAt), zone)}</span>,
        },
      ]}
    />
  );
}
