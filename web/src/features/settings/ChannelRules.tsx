import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { read } from "../../api/query.ts";
import { Button } from "../../kit/Button.tsx";
import { Combobox } from "../../kit/Combobox.tsx";

/** The rules whose alerts alone are told of. */
export function ChannelRules({ chosen, onChange }: { chosen: string[]; onChange: (rules: string[]) => void }) {
  const rules = useQuery(read("/api/v1/rules", {}));
  const title = (id: string) => rules.data?.find((r) => r.id === id)?.title ?? "A rule that is gone";
  return (
    <fieldset className="flex flex-col gap-1">
      <legend className="mb-1 text-sm font-medium">
        Only of these rules <span className="font-normal text-faint">(none chosen: all)</span>
      </legend>
      {chosen.length > 0 && (
        <ul className="flex flex-col">
          {chosen.map((id) => (
            <li key={id} className="flex items-center justify-between gap-2">
              <span className="min-w-0 truncate">{title(id)}</span>
              <Button
                look="quiet"
                size="sm"
                icon={<X size={14} />}
                aria-label={`Take out ${title(id)}`}
                onClick={() => onChange(chosen.filter((c) => c !== id))}
              />
            </li>
          ))}
        </ul>
      )}
      <Combobox
        label="Rule"
        placeholder="Add a rule"
        value=""
        options={rules.data
          ?.filter((r) => !chosen.includes(r.id))
          .map((r) => ({ value: r.id, label: r.title, search: `${r.title} ${r.slug}` }))}
        onChange={(id) => onChange([...chosen, id])}
      />
    </fieldset>
  );
}
