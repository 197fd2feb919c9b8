import { clsx } from "clsx";
import { useEffect } from "react";
import { Failed } from "../../api/Failed.tsx";
import { usePages } from "../../api/usePages.ts";
import { Button } from "../../kit/Button.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { Time } from "../../kit/Time.tsx";

/** Chooses one of the stored events of some types, the newest first. */
export function EventChoice({
  types,
  value,
  onChange,
}: {
  types: string[];
  value: string;
  onChange: (uuid: string) => void;
}) {
  const { items, error, refetch, more } = usePages("/api/v1/events", { query: { type: types, limit: 20 } });
  const newest = items?.[0]?.uuid;
  useEffect(() => {
    if (!value && newest) onChange(newest);
  }, [value, newest, onChange]);
  if (error) return <Failed what="The events could not be read." error={error} onRetry={refetch} />;
  if (!items) return <SkeletonLines lines={4} />;
  if (items.length === 0) {
    return (
      <p className="text-muted">
        No such event was received yet: <code className="font-mono text-xs wrap-anywhere">{types.join(", ")}</code>
      </p>
    );
  }
  return (
    <fieldset>
      <legend className="mb-1.5 text-sm font-medium">Event</legend>
      <div className="max-h-80 divide-y overflow-y-auto rounded-md border">
        {items.map((e) => (
          <label
            key={e.uuid}
            className={clsx(
              "flex cursor-pointer items-center gap-3 px-3 py-2 hover:bg-hover has-focus-visible:outline-2",
              value === e.uuid && "bg-accent-soft",
            )}
          >
            <input
              type="radio"
              name="event"
              value={e.uuid}
              checked={value === e.uuid}
              onChange={() => onChange(e.uuid)}
              className="accent-[var(--c-accent-fill)]"
            />
            <span className="min-w-0 flex-1">
              <span className="block truncate">{e.actor.name || e.actor.login || e.type}</span>
              <span className="block truncate text-xs text-muted">{e.message}</span>
            </span>
            <span className="text-sm text-muted">
              <Time at={e.published} />
            </span>
          </label>
        ))}
        {more.has && (
          <div className="flex justify-center p-1">
            <Button size="sm" look="quiet" busy={more.busy} onClick={more.load}>
              Older ones
            </Button>
          </div>
        )}
      </div>
    </fieldset>
  );
}
