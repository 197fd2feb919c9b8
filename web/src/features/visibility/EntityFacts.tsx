import { useQuery } from "@tanstack/react-query";
import { read } from "../../api/query.ts";
import { Copy } from "../../kit/Copy.tsx";
import { Facts, Panel, Section } from "../../kit/Page.tsx";
import { Time } from "../../kit/Time.tsx";
import { EntityLink } from "./EntityLink.tsx";
import { capitals, type Fact, factsOf } from "./facts.ts";
import type { Kind } from "./kinds.ts";

/** The facts of something that matter most. */
export function EntityFacts({
  tenant,
  kind,
  id,
  body,
  since,
}: {
  tenant: string;
  kind: Kind;
  id: string;
  body: unknown;
  since: string;
}) {
  const facts = factsOf(kind, body);
  return (
    <Section title="Facts">
      <Panel className="px-3 py-2.5">
        <Facts
          items={[
            ...facts.map((f): [string, React.ReactNode] => [f.name, <Value key={f.name} fact={f} tenant={tenant} />]),
            [
              "Id",
              <span key="id" className="inline-flex items-center gap-1">
                <code className="font-mono text-xs wrap-anywhere">{id}</code>
                <Copy text={id} label="Copy the id" />
              </span>,
            ],
            ["So since", <Time key="since" at={since} />],
          ]}
        />
      </Panel>
    </Section>
  );
}

/** How many values of a list are shown. */
const shown = 12;

function Value({ fact: f, tenant }: { fact: Fact; tenant: string }) {
  const list = Array.isArray(f.value) ? f.value.map(String) : [String(f.value)];
  if (f.ids) {
    const kind = f.ids;
    return (
      <ul className="flex flex-col">
        {list.slice(0, shown).map((id) => (
          <li key={id} className="min-w-0">
            <ById tenant={tenant} kind={kind} id={id} />
          </li>
        ))}
        <Rest list={list} />
      </ul>
    );
  }
  if (f.as === "time") return <Time at={list[0] ?? ""} />;
  if (f.as === "code") return <code className="font-mono text-xs wrap-anywhere">{list[0]}</code>;
  if (f.as === "list") {
    return (
      <ul className="flex flex-col">
        {list.slice(0, shown).map((v, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: values may be there twice
          <li key={i} className="wrap-anywhere">
            {capitals(v)}
          </li>
        ))}
        <Rest list={list} />
      </ul>
    );
  }
  return capitals(list[0] ?? "");
}

function Rest({ list }: { list: string[] }) {
  return list.length > shown && <li className="text-sm text-faint">and {list.length - shown} more, below</li>;
}

/** Something that is known by its id alone, with its name as soon as that is there. */
function ById({ tenant, kind, id }: { tenant: string; kind: Kind; id: string }) {
  const found = useQuery({
    ...read("/api/v1/tenants/{id}/entities", { path: { id: tenant }, query: { kind, q: id, limit: 1 } }),
    staleTime: 60_000,
  });
  const name = found.data?.items.find((e) => e.id === id)?.name;
  return <EntityLink tenant={tenant} of={{ kind, id, name }} />;
}
