import { useNavigate } from "@tanstack/react-router";
import { Failed } from "../../api/Failed.tsx";
import { usePages } from "../../api/usePages.ts";
import { Empty } from "../../kit/Empty.tsx";
import { RunTable } from "../runs/RunTable.tsx";

/** The runs of one flow. */
export function FlowRuns({ flow }: { flow: string }) {
  const navigate = useNavigate();
  const { items, error, refetch, more } = usePages("/api/v1/runs", { query: { flow } });
  if (error && !items) return <Failed what="The runs could not be read." error={error} onRetry={refetch} />;
  return (
    <RunTable
      runs={items}
      more={more}
      without={["flow"]}
      onOpen={(r) => void navigate({ to: "/runs/$id", params: { id: r.id } })}
      empty={
        <div className="rounded-lg border bg-surface">
          <Empty title="The flow has not run yet">
            It runs when what starts it happens, or when you press Run now.
          </Empty>
        </div>
      }
    />
  );
}
