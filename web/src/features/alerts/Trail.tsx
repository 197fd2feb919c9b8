import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { Button } from "../../kit/Button.tsx";
import { Textarea } from "../../kit/Field.tsx";
import { useKeys } from "../../kit/keys.ts";
import { Panel, Section } from "../../kit/Page.tsx";
import { Time } from "../../kit/Time.tsx";
import { useCan } from "../session/session.ts";
import type { Entry } from "./alert.ts";
import { entryText, entryWords } from "./trail.ts";
import { alertsStale } from "./useAlertChange.ts";

/** What people said and did, the newest first, and a box to say something. */
export function Trail({ of, entries }: { of: { kind: "alert" | "case"; id: string }; entries: Entry[] }) {
  const can = useCan("alerts:write");
  return (
    <Section title="Comments and changes">
      <Panel>
        {can && <Comment of={of} />}
        <ol className="divide-y">
          {entries.toReversed().map((e, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: entries are only ever added
            <Line key={entries.length - i} entry={e} />
          ))}
        </ol>
        {entries.length === 0 && <p className="px-3.5 py-3 text-muted">Nobody has done anything yet.</p>}
      </Panel>
    </Section>
  );
}

/** One entry: who did what when, and what they wrote. */
function Line({ entry: e }: { entry: Entry }) {
  const text = entryText(e);
  return (
    <li className="px-3.5 py-2">
      <div className="flex items-baseline justify-between gap-3 text-sm text-muted">
        <span className="min-w-0 wrap-anywhere">
          {e.by && <span className="font-medium text-ink">{e.by.name || "Somebody who left"} </span>}
          {entryWords(e)}
        </span>
        <span className="shrink-0">
          <Time at={e.at} />
        </span>
      </div>
      {text && <p className="mt-0.5 whitespace-pre-line wrap-anywhere">{text}</p>}
    </li>
  );
}

function Comment({ of }: { of: { kind: "alert" | "case"; id: string } }) {
  const [text, setText] = useState("");
  const box = useRef<HTMLTextAreaElement>(null);
  const send = useMutation<unknown>({
    mutationFn: () =>
      call("patch", of.kind === "alert" ? "/api/v1/alerts/{id}" : "/api/v1/cases/{id}", {
        path: { id: of.id },
        body: { comment: text.trim() },
      }),
    onSuccess: () => {
      setText("");
      void alertsStale();
    },
  });
  const ready = text.trim() !== "";
  useKeys([{ keys: "n", label: "Write a comment", group: "Alert", run: () => box.current?.focus() }]);
  return (
    <form
      className="flex flex-col gap-2 border-b p-2.5"
      onSubmit={(e) => {
        e.preventDefault();
        if (ready) send.mutate();
      }}
    >
      <Textarea
        ref={box}
        aria-label="Comment"
        placeholder="Write a comment"
        className={text ? "!min-h-16" : "!min-h-8"}
        rows={text ? 3 : 1}
        maxLength={10_000}
        value={text}
        onChange={(e) => setText(e.target.value)}
        onKeyDown={(e) => {
          if (e.key === "Enter" && (e.ctrlKey || e.metaKey) && ready) send.mutate();
          if (e.key === "Escape") e.currentTarget.blur();
        }}
      />
      {text && (
        <div className="flex justify-end">
          <Button type="submit" size="sm" look="primary" busy={send.isPending} disabled={!ready}>
            Comment
          </Button>
        </div>
      )}
      {send.isError && <Failed what="The comment was not saved." error={send.error} />}
    </form>
  );
}
