import { getRouteApi, Link } from "@tanstack/react-router";
import { Empty } from "../../../kit/Empty.tsx";
import { Page, PageHeader, Section } from "../../../kit/Page.tsx";
import { Tag } from "../../../kit/State.tsx";
import { useCan } from "../../session/session.ts";
import { AppWay } from "./AppWay.tsx";
import { CredentialForm } from "./CredentialForm.tsx";
import { Guide } from "./Guide.tsx";
import { Reading } from "./Reading.tsx";
import { ConnectionSees } from "./Sees.tsx";
import { wayOf } from "./ways.ts";

const route = getRouteApi("/inside/visibility/connect/$way");

/** One way of connecting an org, from what is done in Okta to the org that is read. */
export function ConnectWay() {
  const { way: id } = route.useParams();
  const { connection, setup } = route.useSearch();
  const navigate = route.useNavigate();
  const may = useCan("connections:write");
  const way = wayOf(id);
  const above = (
    <Link to="/visibility/connect" className="hover:underline">
      Connect an Okta org
    </Link>
  );
  if (!way || !may)
    return (
      <Page>
        <PageHeader title="Connect an Okta org" above={above} />
        <Empty title={way ? "You may not connect orgs" : "There is no such way to connect an org"}>
          {way ? "Somebody who may add connections does." : "There are three: choose one of them."}
        </Empty>
      </Page>
    );
  return (
    <Page>
      <PageHeader
        title={way.title}
        above={above}
        mark={way.recommended && <Tag tone="live">recommended</Tag>}
        lead={`${way.what} ${way.lasts}`}
      />
      <div className="flex flex-col gap-6">
        {way.id === "app" ? (
          <AppWay
            setup={setup}
            onSetup={(id) => void navigate({ search: { setup: id }, replace: setup !== undefined })}
          />
        ) : connection ? (
          <>
            <ConnectionSees connection={connection} />
            <Reading connection={connection} />
          </>
        ) : (
          <div className="grid items-start gap-x-8 gap-y-6 xl:grid-cols-[minmax(0,28rem)_minmax(0,1fr)]">
            <Guide way={way.id} />
            <Section title="Then here">
              <CredentialForm
                key={way.id}
                way={way.id}
                onConnected={(c) => void navigate({ search: { connection: c }, replace: true })}
              />
            </Section>
          </div>
        )}
      </div>
    </Page>
  );
}
