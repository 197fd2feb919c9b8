import { Link } from "@tanstack/react-router";
import { DataTable } from "../../kit/DataTable.tsx";
import { Tag } from "../../kit/State.tsx";
import type { Column, DataTableProps } from "../../kit/table.ts";
import { count, counted } from "../../kit/time.ts";
import { SeverityMark } from "../alerts/severity.tsx";
import { RuleSwitch } from "./RuleSwitch.tsx";
import type { Rule } from "./ruleFilter.ts";

type Props = { rules: Rule[] | undefined } & Pick<DataTableProps<Rule>, "sort" | "onSort" | "onOpen" | "empty">;

/** Rules in a list. */
export function RuleTable({ rules, ...rest }: Props) {
  return (
    <DataTable<Rule>
      label="Rules"
      rows={rules}
      rowKey={(r) => r.id}
      rowName={(r) => r.title}
      columns={columns}
      {...rest}
    />
  );
}

const columns: Column<Rule>[] = [
  { id: "on", title: "On", width: "60px", phone: "aside", cell: (r) => <RuleSwitch rule={r} /> },
  {
    id: "severity",
    title: "Severity",
    width: "104px",
    sort: true,
    cell: (r) => <SeverityMark severity={r.severity} />,
  },
  {
    id: "title",
    title: "Rule",
    sort: true,
    phone: "title",
    cell: (r) => (
      <span className="flex items-center gap-2">
        <Link
          to="/rules/$id"
          params={{ id: r.id }}
          title={r.description}
          className="min-w-0 truncate font-medium hover:underline"
        >
          {r.title}
        </Link>
        {r.changed && <Tag title="The organization has decided otherwise than the rule says">changed</Tag>}
      </span>
    ),
  },
  {
    id: "category",
    title: "Category",
    width: "108px",
    sort: true,
    from: 1024,
    cell: (r) => <span className="text-muted">{r.category}</span>,
  },
  {
    id: "pack",
    title: "Pack",
    width: "108px",
    sort: true,
    from: 1024,
    phone: "none",
    cell: (r) => <span className="text-muted">{r.own ? "own" : r.pack}</span>,
  },
  {
    id: "status",
    title: "Status",
    width: "104px",
    sort: true,
    from: 1280,
    phone: "none",
    cell: (r) => <span className="text-muted">{r.status}</span>,
  },
  {
    id: "attack",
    title: "ATT&CK",
    width: "168px",
    from: 1536,
    phone: "none",
    cell: (r) => (
      <span className="text-muted tabular-nums">
        {r.tags
          .filter((t) => /^attack\.t\d/.test(t))
          .map((t) => t.slice(7).toUpperCase())
          .join(", ")}
      </span>
    ),
  },
  hits("week", "7 days"),
  hits("month", "30 days"),
];

function hits(of: "week" | "month", title: string): Column<Rule> {
  return {
    id: of,
    title,
    width: "84px",
    right: true,
    sort: true,
    named: true,
    from: of === "week" ? undefined : 768,
    phone: of === "week" ? "line" : "none",
    cell: (r) => (
      <span
        className={r[of].alerts === 0 ? "text-faint" : undefined}
        title={`${counted(r[of].alerts, "alert")}, ${counted(r[of].hits, "hit")}`}
      >
        {count(r[of].alerts)}
      </span>
    ),
  };
}
