import { X } from "lucide-react";
import { useState } from "react";
import type { components } from "../../api/schema.gen.ts";
import { Input } from "../../kit/Field.tsx";

type Props = {
  roles: components["schemas"]["RoleGroups"][];
  /** Groups by the id of the role. */
  groups: Record<string, string[]>;
  onChange: (groups: Record<string, string[]>) => void;
  disabled?: boolean;
};

/** For every role the Okta groups that give it. A role without one is granted to nobody. */
export function RoleGroups({ roles, groups, onChange, disabled }: Props) {
  return (
    <div className="divide-y rounded-lg border bg-surface">
      {roles.map((r) => (
        <Row
          key={r.role}
          name={r.name}
          admin={r.role === "admin"}
          groups={groups[r.role] ?? []}
          disabled={disabled}
          onChange={(list) => onChange({ ...groups, [r.role]: list })}
        />
      ))}
    </div>
  );
}

type RowProps = {
  name: string;
  admin: boolean;
  groups: string[];
  onChange: (groups: string[]) => void;
  disabled?: boolean;
};

function Row({ name, admin, groups, onChange, disabled }: RowProps) {
  const [text, setText] = useState("");
  const add = () => {
    const fresh = text
      .split(/[\n;]+/)
      .map((t) => t.trim())
      .filter((t) => t && !groups.includes(t));
    if (fresh.length > 0) onChange([...groups, ...new Set(fresh)]);
    setText("");
  };
  return (
    <fieldset className="flex gap-x-4 gap-y-1.5 px-3.5 py-2.5 max-sm:flex-col">
      <legend className="sr-only">{name}</legend>
      <div aria-hidden className="w-36 shrink-0 pt-1.5 font-medium">
        {name}
      </div>
      <div className="flex min-w-0 flex-1 flex-wrap items-center gap-1.5">
        {groups.map((g) => (
          <span
            key={g}
            className="inline-flex h-8 max-w-full items-center gap-1 rounded-md bg-accent-soft pr-1 pl-2.5 text-sm"
          >
            <span className="truncate">{g}</span>
            {!disabled && (
              <button
                type="button"
                aria-label={`Take ${g} off ${name}`}
                className="flex size-6 items-center justify-center rounded-sm text-muted hover:text-ink"
                onClick={() => onChange(groups.filter((x) => x !== g))}
              >
                <X size={13} aria-hidden />
              </button>
            )}
          </span>
        ))}
        {!disabled && (
          <Input
            aria-label={`Okta group for ${name}`}
            placeholder={groups.length > 0 ? "Another group" : "Name of an Okta group"}
            className="max-w-60 flex-1 basis-44"
            value={text}
            onChange={(e) => setText(e.target.value)}
            onBlur={add}
            onKeyDown={(e) => {
              if (e.key !== "Enter") return;
              e.preventDefault();
              add();
            }}
          />
        )}
        {groups.length === 0 && (
          <span className={admin ? "text-sm text-warn" : "text-sm text-faint"}>
            {admin ? "at least one is needed" : disabled ? "granted to nobody" : ""}
          </span>
        )}
      </div>
    </fieldset>
  );
}
