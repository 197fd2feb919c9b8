// An organization with people in it: invited, pushed by Okta and refused, with roles of its own and single sign-on half set up.
import { api, sandbox, signedIn } from "./demo.mjs";

const user = "urn:ietf:params:scim:schemas:core:2.0:User";
const group = "urn:ietf:params:scim:schemas:core:2.0:Group";

/** Fills the portal of a demo. */
export async function peopled(demo) {
  await signedIn(demo, "POST", "/roles", {
    name: "Night shift",
    permissions: ["alerts:read", "alerts:write", "events:read"],
  });
  for (const email of ["grace@acme.example", "somebody.with.a.long.name@subsidiary.of.acme.example"])
    await signedIn(demo, "POST", "/members", { email, roles: ["analyst"] });
  await pushed(demo, await signedIn(demo, "POST", "/scim/secret", {}));
  await drafted(demo);
}

/** What Okta pushes, and somebody else tries. */
async function pushed(demo, { secret }) {
  const scim = (method, path, body, key = secret) =>
    fetch(`${demo.base}/scim/v2${path}`, {
      method,
      headers: { Authorization: key, "Content-Type": "application/scim+json", "User-Agent": "Okta SCIM Client 1.0.0" },
      body: body && JSON.stringify(body),
    }).then((r) => r.json());
  const members = [];
  for (const [givenName, familyName] of [
    ["Rosalind", "Franklin"],
    ["Emmy", "Noether"],
    ["Barbara", "Liskov"],
  ]) {
    const userName = `${givenName}@acme.example`.toLowerCase();
    const made = await scim("POST", "/Users", {
      schemas: [user],
      userName,
      name: { givenName, familyName },
      emails: [{ primary: true, value: userName, type: "work" }],
      active: true,
    });
    members.push({ value: made.id, display: userName });
  }
  await scim("POST", "/Groups", { schemas: [group], displayName: "Sallyport Analysts", members });
  await scim("GET", '/Users?filter=userName eq "nobody@acme.example"');
  await scim("POST", "/Users", { schemas: [user], userName: "no address", active: true });
  await scim("GET", "/Users", undefined, "scim-made-up");
}

/** A draft with an identity provider of the sandbox, and a sign-in that is refused. */
async function drafted(demo) {
  const { serviceProvider } = await api(demo, "GET", "/sso");
  const { okta } = await sandbox(demo, "GET", "/state");
  const headers = {
    Authorization: `SSWS ${okta.token}`,
    "Content-Type": "application/json",
  };
  const made = await fetch(`${demo.sandbox}/api/v1/apps`, {
    method: "POST",
    headers,
    body: JSON.stringify({
      label: "Sallyport",
      signOnMode: "SAML_2_0",
      settings: {
        signOn: {
          ssoAcsUrl: serviceProvider.acsUrl,
          audience: serviceProvider.entityId,
          recipient: serviceProvider.acsUrl,
          destination: serviceProvider.acsUrl,
          responseSigned: true,
          assertionSigned: true,
        },
      },
    }),
  });
  const app = await made.json();
  if (!made.ok) throw new Error(`make an app: ${JSON.stringify(app)}`);
  await signedIn(demo, "PUT", "/sso/draft", {
    metadataUrl: `${demo.sandbox}/app/exk${app.id.slice(3)}/sso/saml/metadata`,
    groupsAttribute: "groups",
    exempt: ["demo@acme.example"],
    roles: [
      { role: "admin", groups: ["Sallyport Admins"] },
      { role: "analyst", groups: ["Sallyport Analysts", "SOC"] },
      { role: "auditor", groups: ["Everyone"] },
    ],
  });
  await fetch(serviceProvider.acsUrl, {
    method: "POST",
    body: new URLSearchParams({ SAMLResponse: "PHNhbWw+" }),
    redirect: "manual",
  });
}
