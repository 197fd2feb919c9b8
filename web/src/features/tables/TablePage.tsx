import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { read } from "../../api/query.ts";
import { Unread } from "../../api/Unread.tsx";
import { Page, PageHeader } from "../../kit/Page.tsx";
import { Skeleton } from "../../kit/Skeleton.tsx";
import { Rows } from "./Rows.tsx";
import { TableActions } from "./TableActions.tsx";

const route = getRouteApi("/inside/tables/$id");

/** A table and its rows. */
export function TablePage() {
  const { id } = route.useParams();
  const table = useQuery(read("/api/v1/tables/{id}", { path: { id } }));
  const t = table.data;
  const above = (
    <Link to="/tables" className="hover:underline">
      Tables
    </Link>
  );
  if (!t && table.isError) return <Unread query={table} what="table" above={above} />;
  return (
    <Page>
      <PageHeader
        title={t?.title ?? "Table"}
        above={above}
        lead={
          t ? (
            <>
              {t.description && <span>{t.description} </span>}
              {t.flows.length > 0 ? "Used by " : "No flow uses it."}
              {t.flows.map((f, i) => (
                <span key={f.id}>
                  {i > 0 && ", "}
                  <Link to="/flows/$id" params={{ id: f.id }} className="text-accent hover:underline">
                    {f.name}
                  </Link>
                </span>
              ))}
            </>
          ) : (
            <Skeleton className="my-1 h-3.5 w-64" />
          )
        }
        actions={t && <TableActions table={t} />}
      />
      {t && <Rows table={t} />}
    </Page>
  );
}
