import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { Failed } from "../../api/Failed.tsx";
import { read, stale } from "../../api/query.ts";
import { Note } from "../../kit/Note.tsx";
import { Section } from "../../kit/Page.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { Tag } from "../../kit/State.tsx";
import { Time } from "../../kit/Time.tsx";
import { count } from "../../kit/time.ts";
import { Exchanges } from "./Exchanges.tsx";
import { ScimSecret } from "./ScimSecret.tsx";
import { Values } from "./Values.tsx";

/** How often the page looks what Okta asked meanwhile, in milliseconds. */
const every = 5_000;

/** How Okta makes members, changes them and takes them away. */
export function Provisioning() {
  const scim = useQuery({ ...read("/api/v1/scim", {}), refetchInterval: every });
  useEffect(() => {
    const again = setInterval(() => {
      if (!document.hidden) void stale("/api/v1/scim/exchanges");
    }, every);
    return () => clearInterval(again);
  }, []);
  if (scim.isError)
    return (
      <Failed
        what="Provisioning could not be read."
        error={scim.error}
        onRetry={() => void scim.refetch()}
        retrying={scim.isRefetching}
      />
    );
  if (!scim.data) return <SkeletonLines lines={10} />;
  const s = scim.data;
  return (
    <div className="flex max-w-4xl flex-col gap-8">
      {!s.mail && (
        <Note tone="warn" title="The server sends no mail">
          Whom Okta pushes has to confirm their address. Until mail is set up on the server, hand each of them a link by
          the menu of their row under Members.
        </Note>
      )}
      <Section title="For Okta" aside={`${count(s.active)} active, ${count(s.inactive)} inactive`}>
        <Values
          items={[
            { name: "SCIM connector base URL", value: s.url, note: "The secret names the organization." },
            { name: "The same, with the organization", value: s.orgUrl },
            { name: "Unique identifier field for users", value: s.unique },
            { name: "Authentication mode", value: "HTTP Header" },
          ]}
        />
      </Section>
      <ScimSecret scim={s} />
      <PushedGroups />
      <Exchanges />
    </div>
  );
}

function PushedGroups() {
  const groups = useQuery({ ...read("/api/v1/scim/groups", {}), refetchInterval: every });
  return (
    <Section title="Pushed groups">
      {groups.isError && <Failed what="The groups could not be read." error={groups.error} />}
      {groups.isLoading && <SkeletonLines lines={2} />}
      {groups.data?.length === 0 && (
        <p className="text-sm text-muted">
          None. Groups that Okta pushes give their roles between sign-ins, by the same names as under Single sign-on.
        </p>
      )}
      {groups.data && groups.data.length > 0 && (
        <ul className="divide-y rounded-lg border bg-surface">
          {groups.data.map((g) => (
            <li key={g.id} className="flex items-center gap-3 px-3.5 py-2">
              <span className="min-w-0 flex-1 truncate font-medium">{g.name}</span>
              <Tag>{g.members === 1 ? "1 member" : `${count(g.members)} members`}</Tag>
              <span className="text-sm text-muted">
                <Time at={g.pushedAt} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
