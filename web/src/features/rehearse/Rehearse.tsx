import { skipToken, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Theater } from "lucide-react";
import { useEffect, useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { read } from "../../api/query.ts";
import { Button } from "../../kit/Button.tsx";
import { Combobox } from "../../kit/Combobox.tsx";
import { Empty } from "../../kit/Empty.tsx";
import { Field } from "../../kit/Field.tsx";
import { Page, PageHeader } from "../../kit/Page.tsx";
import { OrdinaryLife } from "./OrdinaryLife.tsx";
import { ScenarioList } from "./ScenarioList.tsx";
import { Show } from "./Show.tsx";
import { type Performance, readMessages, suitable } from "./sandbox.ts";

const route = getRouteApi("/inside/rehearse");

const played = ["rehearsal", "played"];

/** What the first flow answers. */
const usual = "report_suspicious_activity";

/** How long alerts of what was played may take, in ms. */
const settled = 20_000;

/** Sets something off in the simulated org, and watches what comes of it. */
export function Rehearse() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const scenarios = useQuery({
    ...read("/api/v1/rehearsal/scenarios", {}),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const people = useQuery({
    ...read("/api/v1/rehearsal/users", { query: { status: "ACTIVE", limit: 200 } }),
    retry: false,
  });
  const [recent, setRecent] = useState(false);
  const performances = useQuery({
    ...read("/api/v1/rehearsal/performances", {}),
    refetchInterval: recent ? 2_000 : false,
  });
  // What was played last is still there when one comes back from the event or the run.
  const cache = useQueryClient();
  const { data: performance } = useQuery<Performance>({
    queryKey: played,
    queryFn: skipToken,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
  });
  const set = (part: Partial<typeof search>) => void navigate({ search: { ...search, ...part }, replace: true });
  const named = (name: string | undefined) => scenarios.data?.find((s) => s.name === name);
  const scenario = named(search.scenario) ?? named(usual) ?? scenarios.data?.[0];
  const login = search.user ?? (people.data && suitable(people.data)?.login) ?? "";
  const start = useMutation({
    mutationFn: async (): Promise<Performance> => {
      const before = login ? await call("get", "/api/v1/rehearsal/users/{login}", { path: { login } }) : undefined;
      const known = new Set((await readMessages()).map((m) => m.key));
      const pressed = Date.now();
      const report = await call("post", "/api/v1/rehearsal/scenarios/{name}", {
        path: { name: scenario?.name ?? "" },
        body: login ? { user: login } : {},
      });
      return { report, before: before?.login === report.user.login ? before : undefined, known, pressed };
    },
    onSuccess: (p) => {
      cache.setQueryData(played, p);
      setRecent(true);
    },
  });
  useEffect(() => {
    if (!recent) return;
    const t = setTimeout(() => setRecent(false), settled);
    return () => clearTimeout(t);
  }, [recent]);
  return (
    <Page>
      <PageHeader
        title="Rehearse"
        lead="The sandbox plays what happens in an Okta org. Your flows meet it like the real thing; nobody outside is touched."
      />
      <div className="grid items-start gap-6 lg:grid-cols-[16rem_minmax(0,1fr)]">
        <div className="flex flex-col gap-4 lg:sticky lg:top-5">
          {scenarios.isError && (
            <Failed
              what="The scenarios could not be read."
              error={scenarios.error}
              onRetry={() => void scenarios.refetch()}
            />
          )}
          {people.data && (
            <Field label="It happens to">
              {(f) => (
                <Combobox
                  {...f}
                  label="It happens to"
                  placeholder="Somebody suitable"
                  value={login}
                  free
                  onChange={(user) => set({ user })}
                  options={people.data.map((p) => ({
                    value: p.login,
                    label: p.name,
                    detail: p.login,
                    search: p.login,
                  }))}
                />
              )}
            </Field>
          )}
          <Button look="primary" disabled={!scenario} busy={start.isPending} onClick={() => start.mutate()}>
            Play the scenario
          </Button>
          {scenario && <p className="-mt-2 text-sm text-muted">{scenario.title}</p>}
          {start.isError && <Failed what="The scenario was not played." error={start.error} />}
          <OrdinaryLife />
          <ScenarioList
            scenarios={scenarios.data}
            performances={performances.data ?? []}
            chosen={scenario?.name}
            onChoose={(name) => set({ scenario: name })}
          />
        </div>
        {performance ? (
          <Show key={performance.pressed} performance={performance} />
        ) : (
          <div className="rounded-lg border bg-surface">
            <Empty icon={<Theater size={28} strokeWidth={1.5} />} title="Nothing is played yet">
              Choose what happens and to whom, then play it. You see the events as Okta writes them, your flows as they
              run, and what came of it.
            </Empty>
          </div>
        )}
      </div>
    </Page>
  );
}
