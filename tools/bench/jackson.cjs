// Jackson behind node:http: SCIM below /scim, the answers of an identity provider at
// /acs, and where and how to come in at /state.
const http = require("node:http");
const fs = require("node:fs");

async function main() {
  const base = "http://" + process.env.ADDR;
  const jackson = await require("@boxyhq/saml-jackson").default({
    externalUrl: base,
    samlPath: "/acs",
    samlAudience: "https://saml.boxyhq.com",
    scimPath: "/scim",
    idpEnabled: true,
    noAnalytics: true,
    clientSecretVerifier: "bench",
    db: { engine: "sql", type: "sqlite", url: "file://" + process.env.DATA },
    logger: { info() {}, warn() {}, error: console.error },
  });
  await jackson.connectionAPIController.createSAMLConnection({
    rawMetadata: fs.readFileSync(process.env.METADATA, "utf8"),
    defaultRedirectUrl: base + "/in",
    redirectUrl: JSON.stringify([base + "/in"]),
    tenant: "acme",
    product: "bench",
  });
  const made = await jackson.directorySyncController.directories.create({ name: "acme", tenant: "acme", product: "bench", type: "okta-scim-v2", webhook_url: "", webhook_secret: "" });
  if (made.error) throw new Error(made.error.message);
  const directory = made.data;

  http
    .createServer(async (req, res) => {
      try {
        const parts = [];
        for await (const p of req) parts.push(p);
        const body = Buffer.concat(parts).toString();
        const url = new URL(req.url, base);
        if (url.pathname === "/state") {
          res.writeHead(200, { "Content-Type": "application/json" });
          return res.end(JSON.stringify({ base: "/scim/" + directory.id, secret: directory.scim.secret }));
        }
        if (url.pathname === "/acs") {
          const form = new URLSearchParams(body);
          const got = await jackson.oauthController.samlResponse({ SAMLResponse: form.get("SAMLResponse"), RelayState: form.get("RelayState") || "", idp_hint: undefined });
          res.writeHead(got.redirect_url ? 302 : 400, got.redirect_url ? { Location: got.redirect_url } : {});
          return res.end(got.error);
        }
        const [, , directoryId, resourceType, resourceId] = url.pathname.split("/");
        const q = url.searchParams;
        const got = await jackson.directorySyncController.requests.handle({
          method: req.method,
          body: body ? JSON.parse(body) : undefined,
          directoryId,
          resourceType: resourceType.toLowerCase(),
          resourceId,
          apiSecret: (req.headers.authorization || "").replace(/^Bearer /, ""),
          query: { count: q.has("count") ? Number(q.get("count")) : undefined, startIndex: q.has("startIndex") ? Number(q.get("startIndex")) : undefined, filter: q.get("filter") || undefined },
        });
        res.writeHead(got.status, { "Content-Type": "application/scim+json" });
        res.end(got.data === undefined ? "" : JSON.stringify(got.data));
      } catch (err) {
        res.writeHead(500);
        res.end(String(err && err.message));
      }
    })
    .listen(Number(process.env.ADDR.split(":")[1]), "127.0.0.1");
}

main().catch((err) => {
  console.error(err);
  process.exit(1);
});
