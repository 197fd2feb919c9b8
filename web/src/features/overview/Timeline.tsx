import { Link } from "@tanstack/react-router";
import { ScrollText } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { Failed } from "../../api/Failed.tsx";
import { usePages } from "../../api/usePages.ts";
import { buttonClass } from "../../kit/Button.tsx";
import { Empty } from "../../kit/Empty.tsx";
import { More } from "../../kit/More.tsx";
import { Section } from "../../kit/Page.tsx";
import { usePreference } from "../../kit/preference.ts";
import { Skeleton } from "../../kit/Skeleton.tsx";
import { useNow, zonePreference } from "../../kit/Time.tsx";
import { byDay, type Entry } from "./days.ts";
import { Moment } from "./Moment.tsx";

/** What happened, the newest first, as it happens. */
export function Timeline() {
  const { items, error, refetch, refetching, more } = usePages("/api/v1/timeline", { query: { limit: 30 } });
  const fresh = useFresh(items);
  const [zone] = usePreference(zonePreference);
  const now = useNow();
  const days = useMemo(() => byDay(items ?? [], now, zone), [items, now, zone]);
  return (
    <Section title="What happened">
      {error && <Failed what="The timeline could not be read." error={error} onRetry={refetch} retrying={refetching} />}
      {!items && !error && <Loading />}
      {items?.length === 0 && (
        <div className="rounded-lg border bg-surface">
          <Empty
            icon={<ScrollText size={28} strokeWidth={1.5} />}
            title="Nothing has happened yet"
            action={
              <Link to="/templates" className={buttonClass("primary")}>
                Choose a template
              </Link>
            }
            link={
              <Link to="/flows" className="text-accent hover:underline">
                See your flows
              </Link>
            }
          >
            Each run of a flow appears here with what started it and what it did.
          </Empty>
        </div>
      )}
      {days.map((d) => (
        <section key={d.name} aria-label={d.name}>
          <h3 className="sticky top-0 z-10 bg-canvas py-1.5 text-sm font-medium text-muted max-sm:top-12">{d.name}</h3>
          <ol className="mb-4 overflow-clip rounded-lg border bg-surface">
            {d.entries.map((e) => (
              <Moment key={idOf(e)} entry={e} fresh={fresh.has(idOf(e))} />
            ))}
          </ol>
        </section>
      ))}
      {items && items.length > 0 && <More {...more} />}
    </Section>
  );
}

function idOf(e: Entry): string {
  return e.run?.id ?? e.action?.id ?? e.at;
}

/** The entries that came after the first look. */
function useFresh(items: Entry[] | undefined): ReadonlySet<string> {
  const known = useRef<Set<string> | null>(null);
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => {
    if (!items) return;
    const ids = items.map(idOf);
    if (known.current) {
      const newest = items.slice(0, 10).map(idOf);
      setFresh(new Set(newest.filter((id) => !known.current?.has(id))));
    }
    known.current = new Set([...(known.current ?? []), ...ids]);
  }, [items]);
  return fresh;
}

function Loading() {
  return (
    <div role="status" aria-label="Loading" className="mt-8 divide-y rounded-lg border bg-surface">
      {Array.from({ length: 6 }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
        <div key={i} className="flex gap-4 px-3.5 py-3">
          <Skeleton className="h-3.5 w-16" />
          <div className="flex flex-1 flex-col gap-2">
            <Skeleton className="h-3.5 w-1/2" />
            <Skeleton className="h-3.5 w-2/3" />
          </div>
        </div>
      ))}
    </div>
  );
}
