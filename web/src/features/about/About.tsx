import { useQuery } from "@tanstack/react-query";
import { send } from "../../api/client.ts";
import { Copy } from "../../kit/Copy.tsx";
import { Facts, Page, PageHeader } from "../../kit/Page.tsx";
import { Mark } from "../../shell/Mark.tsx";
import { useSession } from "../session/session.ts";

/** What this is, and in which version. */
export function About() {
  const session = useSession();
  const ready = useQuery({
    queryKey: ["/readyz"],
    queryFn: async ({ signal }) =>
      (await (await send("get", "/readyz", { signal })).json()) as { database: string; workers: string },
    retry: false,
  });
  return (
    <Page narrow>
      <PageHeader title="About" />
      <div className="flex flex-col gap-6">
        <div className="flex items-center gap-3">
          <Mark size={36} />
          <div>
            <div className="text-lg font-semibold">Sallyport</div>
            <div className="text-muted">Identity security operations for Okta, on your own server.</div>
          </div>
        </div>
        <Facts
          items={[
            [
              "Version",
              <span key="v" className="inline-flex items-center gap-1">
                <code className="font-mono text-xs">{session.version}</code>
                <Copy text={session.version} label="Copy the version" />
              </span>,
            ],
            ["Database", ready.isError ? "does not answer" : (ready.data?.database ?? "…")],
            [
              "Workers",
              ready.isError
                ? "unknown"
                : ready.data?.workers === "none"
                  ? "none on this node"
                  : (ready.data?.workers ?? "…"),
            ],
            ["Organization", session.organization.name],
            [
              "API",
              <a key="a" href="/api/openapi.json" className="text-accent underline">
                OpenAPI description
              </a>,
            ],
            ["Licence", "Apache 2.0"],
          ]}
        />
      </div>
    </Page>
  );
}
