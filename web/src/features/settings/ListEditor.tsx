import { Plus, X } from "lucide-react";
import { useState } from "react";
import { Button } from "../../kit/Button.tsx";
import { Field, Input } from "../../kit/Field.tsx";

type Props = {
  label: string;
  help: string;
  placeholder: string;
  items: string[];
  onChange: (items: string[]) => void;
  disabled?: boolean;
};

/** A list of short texts: one is added at the end, each can be taken away. Several may be pasted at once. */
export function ListEditor({ label, help, placeholder, items, onChange, disabled }: Props) {
  const [text, setText] = useState("");
  const parts = text
    .split(/[\n,;]+/)
    .map((t) => t.trim())
    .filter(Boolean);
  const known = parts.filter((p) => items.some((i) => i.toLowerCase() === p.toLowerCase()));
  const add = () => {
    const fresh = parts.filter((p) => !known.includes(p));
    if (fresh.length > 0) onChange([...items, ...new Set(fresh)]);
    setText("");
  };
  return (
    <div className="rounded-lg border bg-surface">
      {items.length > 0 && (
        <ul aria-label={label} className="divide-y border-b">
          {items.map((i) => (
            <li key={i} className="flex h-9 items-center gap-2 pr-1 pl-3">
              <span className="min-w-0 flex-1 truncate">{i}</span>
              {!disabled && (
                <Button
                  look="quiet"
                  size="sm"
                  icon={<X size={14} />}
                  aria-label={`Take ${i} off`}
                  onClick={() => onChange(items.filter((x) => x !== i))}
                />
              )}
            </li>
          ))}
        </ul>
      )}
      {!disabled && (
        <form
          className="flex items-start gap-2 p-3"
          onSubmit={(e) => {
            e.preventDefault();
            add();
          }}
        >
          <Field
            label={`Add to ${label.toLowerCase()}`}
            hideLabel
            help={help}
            error={known.length > 0 ? `${known.join(", ")} is in the list already.` : undefined}
            className="flex-1"
          >
            {(f) => (
              <Input
                {...f}
                value={text}
                placeholder={placeholder}
                autoComplete="off"
                onChange={(e) => setText(e.target.value)}
              />
            )}
          </Field>
          <Button
            type="submit"
            icon={<Plus size={14} />}
            disabled={parts.length === 0 || known.length === parts.length}
          >
            Add
          </Button>
        </form>
      )}
      {disabled && items.length === 0 && <p className="p-3 text-muted">None.</p>}
    </div>
  );
}
