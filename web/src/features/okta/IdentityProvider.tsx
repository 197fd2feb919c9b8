import type { components } from "../../api/schema.gen.ts";
import { Facts } from "../../kit/Page.tsx";
import { Tag } from "../../kit/State.tsx";
import { Time } from "../../kit/Time.tsx";

/** What metadata says of an identity provider, and until when its certificates hold. */
export function IdentityProvider({ idp }: { idp: components["schemas"]["IdentityProvider"] }) {
  return (
    <div className="flex flex-col gap-3">
      <Facts
        items={[
          [
            "Issuer",
            <code key="i" className="font-mono text-sm">
              {idp.entityId}
            </code>,
          ],
          [
            "Sign-in URL",
            <code key="s" className="font-mono text-sm">
              {idp.signInUrl}
            </code>,
          ],
          ...(idp.logoutUrl
            ? ([
                [
                  "Logout URL",
                  <code key="l" className="font-mono text-sm">
                    {idp.logoutUrl}
                  </code>,
                ],
              ] as [string, React.ReactNode][])
            : []),
        ]}
      />
      <ul aria-label="Certificates" className="divide-y rounded-md border">
        {idp.certificates.map((c) => (
          <li key={c.fingerprint} className="px-3 py-2 text-sm">
            <div className="flex flex-wrap items-center gap-x-2">
              <span className="font-medium">Certificate, ends</span> <Time at={c.to} />
              {c.warning && <Tag tone="warn">{c.warning}</Tag>}
            </div>
            <code className="block font-mono text-xs wrap-anywhere text-faint">{c.fingerprint}</code>
          </li>
        ))}
      </ul>
      {idp.certificates.length > 1 && (
        <p className="text-xs text-faint">Two at a rollover: answers signed with either are taken.</p>
      )}
    </div>
  );
}
