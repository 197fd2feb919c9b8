import { useState } from "react";
import { Failed } from "../../api/Failed.tsx";
import type { components } from "../../api/schema.gen.ts";
import { usePages } from "../../api/usePages.ts";
import { Checkbox } from "../../kit/Checkbox.tsx";
import { Json } from "../../kit/Json.tsx";
import { More } from "../../kit/More.tsx";
import { Section } from "../../kit/Page.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { Tag } from "../../kit/State.tsx";
import { Time } from "../../kit/Time.tsx";

type Exchange = components["schemas"]["SCIMExchange"];

/** What Okta asked lately, and what it was answered. */
export function Exchanges() {
  const [failed, setFailed] = useState(false);
  const list = usePages("/api/v1/scim/exchanges", { query: { failed: failed || undefined } });
  return (
    <Section
      title="What Okta asked lately"
      aside={<Checkbox shown checked={failed} onChange={setFailed} label="Only what failed" />}
    >
      {list.error && (
        <Failed
          what="What Okta asked could not be read."
          error={list.error}
          onRetry={list.refetch}
          retrying={list.refetching}
        />
      )}
      {!list.items && !list.error && <SkeletonLines lines={4} />}
      {list.items?.length === 0 && (
        <p className="text-sm text-muted">
          {failed
            ? "Nothing has failed."
            : "Nothing yet. In Okta press Test Connector Configuration, and its requests stand here a moment later."}
        </p>
      )}
      {list.items && list.items.length > 0 && (
        <ul className="divide-y rounded-lg border bg-surface">
          {list.items.map((e) => (
            <li key={e.id}>
              <Entry of={e} />
            </li>
          ))}
        </ul>
      )}
      <More {...list.more} />
    </Section>
  );
}

/** A path as one reads it; as it came where it is not well formed. */
function readable(path: string): string {
  try {
    return decodeURIComponent(path.replace(/\+/g, " "));
  } catch {
    return path;
  }
}

function Entry({ of: e }: { of: Exchange }) {
  const good = e.status < 400;
  return (
    <details className="group">
      <summary className="flex cursor-default flex-wrap items-center gap-x-3 gap-y-0.5 px-3.5 py-2 hover:bg-hover">
        <Tag tone={good ? "quiet" : "bad"}>{e.status}</Tag>
        <code className="min-w-0 flex-1 basis-56 font-mono text-sm wrap-anywhere">
          {e.method} {readable(e.path)}
        </code>
        <span className="text-sm text-muted">
          <Time at={e.at} />
        </span>
        {e.cause && <span className="w-full text-sm text-bad">{e.cause}</span>}
      </summary>
      <div className="flex flex-col gap-3 border-t bg-sunken px-3.5 py-3 text-sm">
        <p className="text-muted">
          {e.agent || "An unnamed client"} from {e.addr}, {(e.took / 1000).toFixed(1)} ms
        </p>
        {e.request && <Text title="Asked" text={e.request} />}
        {e.response && <Text title="Answered" text={e.response} />}
      </div>
    </details>
  );
}

function Text({ title, text }: { title: string; text: string }) {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined; // it was cut because it is long
  }
  return (
    <div>
      <div className="mb-1 text-muted">{title}</div>
      {value === undefined ? (
        <pre className="overflow-x-auto font-mono text-xs whitespace-pre-wrap wrap-anywhere">{text}</pre>
      ) : (
        <Json label={title} value={value} />
      )}
    </div>
  );
}
