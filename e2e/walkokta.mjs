// What an administrator of Okta does for an application, in the org of a sandbox,
// and what its people see of it.
import { sandbox, until } from "./demo.mjs";

/** The Okta org of a sandbox, as its administrator asks it. */
export function oktaOf(s) {
  const { url, token } = s.demo.state.okta;
  async function ask(method, path, body) {
    const answer = await fetch(url + path, {
      method,
      headers: { Authorization: `SSWS ${token}`, "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`Okta: ${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  }

  return {
    url,
    ask,
    /** Makes the application by the wizard's form; `signs` is the certificate of the service provider's requests. */
    async app(sp, signs) {
      const slo = {
        slo: { enabled: true, issuer: sp.entityId, logoutUrl: sp.logoutUrl },
        participateSlo: {
          enabled: true,
          logoutRequestUrl: sp.logoutUrl,
          sessionIndexRequired: true,
          bindingType: "POST",
        },
        spCertificate: { x5c: [signs] },
      };
      const unspecified = "urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified";
      const one = (name, value) => ({ type: "EXPRESSION", name, namespace: unspecified, values: [value] });
      const { id } = await ask("POST", "/api/v1/apps", {
        label: "Sallyport",
        signOnMode: "SAML_2_0",
        settings: {
          signOn: {
            ssoAcsUrl: sp.acsUrl,
            recipient: sp.acsUrl,
            destination: sp.acsUrl,
            audience: sp.entityId,
            responseSigned: true,
            assertionSigned: true,
            ...slo,
            attributeStatements: [
              one("firstName", "user.firstName"),
              one("lastName", "user.lastName"),
              one("email", "user.email"),
              {
                type: "GROUP",
                name: "groups",
                namespace: unspecified,
                filterType: "REGEX",
                filterValue: "Sallyport.*",
              },
            ],
          },
        },
      });
      return { id, metadata: `${url}/app/exk${id.slice(3)}/sso/saml/metadata` };
    },
    /** The provisioning tab: connects to the server, and switches everything on. */
    async provisions(app, baseUrl, token) {
      const enabled = { status: "ENABLED" };
      await ask("POST", `/api/v1/apps/${app.id}/connections/default?activate=true`, {
        baseUrl,
        profile: { authScheme: "TOKEN", token },
      });
      await ask("PUT", `/api/v1/apps/${app.id}/features/USER_PROVISIONING`, {
        create: { lifecycleCreate: enabled },
        update: { profile: enabled, lifecycleDeactivate: enabled },
      });
    },
    async person(firstName, lastName) {
      const email = `${firstName.toLowerCase()}@acme.example`;
      const profile = { firstName, lastName, email, login: email };
      const { id } = await ask("POST", "/api/v1/users?activate=true", {
        profile,
        credentials: { password: { value: "Correct-Horse-9" } },
      });
      return { id, email };
    },
    async group(name) {
      return (await ask("POST", "/api/v1/groups", { profile: { name } })).id;
    },
    joins: (group, who) => ask("PUT", `/api/v1/groups/${group}/users/${who.id}`),
    leaves: (group, who) => ask("DELETE", `/api/v1/groups/${group}/users/${who.id}`),
    assigns: (app, who) => ask("POST", `/api/v1/apps/${app.id}/users`, { id: who.id, scope: "USER" }),
    unassigns: (app, who) => ask("DELETE", `/api/v1/apps/${app.id}/users/${who.id}`),
    /** Waits until everything was sent that is to be provisioned. */
    sent: () =>
      until("what is provisioned to be sent", async () => {
        const { apps, tasks } = await sandbox(s.demo, "GET", "/provisioning");
        if (tasks.length > 0) throw new Error(`not provisioned: ${JSON.stringify(tasks)}`);
        return apps.every((a) => !a.waiting);
      }),
  };
}

/** Signs in on Okta's page. */
export async function atOkta(page, who) {
  await page.getByRole("heading", { name: /^Sign in/ }).waitFor();
  await page.getByLabel("Username").fill(who.email);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}
