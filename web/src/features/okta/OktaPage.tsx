import { useNavigate, useSearch } from "@tanstack/react-router";
import { Page, PageHeader } from "../../kit/Page.tsx";
import { Tabs } from "../../kit/Tabs.tsx";
import { useSession } from "../session/session.ts";
import { Above } from "../settings/Above.tsx";
import { Guide } from "./Guide.tsx";
import { Provisioning } from "./Provisioning.tsx";
import { Refusals } from "./Refusals.tsx";
import { SignOn } from "./SignOn.tsx";

/** How the organization's people come in, and go, by its own Okta. */
export function OktaPage() {
  const { permissions } = useSession();
  const { tab } = useSearch({ from: "/inside/settings/okta" });
  const navigate = useNavigate();
  const sso = permissions.includes("sso:read");
  const scim = permissions.includes("scim:read");
  const tabs = [
    ...(sso ? [{ id: "signon", label: "Single sign-on", content: <SignOn /> }] : []),
    ...(scim ? [{ id: "provisioning", label: "Provisioning", content: <Provisioning /> }] : []),
    ...(sso ? [{ id: "refused", label: "Refused sign-ins", content: <Refusals /> }] : []),
    ...(sso ? [{ id: "guide", label: "Set-up guide", content: <Guide scim={scim} /> }] : []),
  ];
  const shown = tabs.find((t) => t.id === tab)?.id ?? tabs[0]?.id ?? "";
  return (
    <Page>
      <PageHeader
        title="Okta integration"
        above={<Above />}
        lead="Your people sign in through your own Okta, and it says who they are and what they may do. It speaks for this organization alone."
      />
      <Tabs
        label="Okta integration"
        value={shown}
        tabs={tabs}
        onChange={(id) => void navigate({ to: "/settings/okta", search: { tab: id === "signon" ? undefined : id } })}
      />
    </Page>
  );
}
