import type { components } from "../../api/schema.gen.ts";
import { Tag } from "../../kit/State.tsx";
import { Time } from "../../kit/Time.tsx";
import type { Column } from "../../kit/table.ts";
import { originWords, rolesBySource } from "./members.ts";

type Member = components["schemas"]["Member"];
type Waiting = components["schemas"]["Confirmation"];

/** What stands in a member's row. */
export function memberColumns(me: string, waiting: Waiting[] | undefined): Column<Member>[] {
  return [
    {
      id: "name",
      title: "Person",
      phone: "title",
      cell: (m) => (
        <span className="flex min-w-0 items-center gap-2">
          <span className="truncate font-medium">{m.name || m.email}</span>
          {m.id === me && <Tag tone="live">you</Tag>}
          {m.disabled && <Tag tone="warn">disabled</Tag>}
          {m.state === "pending" && <Pending of={waiting?.find((w) => w.member === m.id)} />}
        </span>
      ),
    },
    {
      id: "email",
      title: "E-mail address",
      from: 1024,
      cell: (m) => <span className="truncate text-muted">{m.email}</span>,
    },
    {
      id: "roles",
      title: "Roles",
      named: true,
      cell: (m) => (
        <span className="truncate">
          {m.roles.length === 0 && <span className="text-faint">none</span>}
          {rolesBySource(m.roles).map(({ name, from }, i) => (
            <span key={name}>
              {i > 0 && ", "}
              {name}
              {from && <span className="text-faint"> ({from})</span>}
            </span>
          ))}
        </span>
      ),
    },
    {
      id: "origin",
      title: "Came by",
      named: true,
      width: "140px",
      from: 768,
      cell: (m) => originWords(m.origin),
    },
    {
      id: "seen",
      named: true,
      title: "Last seen",
      width: "140px",
      cell: (m) => (m.seenAt ? <Time at={m.seenAt} /> : <span className="text-faint">not lately</span>),
    },
  ];
}

function Pending({ of }: { of?: Waiting }) {
  const why = of?.unsent
    ? `No letter was sent: ${of.unsent}`
    : "They have not confirmed yet that the address is theirs, and cannot come in.";
  return (
    <Tag tone="warn" title={why}>
      {of?.unsent ? "not written to" : "not confirmed"}
    </Tag>
  );
}
