import { useQuery } from "@tanstack/react-query";
import { Failed } from "../../api/Failed.tsx";
import { read } from "../../api/query.ts";
import { Note } from "../../kit/Note.tsx";
import { Facts, Page, PageHeader, Section } from "../../kit/Page.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { useSession } from "../session/session.ts";
import { Above } from "./Above.tsx";
import { Entrances } from "./Entrances.tsx";
import { MyPassword } from "./MyPassword.tsx";
import { MySessions } from "./MySessions.tsx";
import { roleNames } from "./members.ts";
import { SecondFactors } from "./SecondFactors.tsx";

/** The viewer's own account. */
export function Account() {
  const { account, organization, roles } = useSession();
  return (
    <Page narrow>
      <PageHeader title="My account" above={<Above />} />
      <div className="flex flex-col gap-8">
        <Facts
          items={[
            ["Name", account.name],
            ["E-mail", account.email],
            ["Organization", organization.name],
            ["Roles", roleNames(roles)],
          ]}
        />
        <Proofs />
        <Section title="Where you are signed in">
          <MySessions />
        </Section>
        <Section title="Organizations">
          <Entrances />
        </Section>
      </div>
    </Page>
  );
}

/** Password and second factors, where they are the person's own and not their organization's. */
function Proofs() {
  const { account, organization } = useSession();
  const factors = useQuery(read("/api/v1/session/factors", {}));
  if (factors.isError)
    return (
      <Section title="Password and second factors">
        <Failed
          what="How you prove who you are could not be read."
          error={factors.error}
          onRetry={() => void factors.refetch()}
          retrying={factors.isRefetching}
        />
      </Section>
    );
  if (!factors.data)
    return (
      <Section title="Password and second factors">
        <SkeletonLines lines={4} />
      </Section>
    );
  if (!factors.data.password)
    return (
      <Section title="Password and second factors">
        <Note title={`The Okta of ${organization.name} signs you in`}>
          Your password and your second factors are there, and are changed there. Sallyport has none of yours.
        </Note>
      </Section>
    );
  return (
    <>
      <Section title="Second factors">
        <SecondFactors data={factors.data} />
      </Section>
      <Section title="Change the password">
        <MyPassword email={account.email} />
      </Section>
    </>
  );
}
