import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { read } from "../../api/query.ts";
import { Button } from "../../kit/Button.tsx";
import { Combobox } from "../../kit/Combobox.tsx";
import { Field, Input } from "../../kit/Field.tsx";
import { useCan } from "../session/session.ts";

type Props = { ceilings: Record<string, number>; onChange: (c: Record<string, number>) => void; disabled?: boolean };

/** Flows that have a ceiling of their own. */
export function FlowCeilings({ ceilings, onChange, disabled }: Props) {
  const can = useCan("flows:read");
  const flows = useQuery({ ...read("/api/v1/flows", {}), enabled: can });
  const title = (id: string) => flows.data?.find((f) => f.id === id)?.title ?? "A deleted flow";
  const set = (id: string, text: string) => {
    const n = Number(text);
    if (Number.isInteger(n) && n >= 0 && n <= 1_000_000) onChange({ ...ceilings, [id]: n });
  };
  const without = (id: string) => Object.fromEntries(Object.entries(ceilings).filter(([f]) => f !== id));
  return (
    <div>
      <h3 className="mb-1.5 text-sm font-medium">Other ceilings for some flows</h3>
      {Object.keys(ceilings).length > 0 && (
        <ul className="mb-2 divide-y rounded-lg border bg-surface">
          {Object.entries(ceilings).map(([id, n]) => (
            <li key={id} className="flex items-center gap-3 py-1 pr-1 pl-3">
              <span className="min-w-0 flex-1 truncate">{title(id)}</span>
              <Field label={`Ceiling of ${title(id)}`} hideLabel className="w-28">
                {(f) => (
                  <Input
                    {...f}
                    inputMode="numeric"
                    disabled={disabled}
                    value={String(n)}
                    onChange={(e) => set(id, e.target.value)}
                  />
                )}
              </Field>
              {!disabled && (
                <Button
                  look="quiet"
                  size="sm"
                  icon={<X size={14} />}
                  aria-label={`Take the ceiling of ${title(id)} off`}
                  onClick={() => onChange(without(id))}
                />
              )}
            </li>
          ))}
        </ul>
      )}
      {!disabled && (
        <Combobox
          label="Flow to give a ceiling of its own"
          placeholder="Add a flow"
          className="!w-72"
          value=""
          options={flows.data
            ?.filter((f) => ceilings[f.id] === undefined)
            .map((f) => ({ value: f.id, label: f.title, detail: f.folder.name }))}
          onChange={(id) => onChange({ ...ceilings, [id]: 10 })}
        />
      )}
    </div>
  );
}
