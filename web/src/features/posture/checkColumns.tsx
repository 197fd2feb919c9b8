import { Link } from "@tanstack/react-router";
import type { Column } from "../../kit/table.ts";
import { count } from "../../kit/time.ts";
import { VerdictMark, WeightMark } from "./marks.tsx";
import { type CheckResult, categoryWords } from "./posture.ts";

/** What a list of checks shows of each. */
export function checkColumns(tenant: string, profile: string | undefined): Column<CheckResult>[] {
  return [
    {
      id: "verdict",
      title: "Verdict",
      width: "148px",
      phone: "aside",
      cell: (c) => <VerdictMark verdict={c.verdict} />,
    },
    {
      id: "title",
      title: "Check",
      width: "36%",
      phone: "title",
      cell: (c) => (
        <Link
          to="/posture/$id/$check"
          params={{ id: tenant, check: c.id }}
          search={{ profile }}
          title={c.title}
          className="font-medium hover:underline sm:block sm:truncate"
        >
          {c.title}
        </Link>
      ),
    },
    {
      id: "said",
      title: "What it came to",
      from: 1024,
      cell: (c) => (
        <span title={c.said} className="text-muted">
          {c.said}
        </span>
      ),
    },
    { id: "severity", title: "Severity", width: "106px", cell: (c) => <WeightMark severity={c.severity} /> },
    {
      id: "category",
      title: "Category",
      width: "130px",
      from: 1280,
      cell: (c) => <span className="text-muted">{categoryWords(c.category)}</span>,
    },
    {
      id: "bad",
      title: "Fail",
      width: "92px",
      right: true,
      from: 768,
      phone: "none",
      cell: (c) => (c.looked > 0 ? `${count(c.bad)} of ${count(c.looked)}` : ""),
    },
    {
      id: "id",
      title: "Id",
      width: "118px",
      from: 1280,
      phone: "none",
      cell: (c) => <span className="font-mono text-xs text-faint">{c.id}</span>,
    },
  ];
}
