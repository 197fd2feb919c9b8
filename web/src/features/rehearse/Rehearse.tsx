import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Theater } from "lucide-react";
import { useState } from "react";
import { Failed } from "../../api/Failed.tsx";
import { Button } from "../../kit/Button.tsx";
import { Combobox } from "../../kit/Combobox.tsx";
import { Empty } from "../../kit/Empty.tsx";
import { Field } from "../../kit/Field.tsx";
import { Page, PageHeader } from "../../kit/Page.tsx";
import { ScenarioList } from "./ScenarioList.tsx";
import { Show } from "./Show.tsx";
import { ask, type Person, peopleOf, personOf, type Report, reportOf, scenariosOf, suitable } from "./sandbox.ts";

const route = getRouteApi("/inside/rehearse");

export type Performance = { report: Report; before?: Person; pressed: number };

/** Sets something off in the simulated org, and watches what comes of it. */
export function Rehearse() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const scenarios = useQuery({
    queryKey: ["rehearsal", "scenarios"],
    queryFn: async ({ signal }) => scenariosOf(await ask("/scenarios", { signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const people = useQuery({
    queryKey: ["rehearsal", "users"],
    queryFn: async ({ signal }) => peopleOf(await ask("/users?status=ACTIVE&limit=200", { signal })),
    retry: false,
  });
  const [performance, setPerformance] = useState<Performance>();
  const set = (part: Partial<typeof search>) => void navigate({ search: { ...search, ...part }, replace: true });
  const scenario = scenarios.data?.find((s) => s.name === search.scenario) ?? scenarios.data?.[0];
  const login = search.user ?? (people.data && suitable(people.data)?.login) ?? "";
  const start = useMutation({
    mutationFn: async (): Promise<Performance> => {
      const before = login ? personOf(await ask(`/users/${encodeURIComponent(login)}`)) : undefined;
      const pressed = Date.now();
      const report = reportOf(
        await ask(`/scenarios/${encodeURIComponent(scenario?.name ?? "")}`, {
          method: "post",
          body: login ? { user: login } : undefined,
        }),
      );
      return { report, before: before?.login === report.user.login ? before : undefined, pressed };
    },
    onSuccess: setPerformance,
  });
  return (
    <Page>
      <PageHeader
        title="Rehearse"
        lead="The sandbox plays something that happens in an Okta org. Your flows meet it as they would meet the real thing; nobody outside is touched."
      />
      <div className="grid items-start gap-6 lg:grid-cols-[17rem_minmax(0,1fr)]">
        <div className="flex flex-col gap-4 lg:sticky lg:top-5">
          {scenarios.isError && (
            <Failed
              what="The scenarios could not be read."
              error={scenarios.error}
              onRetry={() => void scenarios.refetch()}
            />
          )}
          <ScenarioList
            scenarios={scenarios.data}
            chosen={scenario?.name}
            onChoose={(name) => set({ scenario: name })}
          />
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
            Set it off
          </Button>
          {start.isError && <Failed what="The scenario was not played." error={start.error} />}
        </div>
        {performance ? (
          <Show key={performance.pressed} performance={performance} />
        ) : (
          <div className="rounded-lg border bg-surface">
            <Empty icon={<Theater size={28} strokeWidth={1.5} />} title="Nothing is played yet">
              Choose what happens and to whom, then set it off. You see the events as Okta writes them, your flows as
              they run, and what came of it.
            </Empty>
          </div>
        )}
      </div>
    </Page>
  );
}
