import type { components } from "../../api/schema.gen.ts";
import { Copy } from "../../kit/Copy.tsx";

/** The secret of an authenticator app, to be scanned or typed. */
export function AppToSetUp({ app }: { app: components["schemas"]["NewApp"] }) {
  const spaced = app.secret.replace(/(.{4})(?=.)/g, "$1 ");
  return (
    <div className="flex flex-wrap items-start gap-4">
      <img
        src={`data:image/svg+xml,${encodeURIComponent(app.qr)}`}
        alt="QR code for an authenticator app"
        width={168}
        height={168}
        className="rounded-md border bg-[#fff]"
      />
      <div className="min-w-48 flex-1 text-sm">
        <p>Scan it with an authenticator app: Okta Verify, 1Password, Google Authenticator or any other.</p>
        <p className="mt-3 text-muted">Or type this into it:</p>
        <div className="mt-1 flex items-start gap-1">
          <code className="min-w-0 flex-1 font-mono wrap-anywhere">{spaced}</code>
          <Copy text={app.secret} label="Copy the secret" />
        </div>
      </div>
    </div>
  );
}
