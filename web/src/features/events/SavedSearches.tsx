import { useMutation, useQuery } from "@tanstack/react-query";
import { Bookmark, Trash2 } from "lucide-react";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { Failure } from "../../api/failure.ts";
import { read, stale } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { Checkbox } from "../../kit/Checkbox.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { Field, Input } from "../../kit/Field.tsx";
import { Popover } from "../../kit/Popover.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { toast } from "../../kit/Toast.tsx";
import type { EventsSearch } from "./query.ts";

type Kept = components["schemas"]["KeptSearch"];

/** Searches that were kept: choose one, keep the present one, forget one. */
export function SavedSearches({ search, onChoose }: { search: EventsSearch; onChoose: (s: EventsSearch) => void }) {
  const [open, setOpen] = useState(false);
  const [keeping, setKeeping] = useState(false);
  const kept = useQuery({ ...read("/api/v1/event-searches", {}), enabled: open });
  const forget = useMutation({
    mutationFn: (k: Kept) => call("delete", "/api/v1/event-searches/{id}", { path: { id: k.id } }),
    onSuccess: (_, k) => {
      toast({ title: `The search ${k.name} was forgotten` });
      return stale("/api/v1/event-searches");
    },
  });
  return (
    <>
      <Popover
        label="Saved searches"
        open={open}
        onOpenChange={setOpen}
        className="w-80"
        trigger={<Button icon={<Bookmark size={14} />}>Saved</Button>}
      >
        <div className="max-h-96 overflow-y-auto p-1">
          {kept.error && <Failed what="The searches could not be read." error={kept.error} />}
          {!kept.error && !kept.data && <SkeletonLines lines={3} className="p-2" />}
          {kept.data?.items.length === 0 && (
            <p className="px-2 py-1.5 text-sm text-muted">No search was kept yet. Keep the one you see.</p>
          )}
          {kept.data?.items.map((k) => (
            <div key={k.id} className="flex items-center rounded-md hover:bg-hover">
              <button
                type="button"
                className="min-h-8 min-w-0 flex-1 px-2 py-1 text-left pointer-coarse:min-h-11"
                onClick={() => {
                  onChoose(k.query);
                  setOpen(false);
                }}
              >
                <span className="block truncate">{k.name}</span>
                <span className="block truncate text-xs text-faint">
                  {[k.query.filter, k.query.q].filter(Boolean).join(" · ") || "All events"}
                  {k.shared && ` · ${k.own ? "shared" : `of ${k.owner.name}`}`}
                </span>
              </button>
              {k.own && (
                <Button
                  look="quiet"
                  size="sm"
                  icon={<Trash2 size={14} />}
                  aria-label={`Forget ${k.name}`}
                  busy={forget.isPending && forget.variables.id === k.id}
                  onClick={() => forget.mutate(k)}
                />
              )}
            </div>
          ))}
        </div>
        <div className="border-t p-1">
          <Button
            look="quiet"
            className="w-full justify-start"
            icon={<Bookmark size={14} />}
            onClick={() => {
              setOpen(false);
              setKeeping(true);
            }}
          >
            Keep this search
          </Button>
        </div>
      </Popover>
      {keeping && <Keep search={search} onClose={() => setKeeping(false)} />}
    </>
  );
}

function Keep({ search, onClose }: { search: EventsSearch; onClose: () => void }) {
  const [name, setName] = useState("");
  const [shared, setShared] = useState(false);
  const { filter, q, source, range, since, until } = search;
  const keep = useMutation({
    mutationFn: () =>
      call("post", "/api/v1/event-searches", {
        body: { name: name.trim(), shared, query: { filter, q, source, range, since, until } },
      }),
    onSuccess: () => {
      toast({ title: `The search ${name.trim()} is kept` });
      onClose();
      return stale("/api/v1/event-searches");
    },
  });
  const failure = keep.error instanceof Failure ? keep.error : undefined;
  return (
    <Dialog
      open
      onClose={onClose}
      title="Keep this search"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" disabled={!name.trim()} busy={keep.isPending} onClick={() => keep.mutate()}>
            Keep
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(e) => {
          e.preventDefault();
          if (name.trim()) keep.mutate();
        }}
      >
        <Field label="Name" error={failure?.forField("name")}>
          {(wiring) => (
            <Input {...wiring} autoFocus maxLength={100} value={name} onChange={(e) => setName(e.target.value)} />
          )}
        </Field>
        <span className="flex items-center gap-2">
          <Checkbox
            checked={shared}
            onChange={(on) => setShared(on === true)}
            label="Others of the organization see it"
          />
          <span aria-hidden>Others of the organization see it</span>
        </span>
        {failure && !failure.forField("name") && <Failed what="The search could not be kept." error={failure} />}
      </form>
    </Dialog>
  );
}
