import { ArrowUp, History } from "lucide-react";
import { useMemo } from "react";
import { Failed } from "../../api/Failed.tsx";
import { Button } from "../../kit/Button.tsx";
import { Empty } from "../../kit/Empty.tsx";
import { More } from "../../kit/More.tsx";
import { Note } from "../../kit/Note.tsx";
import { Section } from "../../kit/Page.tsx";
import { usePreference } from "../../kit/preference.ts";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { useNow, zonePreference } from "../../kit/Time.tsx";
import { listOf } from "../../search.ts";
import { apiQuery } from "../events/query.ts";
import { TimeRange } from "../events/TimeRange.tsx";
import { byDay } from "../overview/days.ts";
import { KindChips } from "./KindChips.tsx";
import { LineRow } from "./LineRow.tsx";
import { SignIns } from "./SignIns.tsx";
import { folded, type Line, type LineKind, lineKindList, lineKinds } from "./timeline.ts";
import { type Of, useNewLines, useTimeline } from "./useTimeline.ts";

export type TimelineSearch = { show?: string; range?: string; since?: string; until?: string };

/** What happened around somebody or something, the newest first. */
export function Timeline({
  of,
  search,
  onSearch,
}: {
  of: Of;
  search: TimelineSearch;
  onSearch: (s: TimelineSearch) => void;
}) {
  const signedIn = of.kind === "user" || of.kind === "app" || of.kind === "api_service";
  return (
    <div className="grid items-start gap-x-8 gap-y-6 xl:grid-cols-[minmax(0,1fr)_minmax(0,26rem)]">
      {signedIn && (
        <div className="min-w-0 xl:order-2">
          <SignIns of={of} />
        </div>
      )}
      <div className="min-w-0 xl:order-1">
        <Lines of={of} search={search} onSearch={onSearch} />
      </div>
    </div>
  );
}

function Lines({ of, search, onSearch }: { of: Of; search: TimelineSearch; onSearch: (s: TimelineSearch) => void }) {
  const minute = Math.floor(useNow().getTime() / 60_000);
  const { range = "all", since, until, show: chosen } = search;
  const show = useMemo(
    () => listOf(chosen).filter((k): k is LineKind => lineKindList.includes(k as LineKind)),
    [chosen],
  );
  const query = useMemo(() => {
    const span = apiQuery({ range, since, until }, new Date(minute * 60_000));
    return { kind: show.length > 0 ? show : undefined, since: span.since, until: span.until };
  }, [range, since, until, minute, show]);
  const list = useTimeline(of, query);
  const fresh = useNewLines(of, query, list.items);
  const narrowed = show.length > 0 || range !== "all" || Boolean(since || until);
  const first = list.first;
  const set = (part: TimelineSearch) => onSearch({ ...search, ...part });
  return (
    <Section title="What happened">
      <div className="mb-3 flex flex-wrap items-center gap-2">
        <KindChips
          chosen={show}
          hidden={first?.hidden ?? []}
          onChange={(k) => set({ show: k.join(",") || undefined })}
        />
        <TimeRange
          search={{ range, since, until }}
          onChange={(s) => set({ range: s.range === "all" ? undefined : s.range, since: s.since, until: s.until })}
        />
      </div>
      {first && <Unsaid first={first} kind={of.kind} />}
      <div aria-live="polite">
        {fresh > 0 && (
          <Button icon={<ArrowUp size={14} />} className="mb-3" onClick={list.refetch} busy={list.refetching}>
            {fresh >= 100 ? "100 or more new" : `${fresh} new`}
          </Button>
        )}
      </div>
      {list.error && !list.items ? (
        <Failed
          what="The timeline could not be read."
          error={list.error}
          onRetry={list.refetch}
          retrying={list.refetching}
        />
      ) : !list.items ? (
        <div className="rounded-lg border bg-surface p-4">
          <SkeletonLines lines={8} />
        </div>
      ) : (
        <Days of={of} lines={list.items} />
      )}
      {list.items?.length === 0 && !list.more.has && (
        <div className="rounded-lg border bg-surface">
          {narrowed ? (
            <Empty
              title="Nothing fits these filters"
              action={<Button onClick={() => onSearch({})}>Clear the filters</Button>}
            />
          ) : (
            <Empty icon={<History size={28} strokeWidth={1.5} />} title="Nothing is known to have happened">
              Sign-ins, changes, alerts, runs and responses appear here as events come in.
            </Empty>
          )}
        </div>
      )}
      {list.items && <More {...list.more} />}
    </Section>
  );
}

function Days({ of, lines }: { of: Of; lines: Line[] }) {
  const [zone] = usePreference(zonePreference);
  const now = useNow();
  const days = useMemo(() => byDay(folded(lines), now, zone), [lines, now, zone]);
  return days.map((d) => (
    <section key={d.entries[0]?.id ?? d.name} aria-label={d.name}>
      <h3 className="sticky top-0 z-10 bg-canvas py-1.5 text-sm font-medium text-muted max-sm:top-12">{d.name}</h3>
      <ol className="mb-4 divide-y overflow-clip rounded-lg border bg-surface">
        {d.entries.map((l) => (
          <LineRow key={l.id} of={of} line={l} />
        ))}
      </ol>
    </section>
  ));
}

/** What the timeline does not tell, and why. */
function Unsaid({ first, kind }: { first: NonNullable<ReturnType<typeof useTimeline>["first"]>; kind: string }) {
  const { subject, hidden, cannotTellNew } = first;
  return (
    <div className="mb-3 flex flex-col gap-2 empty:hidden">
      {!subject.known && (
        <Note title="Of this the inventory knows nothing">
          What events, alerts, runs and responses tell stands here. How it was, and what changed without an event, is
          not known.
        </Note>
      )}
      {hidden.length > 0 && (
        <p className="text-sm text-muted">
          Your role does not show: {hidden.map((k) => lineKinds[k].label.toLowerCase()).join(", ")}.
        </p>
      )}
      {cannotTellNew && kind === "user" && (
        <p className="text-sm text-muted">What is new about a sign-in cannot be told of all: {cannotTellNew}</p>
      )}
    </div>
  );
}
