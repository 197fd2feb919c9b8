import { useQuery } from "@tanstack/react-query";
import { ShieldCheck } from "lucide-react";
import { useState } from "react";
import { Failed } from "../../api/Failed.tsx";
import { read } from "../../api/query.ts";
import { Empty } from "../../kit/Empty.tsx";
import { FilterBar, SearchBox } from "../../kit/Filters.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { Time } from "../../kit/Time.tsx";
import { Reason } from "./Reason.tsx";

/** Sign-ins that were refused, each with the check that failed. */
export function Refusals() {
  const [code, setCode] = useState("");
  const traces = useQuery(read("/api/v1/sso/traces", { query: { code: code.trim().toUpperCase() || undefined } }));
  return (
    <>
      <FilterBar>
        <SearchBox value={code} onChange={setCode} label="Code that the person was shown" />
      </FilterBar>
      {traces.isError && (
        <Failed
          what="What was refused could not be read."
          error={traces.error}
          onRetry={() => void traces.refetch()}
          retrying={traces.isRefetching}
        />
      )}
      {traces.isLoading && <SkeletonLines lines={6} />}
      {traces.data?.length === 0 &&
        (code ? (
          <Empty title="No refused sign-in has this code">It is five signs, a line, and five more.</Empty>
        ) : (
          <Empty icon={<ShieldCheck size={22} />} title="No sign-in was refused">
            Whoever is refused is shown a code. Here it leads to the check that failed, with what was wanted and what
            came.
          </Empty>
        ))}
      {traces.data && traces.data.length > 0 && (
        <ul className="flex max-w-4xl flex-col gap-4">
          {traces.data.map((t) => (
            <li key={t.code}>
              <div className="mb-1 flex flex-wrap items-center gap-x-3 gap-y-0.5 text-sm">
                <code className="font-mono font-medium">{t.code}</code>
                <span>{t.subject || "somebody who is not proven"}</span>
                <span className="text-muted">
                  from {t.addr}
                  {t.purpose === "test" && ", a test"}
                  {t.purpose === "switch" && ", a switch"}
                </span>
                <span className="ml-auto text-muted">
                  <Time at={t.at} />
                </span>
              </div>
              <Reason reason={t.reason} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
