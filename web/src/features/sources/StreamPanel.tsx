import type { components } from "../../api/schema.gen.ts";
import { Section } from "../../kit/Page.tsx";
import { SetUp } from "./HookFacts.tsx";

/** What a log stream, or a forwarder in front of it, is set up with. */
export function StreamPanel({ stream, token }: { stream: components["schemas"]["LogStream"]; token?: string }) {
  const at = URL.parse(stream.url);
  const rows: [string, string][] = [["URL", stream.url]];
  if (at) rows.push(["Host", at.host]);
  rows.push(["Header", token ? `Authorization: Splunk ${token}` : "Authorization: Splunk <token>"]);
  if (token) rows.push(["Token", token]);
  return (
    <Section title="Log stream">
      <div className="flex flex-col gap-2">
        <SetUp rows={rows} />
        <p className="text-sm text-muted">
          {token
            ? "The token is shown this once."
            : "The token was shown once, when it was made. A new one can be made under Rotate."}{" "}
          Okta's own log streams go to hosts of Splunk Cloud and to AWS EventBridge alone: let a forwarder send on to
          this address, which speaks the HTTP Event Collector's protocol.
        </p>
      </div>
    </Section>
  );
}
