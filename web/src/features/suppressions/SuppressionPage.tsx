import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { read, stale } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Unread } from "../../api/Unread.tsx";
import { Button } from "../../kit/Button.tsx";
import { DataTable } from "../../kit/DataTable.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { Empty } from "../../kit/Empty.tsx";
import { Note } from "../../kit/Note.tsx";
import { Page, PageHeader, Panel, Section } from "../../kit/Page.tsx";
import { Tag } from "../../kit/State.tsx";
import { Time } from "../../kit/Time.tsx";
import { toast } from "../../kit/Toast.tsx";
import type { Column } from "../../kit/table.ts";
import { counted } from "../../kit/time.ts";
import { EntityChip } from "../alerts/EntityChip.tsx";
import { useCan } from "../session/session.ts";
import { SuppressionForm } from "./SuppressionForm.tsx";
import { ScopeOf } from "./SuppressionList.tsx";
import { bodyOf, type Draft } from "./suppression.ts";

type Detail = components["schemas"]["SuppressionDetail"];
type Hidden = components["schemas"]["HiddenEvent"];

const route = getRouteApi("/inside/suppressions/$id");

/** A suppression: what it hides and why, what it hid lately, and a way to change it. */
export function SuppressionPage() {
  const { id } = route.useParams();
  const can = useCan("rules:write");
  const query = useQuery(read("/api/v1/suppressions/{suppression}", { path: { suppression: id } }));
  const [asked, setAsked] = useState(false);
  const s = query.data;
  const above = (
    <Link to="/suppressions" className="hover:underline">
      Suppressions
    </Link>
  );
  if (!s) return <Unread query={query} what="suppression" above={above} />;
  return (
    <Page>
      <PageHeader
        title={s.reason}
        above={above}
        mark={!s.active && <Tag>over</Tag>}
        lead={
          <span className="flex flex-wrap gap-x-4 gap-y-0.5">
            <ScopeOf of={s} />
            <span>
              {s.owner.name || "Somebody who left"} made it <Time at={s.createdAt} />
            </span>
            <span>{s.hidden === 0 ? "It has hidden nothing yet" : `${counted(s.hidden, "event")} hidden`}</span>
          </span>
        }
        actions={
          can && (
            <Button icon={<Trash2 size={14} />} onClick={() => setAsked(true)}>
              Delete
            </Button>
          )
        }
      />
      {s.error && (
        <div className="mb-4">
          <Note tone="warn" title="The condition failed, and hid nothing then">
            {s.error} {s.errorAt && <Time at={s.errorAt} />}
          </Note>
        </div>
      )}
      <div className="flex flex-col gap-6">
        {can ? (
          <Change key={s.updatedAt} of={s} />
        ) : (
          <Section title="Condition">
            <pre className="overflow-x-auto rounded-md border bg-sunken p-3 font-mono text-xs">{s.where}</pre>
          </Section>
        )}
        <Section title="What it hid lately">
          <DataTable<Hidden>
            label="Hidden events"
            rows={s.recent}
            rowKey={(h) => `${h.event.uuid} ${h.rule.id}`}
            rowName={(h) => h.event.message ?? h.event.uuid}
            columns={columns}
            empty={
              <Panel>
                <Empty title="Nothing in the last 30 days">
                  What it hides is kept that long, to be looked at here.
                </Empty>
              </Panel>
            }
          />
        </Section>
      </div>
      {asked && <Remove of={s} onClose={() => setAsked(false)} />}
    </Page>
  );
}

function Change({ of: s }: { of: Detail }) {
  const save = useMutation({
    mutationFn: (d: Draft) =>
      call("put", "/api/v1/suppressions/{suppression}", {
        path: { suppression: s.id },
        body: bodyOf(d, new Date(), s.expiresAt),
      }),
    onSuccess: () => {
      void stale("/api/v1/suppressions", "/api/v1/suppressions/{suppression}");
      toast({ title: "The suppression is changed" });
    },
  });
  return (
    <SuppressionForm
      first={{
        scope: s.scope,
        rule: s.scope === "rule" ? (s.target?.id ?? "") : "",
        type: s.scope === "type" ? (s.target?.id ?? "") : "",
        where: s.where,
        reason: s.reason,
        days: s.expiresAt && s.active ? "kept" : s.expiresAt ? "30" : "never",
      }}
      kept={s.active ? s.expiresAt : undefined}
      busy={save.isPending}
      error={save.error}
      saveLabel={s.active ? "Save" : "Suppress again"}
      onSave={(d) => save.mutate(d)}
    />
  );
}

function Remove({ of: s, onClose }: { of: Detail; onClose: () => void }) {
  const navigate = route.useNavigate();
  const remove = useMutation({
    mutationFn: () => call("delete", "/api/v1/suppressions/{suppression}", { path: { suppression: s.id } }),
    onSuccess: () => {
      void stale("/api/v1/suppressions");
      toast({ title: "The suppression is deleted" });
      void navigate({ to: "/suppressions" });
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title="Delete the suppression"
      intro={s.reason}
      footer={
        <Button look="primary" busy={remove.isPending} onClick={() => remove.mutate()}>
          Delete
        </Button>
      }
    >
      <p>
        From the next event on, what it hid makes alerts again. It has hidden {counted(s.hidden, "event")} so far; what
        it hid is not made up for.
      </p>
      {remove.isError && <Failed what="The suppression was not deleted." error={remove.error} />}
    </Dialog>
  );
}

const columns: Column<Hidden>[] = [
  {
    id: "event",
    title: "Event",
    phone: "title",
    cell: (h) => (
      <Link to="/events/$uuid" params={{ uuid: h.event.uuid }} className="font-medium hover:underline">
        {h.event.message ?? h.event.uuid}
      </Link>
    ),
  },
  { id: "entity", title: "About", width: "24%", cell: (h) => <EntityChip entity={h.entity} /> },
  {
    id: "rule",
    title: "From",
    width: "28%",
    from: 768,
    cell: (h) => (
      <Link to="/rules/$id" params={{ id: h.rule.id }} className="text-muted hover:underline">
        {h.rule.name || "A rule that is gone"}
      </Link>
    ),
  },
  { id: "at", title: "When", width: "124px", phone: "aside", cell: (h) => <Time at={h.at} /> },
];
