import { useRef, useState } from "react";
import { inputsOf } from "../model/ports.ts";
import { objectOf } from "../model/tree.ts";
import type { CardEdit } from "./CardValue.tsx";
import { NewName, Without } from "./fields/NamedFields.tsx";
import { TemplateField } from "./fields/TemplateField.tsx";

const few = 6;

/** The inputs of a card that uses something: those that it knows, and where it takes any, those of one's own names. */
export function WithFields({ edit }: { edit: CardEdit }) {
  const { card, editor } = edit;
  const [all, setAll] = useState(false);
  const seen = useRef(new Set<string>());
  if (!editor.tree || !editor.model.catalogue) return null;
  const given = objectOf(card.data.with);
  const { ports, open } = inputsOf(card, editor.tree, editor.model.catalogue);
  const own = Object.keys(given).filter((n) => !ports.some((p) => p.name === n));
  // Where there are many, those come first that matter; what is shown once stays.
  const matters = ports.filter((p) => p.required || p.name in given);
  const others = ports.filter((p) => !matters.includes(p)).slice(0, Math.max(0, few - matters.length));
  const some = card.kind === "table" ? ports : [...matters, ...others];
  for (const p of all ? ports : some) seen.current.add(p.name);
  const shown = ports.filter((p) => seen.current.has(p.name));
  return (
    <div className="flex flex-col gap-3" data-inputs>
      {shown.map((p) => (
        <TemplateField
          key={p.name}
          label={p.title || p.name}
          type={p.type}
          value={given[p.name]}
          onChange={(v) => edit.set(["with", p.name], v)}
          groups={edit.groups}
          help={helpOf(p.help, p.default)}
          required={p.required && p.default === undefined}
          choices={p.choices}
          problem={edit.wrong(`with.${p.name}`)}
        />
      ))}
      {own.map((n) => (
        <TemplateField
          key={n}
          label={n}
          type="any"
          value={given[n]}
          onChange={(v) => edit.set(["with", n], v ?? "")}
          groups={edit.groups}
          problem={edit.wrong(`with.${n}`)}
          aside={<Without label={n} onRemove={() => edit.set(["with", n], undefined)} />}
        />
      ))}
      {shown.length < ports.length && (
        <button
          type="button"
          className="self-start text-sm text-muted underline hover:text-ink"
          onClick={() => setAll(true)}
        >
          {ports.length - shown.length} more {ports.length - shown.length === 1 ? "input" : "inputs"}
        </button>
      )}
      {open && <NewName label="Name of an input" taken={Object.keys(given)} onAdd={(n) => edit.set(["with", n], "")} />}
      {ports.length === 0 && !open && <p className="text-sm text-faint">It takes no inputs.</p>}
    </div>
  );
}

function helpOf(help: string | undefined, fallback: unknown): string | undefined {
  const otherwise = fallback === undefined || fallback === null ? "" : `Otherwise ${JSON.stringify(fallback)}.`;
  return [help, otherwise].filter(Boolean).join(" ") || undefined;
}
