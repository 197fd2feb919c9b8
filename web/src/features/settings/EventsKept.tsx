import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { keyOf, queryClient, read, stale } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { Field, Input } from "../../kit/Field.tsx";
import { Note } from "../../kit/Note.tsx";
import { Facts, Page, PageHeader, Panel, Section } from "../../kit/Page.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { Time } from "../../kit/Time.tsx";
import { toast } from "../../kit/Toast.tsx";
import { count } from "../../kit/time.ts";
import { useCan } from "../session/session.ts";
import { Above } from "./Above.tsx";
import { bodyOf, daysProblem, sized, sizeProblem, typedOf } from "./retention.ts";
import { WouldGo } from "./WouldGo.tsx";

type Retention = components["schemas"]["EventRetention"];

/** How long events are kept, and what is stored of them. */
export function EventsKept() {
  const kept = useQuery({ ...read("/api/v1/events/retention", {}), refetchOnWindowFocus: false });
  return (
    <Page narrow>
      <PageHeader
        title="Events kept"
        above={<Above />}
        lead="Okta keeps its System Log for 90 days. Here it stays until it is older, or takes more room, than is said below. Events that an alert rests on stay."
      />
      {kept.isError && (
        <Failed
          what="How long events are kept could not be read."
          error={kept.error}
          onRetry={() => void kept.refetch()}
          retrying={kept.isRefetching}
        />
      )}
      {kept.isLoading && <SkeletonLines lines={8} />}
      {kept.data && (
        <div className="flex flex-col gap-8">
          <Stored stored={kept.data.stored} />
          <Bounds kept={kept.data} />
        </div>
      )}
    </Page>
  );
}

function Stored({ stored }: { stored: Retention["stored"] }) {
  return (
    <Section
      title="Stored now"
      aside={
        <Link to="/events" search={{ range: "all" }} className="text-accent hover:underline">
          See them
        </Link>
      }
    >
      <Panel className="p-4">
        <Facts
          items={[
            ["Events", count(stored.events)],
            ["Room", sized(stored.megabytes)],
            ["The oldest", stored.oldest ? <Time key="o" at={stored.oldest} /> : "none"],
          ]}
        />
      </Panel>
    </Section>
  );
}

function Bounds({ kept }: { kept: Retention }) {
  const can = useCan("sources:write");
  const [typed, setTyped] = useState(() => typedOf(kept));
  const wrongDays = daysProblem(typed.days);
  const wrongSize = sizeProblem(typed.gigabytes);
  const usual = typedOf(kept);
  const changed = typed.days.trim() !== usual.days || typed.gigabytes.trim() !== usual.gigabytes;
  const wrong = Boolean(wrongDays || wrongSize);
  const body = bodyOf(typed);
  const save = useMutation({
    mutationFn: () => call("put", "/api/v1/events/retention", { body }),
    onSuccess: (after) => {
      queryClient.setQueryData(keyOf("/api/v1/events/retention", {}), after);
      setTyped(typedOf(after));
      void stale("/api/v1/events/summary");
      toast({ title: "How long events are kept is changed", detail: "What is past it goes within the hour." });
    },
  });
  return (
    <Section title="Keep them">
      <form
        className="flex flex-col gap-5"
        onSubmit={(e) => {
          e.preventDefault();
          if (can && changed && !wrong) save.mutate();
        }}
      >
        <div className="grid gap-5 sm:grid-cols-2">
          <Field label="Days" error={wrongDays} help="Since they were published. Empty for no bound.">
            {(f) => (
              <Input
                {...f}
                inputMode="numeric"
                placeholder="No bound"
                disabled={!can}
                value={typed.days}
                onChange={(e) => setTyped({ ...typed, days: e.target.value })}
              />
            )}
          </Field>
          <Field
            label="Gigabytes"
            error={wrongSize}
            help="About, with their indexes. The oldest go first. Empty for no bound."
          >
            {(f) => (
              <Input
                {...f}
                inputMode="decimal"
                placeholder="No bound"
                disabled={!can}
                value={typed.gigabytes}
                onChange={(e) => setTyped({ ...typed, gigabytes: e.target.value })}
              />
            )}
          </Field>
        </div>
        {!can && <p className="text-sm text-muted">Whoever may change sources may change this.</p>}
        {can && changed && !wrong && <WouldGo days={body.days} megabytes={body.megabytes} />}
        {save.isError && <Failed what="It was not changed." error={save.error} />}
        {changed && can && (
          <div className="flex gap-2">
            <Button type="submit" look="primary" busy={save.isPending} disabled={wrong}>
              Save
            </Button>
            <Button onClick={() => setTyped(usual)}>Take back</Button>
          </div>
        )}
      </form>
      {!kept.days && !kept.megabytes && !changed && (
        <div className="mt-4">
          <Note tone="info">Without a bound events stay for ever; mind the room of the disk.</Note>
        </div>
      )}
    </Section>
  );
}
