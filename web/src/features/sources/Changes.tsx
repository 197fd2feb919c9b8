import { Link } from "@tanstack/react-router";
import type { components } from "../../api/schema.gen.ts";
import { Json } from "../../kit/Json.tsx";

type Change = components["schemas"]["MadeChange"];

/** What would be changed in Okta, or was: each request as it is sent. */
export function Changes({ changes }: { changes: Change[] }) {
  return (
    <ul className="divide-y rounded-md border">
      {changes.map((c) => (
        <li key={c.title + c.request.url} className="px-3 py-2">
          <div className="flex flex-wrap items-baseline justify-between gap-x-3">
            <span className="font-medium">{c.title}</span>
            {c.action && (
              <Link to="/activity/$id" params={{ id: c.action }} className="text-sm text-accent hover:underline">
                In the ledger
              </Link>
            )}
          </div>
          <div className="font-mono text-xs wrap-anywhere">
            <strong>{c.request.method}</strong> {c.request.url}
          </div>
          {c.request.body !== undefined && c.request.body !== null && (
            <Json value={c.request.body} label="body" depth={1} className="mt-1" />
          )}
        </li>
      ))}
    </ul>
  );
}
