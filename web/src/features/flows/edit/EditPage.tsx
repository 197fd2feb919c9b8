import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { read } from "../../../api/query.ts";
import { Unread } from "../../../api/Unread.tsx";
import { Empty } from "../../../kit/Empty.tsx";
import { Page, PageHeader } from "../../../kit/Page.tsx";
import { useCan } from "../../session/session.ts";
import { PictureSkeleton } from "../picture/FlowPicture.tsx";
import { Workbench } from "./Workbench.tsx";

const route = getRouteApi("/inside/flows/$id/edit");

/** A flow's draft, to be edited; the published version where there is none. */
export function EditPage() {
  const { id } = route.useParams();
  const can = useCan("flows:write");
  // What is edited is read once; after that the editor knows better.
  const flow = useQuery({
    ...read("/api/v1/flows/{id}", { path: { id }, query: { draft: true } }),
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  const above = (
    <Link to="/flows/$id" params={{ id }} className="hover:underline">
      Back to the flow
    </Link>
  );
  if (!flow.data) {
    return (
      <Unread query={flow} what="flow" above={above}>
        <PictureSkeleton />
      </Unread>
    );
  }
  if (!can) {
    return (
      <Page>
        <PageHeader title={flow.data.title} above={above} />
        <Empty title="You may look at flows, not change them">Ask somebody who may.</Empty>
      </Page>
    );
  }
  return <Workbench key={id} flow={flow.data} />;
}
