import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../../../api/client.ts";
import { Failed } from "../../../api/Failed.tsx";
import { queryClient, read, stale } from "../../../api/query.ts";
import { Section } from "../../../kit/Page.tsx";
import { SkeletonLines } from "../../../kit/Skeleton.tsx";
import { AppForm, begun } from "./AppForm.tsx";
import { Guide } from "./Guide.tsx";
import { narrowed } from "./narrowed.ts";
import { Plan } from "./Plan.tsx";
import { Reading } from "./Reading.tsx";
import { Sees } from "./Sees.tsx";
import { SetupFailed } from "./SetupFailed.tsx";
import { SetupMade } from "./SetupMade.tsx";
import { SetupRun } from "./SetupRun.tsx";
import { nameFor } from "./ways.ts";

/** The org is connected by an app that is made in it: asked for, watched, and seen to work. */
export function AppWay({ setup, onSetup }: { setup?: string; onSetup: (id: string) => void }) {
  const [wish, setWish] = useState(begun);
  const job = useQuery({
    ...read("/api/v1/okta-setups/{setup}", { path: { setup: setup ?? "" } }),
    enabled: setup !== undefined,
    refetchInterval: (q) => (q.state.data?.state === "running" ? 700 : false),
  });
  const begin = useMutation({
    mutationFn: () => {
      const { token, name, domain, zones, share, makes, ...rest } = wish;
      return call("post", "/api/v1/okta-setups", {
        body: {
          ...rest,
          response: makes !== "read",
          onlyResponse: makes === "response",
          domain: domain.trim(),
          token: token.trim(),
          name: (name ?? nameFor(domain)).trim(),
          ...narrowed(zones, share),
        },
      });
    },
    onSuccess: (j) => {
      queryClient.setQueryData(read("/api/v1/okta-setups/{setup}", { path: { setup: j.id } }).queryKey, j);
      void stale("/api/v1/okta-setups");
      onSetup(j.id);
    },
  });
  const j = job.data;
  const reader = j?.apps.find((a) => !a.response);
  if (setup && job.isError)
    return <Failed what="It could not be read how far it is." error={job.error} onRetry={() => void job.refetch()} />;
  if (setup && !j) return <SkeletonLines lines={6} />;
  if (j?.state === "running") return <SetupRun setup={j} />;
  if (j?.state === "done")
    return (
      <>
        <SetupMade setup={j} />
        {reader && <Sees coverage={reader.coverage} />}
        {reader && <Reading connection={reader.connection.id} />}
      </>
    );
  return (
    <>
      {j && <SetupFailed setup={j} />}
      <div className="grid items-start gap-x-8 gap-y-6 xl:grid-cols-[minmax(0,28rem)_minmax(0,1fr)]">
        <div className="flex min-w-0 flex-col gap-6">
          <Guide way="app" />
          <Plan response={wish.makes !== "read"} onlyResponse={wish.makes === "response"} />
        </div>
        <Section title="Then here">
          <AppForm wish={wish} onChange={setWish} begin={begin} named={j?.failed?.phase === "app"} />
        </Section>
      </div>
    </>
  );
}
