import { useMutation, useQuery } from "@tanstack/react-query";
import { Bookmark, Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { read, stale } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { Popover } from "../../kit/Popover.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { toast } from "../../kit/Toast.tsx";
import type { EventsSearch } from "./query.ts";
import { SaveSearch } from "./SaveSearch.tsx";

type Kept = components["schemas"]["KeptSearch"];

/** Searches that were saved: choose one, save the present one, rename or delete one. */
export function SavedSearches({ search, onChoose }: { search: EventsSearch; onChoose: (s: EventsSearch) => void }) {
  const [open, setOpen] = useState(false);
  const [edited, setEdited] = useState<Kept | "new">();
  const kept = useQuery({ ...read("/api/v1/event-searches", {}), enabled: open });
  const remove = useRemove();
  const edit = (k: Kept | "new") => {
    setOpen(false);
    setEdited(k);
  };
  return (
    <>
      <Popover
        label="Saved searches"
        open={open}
        onOpenChange={setOpen}
        className="w-88"
        trigger={<Button icon={<Bookmark size={14} />}>Saved</Button>}
      >
        <div className="max-h-96 overflow-y-auto p-1">
          {kept.error && (
            <Failed
              what="The searches could not be read."
              error={kept.error}
              onRetry={() => void kept.refetch()}
              retrying={kept.isRefetching}
            />
          )}
          {!kept.error && !kept.data && <SkeletonLines lines={3} className="p-2" />}
          {kept.data?.items.length === 0 && (
            <p className="px-2 py-1.5 text-sm text-muted">None yet. Save the one that you see.</p>
          )}
          {kept.data?.items.map((k) => (
            <Saved
              key={k.id}
              search={k}
              onChoose={() => {
                onChoose(k.query);
                setOpen(false);
              }}
              onEdit={() => edit(k)}
              onDelete={() => remove.mutate(k)}
              busy={remove.isPending && remove.variables.id === k.id}
            />
          ))}
        </div>
        <div className="border-t p-1">
          <Button
            look="quiet"
            className="w-full justify-start"
            icon={<Bookmark size={14} />}
            onClick={() => edit("new")}
          >
            Save this search
          </Button>
        </div>
      </Popover>
      {edited && <SaveSearch search={search} saved={edited} onClose={() => setEdited(undefined)} />}
    </>
  );
}

function Saved({
  search: k,
  onChoose,
  onEdit,
  onDelete,
  busy,
}: {
  search: Kept;
  onChoose: () => void;
  onEdit: () => void;
  onDelete: () => void;
  busy: boolean;
}) {
  return (
    <div className="flex items-center rounded-md hover:bg-hover">
      <button
        type="button"
        className="min-h-8 min-w-0 flex-1 px-2 py-1 text-left pointer-coarse:min-h-11"
        onClick={onChoose}
      >
        <span className="block truncate">{k.name}</span>
        <span className="block truncate text-xs text-faint">
          {[k.query.filter, k.query.q].filter(Boolean).join(", ") || "All events"}
          {k.shared && `, ${k.own ? "shared" : `of ${k.owner.name}`}`}
        </span>
      </button>
      {k.own && (
        <>
          <Button look="quiet" size="sm" icon={<Pencil size={14} />} aria-label={`Change ${k.name}`} onClick={onEdit} />
          <Button
            look="quiet"
            size="sm"
            icon={<Trash2 size={14} />}
            aria-label={`Delete ${k.name}`}
            busy={busy}
            onClick={onDelete}
          />
        </>
      )}
    </div>
  );
}

/** Deletes a search, with the way back. */
function useRemove() {
  const back = async ({ name, shared, query }: Kept) => {
    try {
      await call("post", "/api/v1/event-searches", { body: { name, shared, query } });
    } catch (e) {
      toast({
        tone: "bad",
        title: `${name} could not be saved again`,
        detail: e instanceof Error ? e.message : undefined,
      });
    }
    await stale("/api/v1/event-searches");
  };
  return useMutation({
    mutationFn: (k: Kept) => call("delete", "/api/v1/event-searches/{id}", { path: { id: k.id } }),
    onSuccess: (_, k) => {
      toast({ title: `The search ${k.name} was deleted`, action: { label: "Undo", run: () => void back(k) } });
      return stale("/api/v1/event-searches");
    },
    onError: (e, k) => toast({ tone: "bad", title: `${k.name} was not deleted`, detail: e.message }),
  });
}
