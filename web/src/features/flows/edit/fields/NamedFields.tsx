import { Plus, X } from "lucide-react";
import { useState } from "react";
import { Button } from "../../../../kit/Button.tsx";
import { Input } from "../../../../kit/Field.tsx";

/** Adds a value of a name of one's own. */
export function NewName({ label, taken, onAdd }: { label: string; taken: string[]; onAdd: (name: string) => void }) {
  const [name, setName] = useState("");
  const wrong = taken.includes(name.trim());
  return (
    <form
      className="flex gap-2"
      onSubmit={(e) => {
        e.preventDefault();
        e.stopPropagation();
        if (!name.trim() || wrong) return;
        onAdd(name.trim());
        setName("");
      }}
    >
      <Input
        aria-label={label}
        placeholder={label}
        value={name}
        aria-invalid={wrong || undefined}
        onChange={(e) => setName(e.target.value)}
      />
      <Button type="submit" icon={<Plus size={14} />} disabled={!name.trim() || wrong}>
        Add
      </Button>
    </form>
  );
}

/** Takes a value away. */
export function Without({ label, onRemove }: { label: string; onRemove: () => void }) {
  return (
    <button
      type="button"
      aria-label={`Remove ${label}`}
      title={`Remove ${label}`}
      onClick={onRemove}
      className="-my-1 inline-flex size-6 items-center justify-center text-faint hover:text-ink"
    >
      <X size={13} aria-hidden />
    </button>
  );
}
