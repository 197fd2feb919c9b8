import type { ReactNode } from "react";
import { Facts } from "../../../kit/Page.tsx";
import { Tag } from "../../../kit/State.tsx";
import { Time } from "../../../kit/Time.tsx";
import { type AlertPerson, unread } from "./habits.ts";

/** What Okta says of a person. What could not be read says why. */
export function Person({ person: p }: { person: AlertPerson }) {
  if (p.cannotTell) return <p className="text-sm text-muted">What Okta says: cannot tell. {p.cannotTell}</p>;
  const job = [p.title, p.department].filter(Boolean).join(", ");
  const items: [string, ReactNode][] = unread(p, "profile")
    ? [["Profile", <Unread key="p" why={unread(p, "profile")} />]]
    : [
        [
          "Status",
          <Tag key="s" tone={p.status === "ACTIVE" ? "quiet" : "warn"}>
            {(p.status ?? "").toLowerCase()}
          </Tag>,
        ],
        ...(job ? ([["Job", job]] as [string, ReactNode][]) : []),
        ...(p.manager ? ([["Manager", p.manager]] as [string, ReactNode][]) : []),
        ...(p.createdAt ? ([["Created", <Time key="c" at={p.createdAt} />]] as [string, ReactNode][]) : []),
        ["Last sign-in", p.lastLogin ? <Time key="l" at={p.lastLogin} /> : "never"],
      ];
  return (
    <Facts
      className="text-sm"
      items={[
        ...items,
        [
          "Admin roles",
          <List key="r" why={unread(p, "roles")} values={p.roles} none="none">
            {(r) => <Tag tone="warn">{r}</Tag>}
          </List>,
        ],
        [
          "Authenticators",
          <List
            key="f"
            why={unread(p, "factors")}
            values={p.factors.map((f) => factorWords(f))}
            none="none enrolled"
          />,
        ],
        [
          "Groups",
          <List
            key="g"
            why={unread(p, "groups")}
            values={p.moreGroups ? [...p.groups, "and more"] : p.groups}
            none="none"
          />,
        ],
      ]}
    />
  );
}

function factorWords(f: AlertPerson["factors"][number]): string {
  const state = f.status === "ACTIVE" ? "" : `, ${f.status.toLowerCase().replaceAll("_", " ")}`;
  return `${f.type.replaceAll("_", " ")} (${f.provider}${state})`;
}

function List({
  why,
  values,
  none,
  children,
}: {
  why?: string;
  values: string[];
  none: string;
  children?: (value: string) => ReactNode;
}) {
  if (why) return <Unread why={why} />;
  if (values.length === 0) return none;
  if (children)
    return (
      <span className="flex flex-wrap gap-1">
        {values.map((v) => (
          <span key={v}>{children(v)}</span>
        ))}
      </span>
    );
  return values.join(", ");
}

const Unread = ({ why }: { why?: string }) => <span className="text-muted">cannot tell. {why}</span>;
