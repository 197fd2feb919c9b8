import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { read } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { buttonClass } from "../../kit/Button.tsx";
import { Page, PageHeader } from "../../kit/Page.tsx";
import { hasPage, type Kind } from "../visibility/kinds.ts";
import { type Node, nodeName, nodeNote } from "./node.ts";
import { PrincipalAccess } from "./PrincipalAccess.tsx";

const route = getRouteApi("/inside/access/$id/$kind/$entity");

/** Somebody or something that leads to administration: what it reaches, and by which ways. */
export function PrincipalPage() {
  const { id, kind, entity } = route.useParams();
  const { aspect } = route.useSearch();
  const of = { id, kind: kind as Kind, entity };
  const found = useQuery(
    read("/api/v1/tenants/{id}/access/principals/{kind}/{entity}", {
      path: of,
      query: { aspect: aspect as components["schemas"]["AccessAspect"] | undefined },
    }),
  );
  const node: Node = found.data?.node ?? { kind: of.kind, id: entity, name: "" };
  return (
    <Page>
      <PageHeader
        title={nodeName(node)}
        above={
          <Link to="/access" search={{ tenant: id }} className="hover:underline">
            Access
          </Link>
        }
        lead={found.data ? `What this ${nodeNote(node)} reaches, and how.` : undefined}
        actions={
          hasPage(kind) && (
            <Link to="/visibility/$id/$kind/$entity" params={{ id, kind, entity }} className={buttonClass()}>
              All that is known of it
            </Link>
          )
        }
      />
      <PrincipalAccess
        key={`${kind}/${entity}/${aspect ?? ""}`}
        tenant={id}
        kind={of.kind}
        entity={entity}
        aspect={aspect}
      />
    </Page>
  );
}
