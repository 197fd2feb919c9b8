import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { read } from "../../../api/query.ts";
import { Page, PageHeader, Section } from "../../../kit/Page.tsx";
import { useCan } from "../../session/session.ts";
import { AddTenant, useUnread } from "../AddTenant.tsx";
import { Cards } from "./Cards.tsx";

/** Where an Okta org is connected: which way. */
export function ConnectPage() {
  const may = useCan("inventory:read");
  const tenants = useQuery({ ...read("/api/v1/tenants", {}), enabled: may });
  const unread = useUnread(tenants.data);
  return (
    <Page>
      <PageHeader
        title="Connect an Okta org"
        above={
          <Link to="/visibility" className="hover:underline">
            Orgs
          </Link>
        }
        lead="Sallyport reads the org through a credential. There are three kinds; what each sees is shown before anything is read."
      />
      <div className="flex flex-col gap-6">
        <Section title="Three ways">
          <Cards />
        </Section>
        {tenants.data && <AddTenant connections={unread} />}
      </div>
    </Page>
  );
}
