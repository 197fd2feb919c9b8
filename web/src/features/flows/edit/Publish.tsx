import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { call } from "../../../api/client.ts";
import { Failed } from "../../../api/Failed.tsx";
import { read, stale } from "../../../api/query.ts";
import type { components } from "../../../api/schema.gen.ts";
import { Button } from "../../../kit/Button.tsx";
import { Dialog } from "../../../kit/Dialog.tsx";
import { Field, Input, Select } from "../../../kit/Field.tsx";
import { Note } from "../../../kit/Note.tsx";
import { toast } from "../../../kit/Toast.tsx";
import { Diff } from "../Diff.tsx";
import type { Placed } from "../model/problems.ts";
import type { FlowTree, TableSlot } from "../model/tree.ts";
import type { Draft } from "./useDraft.ts";

type Detail = components["schemas"]["FlowDetail"];

const most = 8;
const make = "\0make";

/** Publishes the draft: what changes, what its slots are filled with, and a note. */
export function Publish({
  flow,
  tree,
  draft,
  problems,
  onGo,
  onClose,
}: {
  flow: Detail;
  tree: FlowTree;
  draft: Draft;
  problems: Placed[];
  /** Leads to where something is wrong. */
  onGo: (p: Placed) => void;
  onClose: () => void;
}) {
  const navigate = useNavigate();
  const [note, setNote] = useState("");
  const now = useQuery({ ...read("/api/v1/flows/{id}", { path: { id: flow.id } }), staleTime: 0 });
  const connections = useQuery(read("/api/v1/connections", {}));
  const tables = useQuery(read("/api/v1/tables", {}));
  const [chosen, setChosen] = useState<Record<string, string>>({});
  const bound = (list: { name: string; bound?: { id: string } }[] | undefined, name: string) =>
    list?.find((s) => s.name === name)?.bound?.id;
  const slots = tree.connections.map((s) => {
    const fits = (connections.data ?? []).filter((c) => s.connectors.includes(c.connector.id));
    const value =
      chosen[`c ${s.name}`] ??
      bound(now.data?.definition?.connections, s.name) ??
      (fits.length === 1 ? fits[0]?.id : "");
    return { ...s, fits, value: value ?? "" };
  });
  const rows = tree.tables.map((t) => {
    const same = (tables.data ?? []).find((x) => x.title === t.title);
    const value =
      chosen[`t ${t.name}`] ??
      bound(now.data?.definition?.tables, t.name) ??
      same?.id ??
      (t.columns.length > 0 ? make : "");
    return { ...t, value };
  });
  const publish = useMutation({
    mutationFn: async () => {
      if (!(await draft.flush())) throw draft.error ?? new Error("The draft could not be saved.");
      const made: Record<string, string> = {};
      for (const t of rows) made[t.name] = t.value === make ? await makeTable(t) : t.value;
      return call("post", "/api/v1/flows/{id}/publish", {
        path: { id: flow.id },
        body: {
          note,
          connections: Object.fromEntries(slots.filter((s) => s.value).map((s) => [s.name, s.value])),
          tables: Object.fromEntries(Object.entries(made).filter(([, v]) => v)),
        },
      });
    },
    onSuccess: (after) => {
      void stale("/api/v1/flows", "/api/v1/flows/{id}", "/api/v1/tables", "/api/v1/flows/{id}/versions");
      toast({
        title: `Version ${after.version} is published`,
        detail: after.enabled ? "It holds from the next run on." : "The flow is switched off.",
      });
      void navigate({ to: "/flows/$id", params: { id: flow.id } });
    },
  });
  const nothing = now.data !== undefined && !now.data.draft;
  const published = now.data && now.data.version > 0 && now.data.showing.version > 0 ? now.data.yaml : "";
  return (
    <Dialog
      open
      wide={published !== ""}
      onClose={onClose}
      title={`Publish ${tree.title}`}
      intro="Runs that begin from now on use it; those under way go on with the version that they began with."
      footer={
        <>
          <Button onClick={onClose}>Not yet</Button>
          <Button
            look="primary"
            busy={publish.isPending}
            disabled={problems.length > 0 || !now.data || nothing}
            onClick={() => publish.mutate()}
          >
            Publish
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {problems.length > 0 && (
          <Note
            tone="bad"
            title={problems.length === 1 ? "One thing is wrong yet" : `${problems.length} things are wrong yet`}
          >
            <ul className="flex flex-col gap-1">
              {problems.slice(0, most).map((p) => (
                <li key={p.message + p.path}>
                  <button type="button" className="text-left underline" onClick={() => onGo(p)}>
                    {p.place || "The flow"}
                  </button>{" "}
                  {p.message}
                </li>
              ))}
              {problems.length > most && <li>and {problems.length - most} more</li>}
            </ul>
          </Note>
        )}
        <Field label="What has changed">
          {(f) => (
            <Input
              {...f}
              value={note}
              onChange={(e) => setNote(e.target.value)}
              onKeyDown={(e) => e.key === "Enter" && problems.length === 0 && now.data && !nothing && publish.mutate()}
            />
          )}
        </Field>
        {slots.map((s) => (
          <Field
            key={s.name}
            label={s.title}
            help={s.fits.length === 0 ? "There is no connection that fits yet; it can be chosen later." : undefined}
          >
            {(f) => (
              <Select
                {...f}
                value={s.value}
                choices={[{ value: "", label: "Choose later" }, ...s.fits.map((c) => ({ value: c.id, label: c.name }))]}
                onChange={(e) => setChosen({ ...chosen, [`c ${s.name}`]: e.target.value })}
              />
            )}
          </Field>
        ))}
        {rows.map((t) => (
          <Field key={t.name} label={t.title}>
            {(f) => (
              <Select
                {...f}
                value={t.value}
                choices={[
                  { value: "", label: "Choose later" },
                  ...(t.columns.length > 0 ? [{ value: make, label: "Make the table" }] : []),
                  ...(tables.data ?? []).map((x) => ({ value: x.id, label: x.title })),
                ]}
                onChange={(e) => setChosen({ ...chosen, [`t ${t.name}`]: e.target.value })}
              />
            )}
          </Field>
        ))}
        {publish.isError && <Failed what="The flow was not published." error={publish.error} />}
        {nothing && <Note>Nothing has changed since version {now.data?.version}.</Note>}
        {published !== "" && now.data && !nothing && (
          <Diff before={published} after={now.data.draftYaml ?? published} label="What changes" />
        )}
      </div>
    </Dialog>
  );
}

async function makeTable(t: TableSlot): Promise<string> {
  const made = await call("post", "/api/v1/tables", {
    body: {
      title: t.title,
      columns: t.columns.map((c) => ({ name: c.name, type: c.type as "text" })),
    },
  });
  return made.id;
}
