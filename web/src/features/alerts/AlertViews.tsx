import { clsx } from "clsx";
import { Star, X } from "lucide-react";
import { useState } from "react";
import { Button } from "../../kit/Button.tsx";
import { Input } from "../../kit/Field.tsx";
import { Popover } from "../../kit/Popover.tsx";
import { Tag } from "../../kit/State.tsx";
import { type AlertSearch, narrowed, viewOf, views } from "./filter.ts";
import { useSavedViews } from "./savedViews.ts";

/** The named choices of alerts: those that everybody has, and those that one has saved in this browser. */
export function AlertViews({
  search,
  overdue,
  onChange,
}: {
  search: AlertSearch;
  overdue: number | undefined;
  onChange: (search: AlertSearch) => void;
}) {
  const { saved, save, remove } = useSavedViews();
  const now = JSON.stringify(search);
  const isSaved = saved.find((v) => JSON.stringify(v.search) === now);
  return (
    <nav aria-label="Views" className="mb-3 flex items-center gap-1 overflow-x-auto border-b">
      {views.map((v) => (
        <Tab
          key={v.id}
          on={!isSaved && viewOf(search).id === v.id}
          onClick={() => onChange({ view: v.id || undefined })}
        >
          {v.label}
          {v.id === "overdue" && !!overdue && <Tag tone="bad">{overdue}</Tag>}
        </Tab>
      ))}
      {saved.map((v) => (
        <Tab key={v.name} on={isSaved === v} onClick={() => onChange(v.search)}>
          {v.name}
        </Tab>
      ))}
      {isSaved && (
        <Button
          look="quiet"
          size="sm"
          icon={<X size={13} />}
          aria-label={`Forget the view ${isSaved.name}`}
          onClick={() => remove(isSaved.name)}
        />
      )}
      {!isSaved && narrowed(search) && <SaveView onSave={(name) => save({ name, search })} />}
    </nav>
  );
}

function Tab({ on, onClick, children }: { on: boolean; onClick: () => void; children: React.ReactNode }) {
  return (
    <button
      type="button"
      aria-current={on ? "page" : undefined}
      onClick={onClick}
      className={clsx(
        "-mb-px inline-flex h-9 shrink-0 items-center gap-1.5 border-b-2 px-2 pointer-coarse:h-11",
        on ? "border-accent font-medium" : "border-transparent text-muted hover:text-ink",
      )}
    >
      {children}
    </button>
  );
}

function SaveView({ onSave }: { onSave: (name: string) => void }) {
  const [open, setOpen] = useState(false);
  const [name, setName] = useState("");
  return (
    <Popover
      label="Save the view"
      open={open}
      onOpenChange={setOpen}
      className="w-72 p-3"
      trigger={
        <Button look="quiet" size="sm" icon={<Star size={14} />}>
          Save this view
        </Button>
      }
    >
      <form
        className="flex gap-2"
        onSubmit={(e) => {
          e.preventDefault();
          if (!name.trim()) return;
          onSave(name.trim());
          setOpen(false);
        }}
      >
        <Input
          aria-label="Name of the view"
          placeholder="Name"
          maxLength={40}
          value={name}
          onChange={(e) => setName(e.target.value)}
        />
        <Button type="submit" look="primary" disabled={!name.trim()}>
          Save
        </Button>
      </form>
    </Popover>
  );
}
