import { getRouteApi } from "@tanstack/react-router";
import { Page, PageHeader } from "../../kit/Page.tsx";
import { NotFound } from "../../shell/Fallbacks.tsx";
import { aboutKind, capital, isKind } from "../visibility/kinds.ts";
import { Timeline } from "./Timeline.tsx";

const route = getRouteApi("/inside/timeline/$kind/$entity");

/** The timeline of somebody or something that no inventory has to know. */
export function TimelinePage() {
  const { kind, entity } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  if (!isKind(kind)) return <NotFound />;
  return (
    <Page>
      <PageHeader title={entity} lead={`${capital(aboutKind(kind).one)}, by what events tell`} />
      <Timeline
        of={{ kind: kind as Parameters<typeof Timeline>[0]["of"]["kind"], entity }}
        search={search}
        onSearch={(s) => void navigate({ search: s, replace: true })}
      />
    </Page>
  );
}
