import { useQuery } from "@tanstack/react-query";
import { Failed } from "../../../api/Failed.tsx";
import { read } from "../../../api/query.ts";
import { Panel, Section } from "../../../kit/Page.tsx";
import { SkeletonLines } from "../../../kit/Skeleton.tsx";
import { counted } from "../../../kit/time.ts";

/** Exactly what would be made in the org, before anything is. */
export function Plan({ response, onlyResponse }: { response: boolean; onlyResponse: boolean }) {
  const plan = useQuery({
    ...read("/api/v1/okta-setup-plan", { query: { response, onlyResponse } }),
    placeholderData: (before) => before,
  });
  return (
    <Section title="What is made in the org">
      {plan.isError && (
        <Failed what="The plan could not be read." error={plan.error} onRetry={() => void plan.refetch()} />
      )}
      <Panel className="divide-y">
        {plan.isLoading && (
          <div className="p-3">
            <SkeletonLines lines={3} />
          </div>
        )}
        {plan.data?.map((app, i) => (
          <details key={app.label} className="px-3 py-2.5">
            <summary className="cursor-pointer">
              {i === 0 && !onlyResponse ? "An app that reads" : "An app that responds"}:{" "}
              <span className="text-muted">
                {counted(app.scopes.length, "scope")}, {counted(app.roles.length, "role")}
              </span>
            </summary>
            <ul className="mt-2 flex flex-col gap-1.5 text-sm">
              {app.roles.map((r) => (
                <li key={r.name}>
                  <span className="font-medium">{r.name}</span>
                  {r.permissions.length > 0 && (
                    <span className="block font-mono text-xs wrap-anywhere text-muted">{r.permissions.join(" ")}</span>
                  )}
                </li>
              ))}
              {app.scopes.map((s) => (
                <li key={s.name} className="wrap-anywhere text-muted">
                  <code className="font-mono text-xs text-ink">{s.name}</code> {s.why}
                </li>
              ))}
            </ul>
          </details>
        ))}
        <p className="px-3 py-2 text-xs text-faint">
          The key pair is made here: Okta is given its public half. If a step fails, all that was made is taken back.
        </p>
      </Panel>
    </Section>
  );
}
