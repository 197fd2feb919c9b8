import { useMutation } from "@tanstack/react-query";
import { CircleCheck, CircleX, Clock, Mails, TimerOff } from "lucide-react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { stale } from "../../api/query.ts";
import { usePages } from "../../api/usePages.ts";
import { Button } from "../../kit/Button.tsx";
import { DataTable } from "../../kit/DataTable.tsx";
import { Empty } from "../../kit/Empty.tsx";
import { Select } from "../../kit/Field.tsx";
import { Section } from "../../kit/Page.tsx";
import { State } from "../../kit/State.tsx";
import { Time, useNow } from "../../kit/Time.tsx";
import { toast } from "../../kit/Toast.tsx";
import { useCan } from "../session/session.ts";
import { canRetry, kindOf, type Letter, stateNames } from "./letter.ts";

const marks = {
  queued: { icon: Clock, tone: "plain" },
  sent: { icon: CircleCheck, tone: "plain" },
  failed: { icon: CircleX, tone: "bad" },
  expired: { icon: TimerOff, tone: "quiet" },
} as const;

/** What was written to whom, the newest first; never what it says. */
export function Letters({ state, onState }: { state?: string; onState: (state?: string) => void }) {
  const chosen = state && state in stateNames ? (state as Letter["state"]) : undefined;
  const letters = usePages("/api/v1/letters", { query: { state: chosen } });
  const may = useCan("members:write");
  const now = useNow();
  const retry = useRetry();
  return (
    <Section
      title="Letters"
      aside={
        <Select
          aria-label="State"
          className="!w-auto"
          value={chosen ?? ""}
          onChange={(e) => onState(e.target.value || undefined)}
          choices={[
            { value: "", label: "Any state" },
            ...Object.entries(stateNames).map(([value, label]) => ({ value, label })),
          ]}
        />
      }
    >
      {letters.error && !letters.items ? (
        <Failed
          what="The letters could not be read."
          error={letters.error}
          onRetry={letters.refetch}
          retrying={letters.refetching}
        />
      ) : (
        <DataTable<Letter>
          label="Letters"
          rows={letters.items}
          rowKey={(l) => l.id}
          rowName={(l) => `${kindOf(l)} to ${l.to}`}
          more={letters.more}
          empty={
            <div className="rounded-lg border bg-surface">
              <Empty
                icon={<Mails size={28} strokeWidth={1.5} />}
                title={chosen ? "No letter is in this state" : "Nothing was written yet"}
              >
                Letters that confirm addresses, reset passwords and invite people are listed here for 90 days. What they
                say is shown to nobody.
              </Empty>
            </div>
          }
          columns={[
            {
              id: "to",
              title: "To",
              phone: "title",
              cell: (l) => (
                <span className="block truncate font-medium" title={l.to}>
                  {l.to}
                </span>
              ),
            },
            { id: "kind", title: "What", width: "180px", cell: (l) => kindOf(l) },
            {
              id: "state",
              title: "State",
              width: "110px",
              cell: (l) => <State {...marks[l.state]} label={stateNames[l.state]} />,
            },
            { id: "created", title: "Written", width: "140px", named: true, cell: (l) => <Time at={l.createdAt} /> },
            { id: "trouble", title: "Trouble", width: "30%", cell: (l) => <Trouble letter={l} /> },
            {
              id: "retry",
              title: "Try again",
              hideTitle: true,
              width: "100px",
              right: true,
              phone: "aside",
              cell: (l) =>
                may &&
                canRetry(l, now) && (
                  <Button
                    size="sm"
                    look="quiet"
                    aria-label={`Try the letter to ${l.to} again`}
                    busy={retry.isPending && retry.variables.id === l.id}
                    onClick={() => retry.mutate(l)}
                  >
                    Try again
                  </Button>
                ),
            },
          ]}
        />
      )}
    </Section>
  );
}

/** How often a letter was tried, what came of it, and when it is tried next. */
function Trouble({ letter: l }: { letter: Letter }) {
  if (!l.error) return null;
  return (
    <span className="block text-sm">
      <span className={l.state === "failed" ? "line-clamp-2 text-bad" : "line-clamp-2 text-muted"} title={l.error}>
        {l.error}
      </span>
      {l.state === "queued" && l.nextAt && (
        <span className="text-faint">
          {l.attempts === 1 ? "tried once" : `tried ${l.attempts} times`}, again <Time at={l.nextAt} />
        </span>
      )}
    </span>
  );
}

function useRetry() {
  return useMutation({
    mutationFn: (l: Letter) => call("post", "/api/v1/letters/{letter}/retry", { path: { letter: l.id } }),
    onSuccess: (l) => {
      void stale("/api/v1/letters", "/api/v1/mail", "/api/v1/overview");
      toast({ title: `The letter to ${l.to} is tried again` });
    },
    onError: (e, l) => toast({ title: `The letter to ${l.to} is not tried again`, detail: e.message, tone: "bad" }),
  });
}
