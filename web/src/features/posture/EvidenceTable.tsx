import { Link, useNavigate } from "@tanstack/react-router";
import { ShieldCheck } from "lucide-react";
import { useState } from "react";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { DataTable } from "../../kit/DataTable.tsx";
import { Empty } from "../../kit/Empty.tsx";
import { Panel } from "../../kit/Page.tsx";
import type { Column } from "../../kit/table.ts";
import { count } from "../../kit/time.ts";
import { useCan } from "../session/session.ts";
import { ExceptDialog } from "./ExceptDialog.tsx";
import { VerdictMark } from "./marks.tsx";
import { ObjectLink } from "./ObjectLink.tsx";
import type { CheckDetail } from "./posture.ts";

type Row = components["schemas"]["CheckEvidence"];

/** What a check looked at, row by row, and what stood there. */
export function EvidenceTable({ tenant, check: c }: { tenant: string; check: CheckDetail }) {
  const navigate = useNavigate();
  const can = useCan("posture:write");
  const [accepting, setAccepting] = useState<Row>();
  return (
    <>
      <DataTable<Row>
        label="What it rests on"
        rows={c.evidence}
        columns={columns(tenant, can ? setAccepting : undefined)}
        rowKey={(e) => `${e.object.key} ${e.field ?? ""} ${e.said}`}
        rowName={(e) => e.object.name || e.object.key}
        onOpen={(e) =>
          e.finding &&
          void navigate({ to: "/findings/$id/$finding", params: { id: tenant, finding: e.finding }, search: {} })
        }
        empty={
          <Panel>
            <Empty title={c.at ? "There is nothing that it could look at" : "Not judged yet"}>
              {c.at
                ? "Either the org has none of what it is about, or it cannot be seen."
                : "The org is judged after each reading, and when asked."}
            </Empty>
          </Panel>
        }
      />
      {c.more > 0 && (
        <p className="mt-2 text-sm text-muted">
          {count(c.more)} further rows are left out.{" "}
          <Link to="/findings" search={{ tenant, check: c.id }} className="underline">
            All its findings
          </Link>
        </p>
      )}
      {accepting && (
        <ExceptDialog
          tenant={tenant}
          check={c}
          object={{ key: accepting.object.key, name: accepting.object.name || accepting.object.key }}
          onClose={() => setAccepting(undefined)}
        />
      )}
    </>
  );
}

function columns(tenant: string, onAccept?: (row: Row) => void): Column<Row>[] {
  return [
    {
      id: "verdict",
      title: "Verdict",
      width: "112px",
      phone: "aside",
      cell: (e) => <VerdictMark verdict={e.verdict} />,
    },
    {
      id: "object",
      title: "What",
      width: "30%",
      phone: "title",
      cell: (e) => <ObjectLink tenant={tenant} of={e.object} bold />,
    },
    {
      id: "said",
      title: "What it says",
      cell: (e) => (
        <span title={e.said} className="text-muted">
          {e.excepted ? `Accepted: ${e.excepted}` : e.said}
        </span>
      ),
    },
    {
      id: "value",
      title: "Stands there",
      width: "24%",
      from: 1536,
      cell: (e) =>
        e.field && (
          <span title={`${e.field}: ${e.value ?? ""}`} className="font-mono text-xs text-muted">
            {e.field}: {e.value}
          </span>
        ),
    },
    {
      id: "do",
      title: "Do",
      hideTitle: true,
      width: "112px",
      right: true,
      cell: (e) => {
        if (e.finding && onAccept && !e.excepted) {
          return (
            <Button
              size="sm"
              look="quiet"
              icon={<ShieldCheck size={14} />}
              aria-label={`Accept ${e.object.name || e.object.key}`}
              onClick={() => onAccept(e)}
            >
              Accept
            </Button>
          );
        }
        return null;
      },
    },
  ];
}
