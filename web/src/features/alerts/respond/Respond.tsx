import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Failed } from "../../../api/Failed.tsx";
import { read } from "../../../api/query.ts";
import type { components } from "../../../api/schema.gen.ts";
import { Sheet } from "../../../kit/Dialog.tsx";
import { SkeletonLines } from "../../../kit/Skeleton.tsx";
import { type AlertDetail, entityName } from "../alert.ts";
import { ChooseResponse } from "./ChooseResponse.tsx";
import { FollowRun } from "./FollowRun.tsx";
import { StartResponse } from "./StartResponse.tsx";

type Run = components["schemas"]["Run"];

/** Runs a flow for an alert: choose one, see what it would do, do it, watch it. */
export function Respond({
  alert: a,
  flow,
  onChoose,
  onClose,
}: {
  alert: AlertDetail;
  flow: string | undefined;
  onChoose: (flow: string | undefined) => void;
  onClose: () => void;
}) {
  const [run, setRun] = useState<Run>();
  const responses = useQuery(read("/api/v1/alerts/{id}/responses", { path: { id: a.id } }));
  const chosen = responses.data?.find((r) => r.flow.id === flow);
  const choose = (f: string | undefined) => {
    setRun(undefined);
    onChoose(f);
  };
  return (
    <Sheet
      open
      onClose={onClose}
      title={chosen ? chosen.flow.name : "Run a response"}
      intro={chosen ? `For ${entityName(a.entity)}` : `Flows that can be run for ${entityName(a.entity)}.`}
    >
      {responses.isError && (
        <Failed
          what="The flows could not be read."
          error={responses.error}
          onRetry={() => void responses.refetch()}
          retrying={responses.isRefetching}
        />
      )}
      {responses.isPending && <SkeletonLines lines={6} />}
      {responses.data && !chosen && <ChooseResponse list={responses.data} onChoose={choose} />}
      {chosen && run && (
        <FollowRun key={run.id} alert={a} response={chosen} run={run} onRun={setRun} onClose={onClose} />
      )}
      {chosen && !run && <StartResponse alert={a} response={chosen} onBack={() => choose(undefined)} onRun={setRun} />}
    </Sheet>
  );
}
