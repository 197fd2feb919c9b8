import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { FlaskConical } from "lucide-react";
import { useState } from "react";
import { call } from "../../../api/client.ts";
import { Failed } from "../../../api/Failed.tsx";
import { read } from "../../../api/query.ts";
import type { components } from "../../../api/schema.gen.ts";
import { Button } from "../../../kit/Button.tsx";
import { Field, Textarea } from "../../../kit/Field.tsx";
import { Json } from "../../../kit/Json.tsx";
import { Note } from "../../../kit/Note.tsx";
import { Time } from "../../../kit/Time.tsx";
import { duration } from "../../../kit/time.ts";
import { usedBy } from "../model/ports.ts";
import { type TestValue, testValues, withTestValues } from "../model/testData.ts";
import { type CardNode, objectOf, textOf } from "../model/tree.ts";
import type { Editor } from "./useEditor.ts";
import type { SampleSource } from "./useSamples.ts";

type Detail = components["schemas"]["FlowDetail"];
type Tried = components["schemas"]["TriedCard"];

/** Works one card out on the data of an earlier run. */
export function TryCard({
  editor,
  card,
  flow,
  source,
  onTried,
}: {
  editor: Editor;
  card: CardNode;
  flow: Detail;
  source: SampleSource;
  onTried: (card: string, t: Tried) => void;
}) {
  const { tree, model } = editor;
  const condition = textOf(card.data.if) || textOf(card.data.unless);
  const uses = ["function", "action", "table"].includes(card.kind);
  const slot = tree && model.catalogue ? usedBy(card, tree, model.catalogue).slot : undefined;
  const connection = flow.definition?.connections.find((s) => s.name === slot)?.bound;
  const fallback = useFallback(flow, slot, tree?.connections.find((s) => s.name === slot)?.connectors ?? []);
  const table = flow.definition?.tables.find((s) => s.name === card.data.table)?.bound;
  const chosen = connection?.id ?? fallback;
  const [own, setOwn] = useState<TestValue[]>();
  const asked = testValues(card, source.samples);
  // What was given stays while the card changes; what it refers to is always as it is now.
  const given = own && asked.map((v) => own.find((o) => o.name === v.name) ?? v);
  const attempt = useMutation({
    mutationFn: () =>
      call("post", "/api/v1/flows/{id}/try", {
        path: { id: flow.id },
        body: {
          sample: (given ? withTestValues(source.samples, given) : source.samples) as Record<string, unknown>,
          ...(uses
            ? {
                use: textOf(card.data.use),
                with: objectOf(card.data.with),
                ...(card.kind === "action" && { connection: chosen ?? "" }),
                ...(card.kind === "table" && { table: table?.id ?? "" }),
              }
            : { if: condition }),
        },
      }),
    onSuccess: (t) => onTried(card.id, t),
  });
  if (!uses && !condition) return null;
  const missing =
    card.kind === "action" && !chosen
      ? "No connection is chosen for it yet."
      : card.kind === "table" && !table && /read_row|search_rows/.test(textOf(card.data.use))
        ? "The table is chosen when the flow is published."
        : undefined;
  return (
    <section aria-label="Try it out" className="flex flex-col gap-2 rounded-md border p-3">
      <div className="flex items-center justify-between gap-2">
        <h3 className="text-sm font-medium">Try it out</h3>
        <Button
          size="sm"
          icon={<FlaskConical size={14} />}
          busy={attempt.isPending}
          disabled={missing !== undefined}
          data-try
          onClick={() => attempt.mutate()}
        >
          Try it
        </Button>
      </div>
      <p className="text-xs text-muted">
        {missing ?? (own ? "With your own data." : <Data source={source} />)}{" "}
        {card.kind === "action" && !missing && "What changes anything is only shown."}
      </p>
      {asked.length > 0 && !missing && (
        <button
          type="button"
          className="self-start text-xs text-muted underline hover:text-ink"
          onClick={() => setOwn(own ? undefined : asked)}
        >
          {own ? "Use what is known instead" : "Use my own data"}
        </button>
      )}
      {given?.map((v) => (
        <Field key={v.name} label={v.name}>
          {(f) => (
            <Textarea
              {...f}
              rows={Math.min(6, v.text.split("\n").length)}
              className="!min-h-8 resize-y py-[5px] font-mono !text-xs !leading-5"
              spellCheck={false}
              value={v.text}
              onChange={(e) => setOwn(given.map((o) => (o === v ? { ...o, text: e.target.value } : o)))}
            />
          )}
        </Field>
      ))}
      {attempt.isError && <Failed what="The card was not tried." error={attempt.error} />}
      {attempt.data && !attempt.isPending && <Outcome tried={attempt.data} />}
    </section>
  );
}

/** For a slot that the published version has not: the connection that fits. */
function useFallback(flow: Detail, slot: string | undefined, connectors: string[]): string | undefined {
  const all = useQuery({ ...read("/api/v1/connections", {}), enabled: slot !== undefined });
  return (
    flow.slotChoices.find((s) => s.slot === slot)?.connections[0]?.id ??
    all.data?.find((c) => connectors.includes(c.connector.id))?.id
  );
}

function Data({ source }: { source: SampleSource }) {
  if (source.run)
    return (
      <>
        With the data of the{" "}
        <Link to="/runs/$id" params={{ id: source.run.id }} className="underline">
          run
        </Link>{" "}
        <Time at={source.run.createdAt} />.
      </>
    );
  return source.event ? (
    <>With the last such event.</>
  ) : (
    <>There is no data of an earlier run: references are empty, unless you use your own.</>
  );
}

function Outcome({ tried: t }: { tried: Tried }) {
  return (
    <div className="flex flex-col gap-2" role="status">
      {t.error ? (
        <Note tone="bad" title="It would fail">
          {t.error}
        </Note>
      ) : t.holds !== undefined ? (
        <Note title={t.holds ? "It holds" : "It does not hold"} />
      ) : (
        <p className="text-sm text-muted">
          {t.state === "dry_run" ? "It would be sent; nothing was changed." : `Done in ${duration(t.tookMs)}.`}
        </p>
      )}
      {t.input !== undefined && <Part title="Input" value={t.input} label="input" />}
      {t.request && t.state === "dry_run" && (
        <Part title="What it would send" value={t.request} label="what it would send" />
      )}
      {t.output !== undefined && t.output !== null && <Part title="Output" value={t.output} label="output" />}
    </div>
  );
}

function Part({ title, value, label }: { title: string; value: unknown; label: string }) {
  return (
    <div className="flex flex-col gap-1">
      <h4 className="text-xs font-medium text-muted">{title}</h4>
      <Json value={value} label={label} depth={2} />
    </div>
  );
}
