import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Failed } from "../../api/Failed.tsx";
import { read } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { DataTable } from "../../kit/DataTable.tsx";
import { Empty } from "../../kit/Empty.tsx";
import { Tag } from "../../kit/State.tsx";
import { Time } from "../../kit/Time.tsx";

type Version = components["schemas"]["FlowVersion"];

/** The published versions of a flow. */
export function FlowVersions({ flow }: { flow: components["schemas"]["FlowDetail"] }) {
  const versions = useQuery(read("/api/v1/flows/{id}/versions", { path: { id: flow.id } }));
  if (versions.isError)
    return (
      <Failed what="The versions could not be read." error={versions.error} onRetry={() => void versions.refetch()} />
    );
  return (
    <DataTable<Version>
      label="Versions"
      rows={versions.data}
      rowKey={(v) => String(v.version)}
      rowName={(v) => `version ${v.version}`}
      empty={<Empty title="Nothing was published yet">The flow is only a draft.</Empty>}
      columns={[
        {
          id: "version",
          title: "Version",
          width: "190px",
          phone: "title",
          cell: (v) => (
            <span className="inline-flex items-center gap-2">
              <Link
                to="/flows/$id"
                params={{ id: flow.id }}
                search={{ version: String(v.version) }}
                className="font-medium hover:underline"
              >
                Version {v.version}
              </Link>
              {v.version === flow.version && <Tag>published</Tag>}
            </span>
          ),
        },
        { id: "note", title: "What changed", cell: (v) => v.note || <span className="text-faint">No note</span> },
        {
          id: "by",
          title: "By",
          width: "22%",
          cell: (v) => <span className="text-muted">{v.author.name || "unknown"}</span>,
        },
        { id: "at", title: "When", width: "160px", phone: "aside", cell: (v) => <Time at={v.createdAt} /> },
      ]}
    />
  );
}
