import { useMutation, useQuery } from "@tanstack/react-query";
import { CircleCheck, CircleSlash } from "lucide-react";
import { useState } from "react";
import { call } from "../../../api/client.ts";
import { Failed } from "../../../api/Failed.tsx";
import { Failure } from "../../../api/failure.ts";
import { queryClient, read } from "../../../api/query.ts";
import type { components } from "../../../api/schema.gen.ts";
import { Button } from "../../../kit/Button.tsx";
import { Combobox } from "../../../kit/Combobox.tsx";
import { Field, Textarea } from "../../../kit/Field.tsx";
import { Panel } from "../../../kit/Page.tsx";
import { Time } from "../../../kit/Time.tsx";
import { counted } from "../../../kit/time.ts";
import { useCan } from "../../session/session.ts";
import { eventsOf } from "./findings.ts";

type Tried = components["schemas"]["TriedRule"];

/** Holds the rule against an event that was pasted, or one that is stored. */
export function TryPanel({ file, text }: { file: string; text: string }) {
  const [event, setEvent] = useState("");
  const events = eventsOf(event);
  const run = useMutation({
    mutationFn: (list: Record<string, unknown>[]) =>
      call("post", "/api/v1/rulefiles/try", { body: { file, text, events: list } }),
  });
  const failure = run.error instanceof Failure ? run.error : undefined;
  const stands = run.isSuccess && run.data;
  return (
    <div className="flex flex-col gap-3">
      <Stored
        onTake={(raw) => {
          run.reset();
          setEvent(JSON.stringify(raw, undefined, 2));
        }}
      />
      <Field
        label="Event"
        help="As the System Log API has it: one, a list, or one per line. A uuid and a time are filled in where they are missing."
        error={(event && "error" in events && events.error) || failure?.forField("events")}
      >
        {(f) => (
          <Textarea
            {...f}
            rows={12}
            spellCheck={false}
            className="font-mono !text-xs"
            placeholder={'{ "eventType": "user.session.start", … }'}
            value={event}
            onChange={(e) => {
              run.reset();
              setEvent(e.target.value);
            }}
          />
        )}
      </Field>
      <div className="flex items-center gap-3">
        <Button
          look="primary"
          busy={run.isPending}
          disabled={!("events" in events)}
          onClick={() => "events" in events && run.mutate(events.events)}
        >
          Try it
        </Button>
        <span className="text-sm text-muted">Nothing is raised or kept.</span>
      </div>
      {run.isError && !failure?.forField("events") && <Failed what="The rule could not be tried." error={run.error} />}
      {stands && (
        <div role="status" className="flex flex-col gap-3">
          {stands.map((t) => (
            <Outcome key={t.rule} tried={t} titled={stands.length > 1} />
          ))}
        </div>
      )}
    </div>
  );
}

function Outcome({ tried: t, titled }: { tried: Tried; titled: boolean }) {
  const about = t.about && (t.about.login || t.about.name || t.about.id);
  return (
    <Panel className="px-3 py-2">
      {titled && <div className="text-sm font-medium">{t.title}</div>}
      <div className="flex items-center gap-2">
        {t.fires ? (
          <CircleCheck size={15} aria-hidden className="shrink-0 text-accent" />
        ) : (
          <CircleSlash size={15} aria-hidden className="shrink-0 text-muted" />
        )}
        <span className="min-w-0 wrap-anywhere">
          {t.fires
            ? `It fires${t.hits > 1 ? ` ${counted(t.hits, "time")}` : ""}${about ? `, about ${about}` : ""}.`
            : "It does not fire."}
        </span>
      </div>
      {t.why.length > 0 && (
        <ul className="mt-1.5 flex flex-col gap-1 text-sm text-muted">
          {t.why.map((w) => (
            <li key={w} className="wrap-anywhere">
              {w}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

/** A choice of the newest events that are stored; one puts its text into the field. */
function Stored({ onTake }: { onTake: (raw: Record<string, unknown>) => void }) {
  const can = useCan("events:raw");
  const [search, setSearch] = useState("");
  const [chosen, setChosen] = useState("");
  const list = useQuery({
    ...read("/api/v1/events", { query: { q: search || undefined, limit: 30 } }),
    enabled: can,
    placeholderData: (before) => before,
  });
  const take = useMutation({
    mutationFn: (uuid: string) => queryClient.fetchQuery(read("/api/v1/events/{uuid}", { path: { uuid } })),
    onSuccess: (e) => onTake(e.raw),
  });
  if (!can) return null;
  return (
    <>
      <Field label="A stored event">
        {(f) => (
          <Combobox
            {...f}
            label="A stored event"
            placeholder="Choose one of the newest, or paste one below"
            value={chosen}
            onSearch={setSearch}
            onChange={(uuid) => {
              setChosen(uuid);
              take.mutate(uuid);
            }}
            options={list.data?.items.map((e) => ({
              value: e.uuid,
              label: e.type,
              detail: (
                <>
                  {e.actor.login || e.actor.name} <Time at={e.published} />
                </>
              ),
            }))}
          />
        )}
      </Field>
      {(list.isError || take.isError) && (
        <Failed what="The event could not be read." error={list.error ?? take.error} />
      )}
    </>
  );
}
