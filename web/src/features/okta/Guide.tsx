import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Failed } from "../../api/Failed.tsx";
import { read } from "../../api/query.ts";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { useSession } from "../session/session.ts";
import { Values } from "./Values.tsx";

/** The set-up, step by step, with the values of this organization filled in. */
export function Guide({ scim }: { scim: boolean }) {
  const { organization } = useSession();
  const sso = useQuery({ ...read("/api/v1/sso", {}), refetchOnWindowFocus: false });
  const provisioning = useQuery({ ...read("/api/v1/scim", {}), enabled: scim });
  if (sso.isError)
    return (
      <Failed
        what="The values of the guide could not be read."
        error={sso.error}
        onRetry={() => void sso.refetch()}
        retrying={sso.isRefetching}
      />
    );
  if (!sso.data) return <SkeletonLines lines={10} />;
  const sp = sso.data.serviceProvider;
  const attribute = sso.data.draft.groupsAttribute || "groups";
  return (
    <ol className="flex max-w-4xl flex-col gap-7">
      <Step n={1} title="Create the application in Okta">
        <p>
          In Okta's admin console go to Applications → Applications → Create App Integration, choose SAML 2.0, and call
          it “Sallyport {organization.name}”.
        </p>
      </Step>
      <Step n={2} title="Configure SAML">
        <p>Under General fill in these, and leave the rest as it is: response and assertion signed, RSA-SHA256.</p>
        <Values
          items={[
            { name: "Single sign-on URL", value: sp.acsUrl },
            { name: "Audience URI (SP Entity ID)", value: sp.entityId },
            { name: "Name ID format", value: "EmailAddress" },
            { name: "Application username", value: "Email" },
          ]}
        />
      </Step>
      <Step n={3} title="Send attributes and groups">
        <p>
          Still under SAML settings add these attribute statements, and one group attribute statement. Without the last
          nobody has a role, and so nobody comes in.
        </p>
        <Values
          items={[
            { name: "firstName", value: "user.firstName" },
            { name: "lastName", value: "user.lastName" },
            { name: "email", value: "user.email" },
            {
              name: `Group attribute: ${attribute}`,
              value: "Matches regex .*",
              note: "Or a narrower filter: only groups that are on a role below count.",
            },
          ]}
        />
      </Step>
      <Step n={4} title="Assign people">
        <p>
          On the Assignments tab assign the groups whose people may come in. Make one for Full Admins, such as
          “Sallyport Admins”, and be in it yourself.
        </p>
      </Step>
      <Step n={5} title="Give Okta's metadata to Sallyport">
        <p>
          On the Sign On tab copy the Metadata URL, and enter it under <Tab id="signon">Single sign-on</Tab>. Sallyport
          fetches it every hour, so that a new certificate arrives by itself.
        </p>
      </Step>
      <Step n={6} title="Say which group gives which role">
        <p>
          Under <Tab id="signon">Single sign-on</Tab> name for each role the Okta groups that give it, letter by letter.
          At least one has to give Full Admin. Keep yourself on the exempt list.
        </p>
      </Step>
      <Step n={7} title="Test and save">
        <p>
          Keep the draft, press Test the draft and sign in as yourself. The result shows what Okta sent, and the roles
          that come of it. Then enable it.
        </p>
      </Step>
      {provisioning.data && (
        <Step n={8} title="Provisioning (SCIM)">
          <p>
            In Okta under General choose SCIM as provisioning, and then on the Provisioning tab fill in these. The token
            is the secret under <Tab id="provisioning">Provisioning</Tab>.
          </p>
          <Values
            items={[
              { name: "SCIM connector base URL", value: provisioning.data.url },
              { name: "Unique identifier field", value: provisioning.data.unique },
              {
                name: "Provisioning actions",
                value: "Push New Users, Push Profile Updates, Push Groups",
              },
              { name: "Authentication mode", value: "HTTP Header" },
            ]}
          />
          <p>
            Press Test Connector Configuration. Then, under To App, tick Create Users, Update User Attributes and
            Deactivate Users.
          </p>
        </Step>
      )}
      <Step n={provisioning.data ? 9 : 8} title="Optional: logout">
        <p>
          Single Logout ends the session here when somebody signs out of Okta, and the other way round. Universal Logout
          ends it when Okta sees a risk. Upload the certificate of Sallyport's metadata as signature certificate.
        </p>
        <Values
          items={[
            { name: "Single Logout URL", value: sp.logoutUrl },
            { name: "SP Issuer", value: sp.entityId },
            { name: "Global token revocation endpoint", value: sp.revocationUrl },
          ]}
        />
      </Step>
    </ol>
  );
}

function Step({ n, title, children }: { n: number; title: string; children: ReactNode }) {
  return (
    <li className="flex gap-3.5">
      <span
        aria-hidden
        className="flex size-6 shrink-0 items-center justify-center rounded-full bg-accent-soft text-sm font-medium text-accent"
      >
        {n}
      </span>
      <div className="flex min-w-0 flex-1 flex-col gap-2.5">
        <h2 className="text-base leading-6">{title}</h2>
        {children}
      </div>
    </li>
  );
}

function Tab({ id, children }: { id: string; children: ReactNode }) {
  return (
    <Link to="/settings/okta" search={{ tab: id === "signon" ? undefined : id }} className="text-accent underline">
      {children}
    </Link>
  );
}
