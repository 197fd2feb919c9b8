import { ExternalLink } from "lucide-react";
import { Button } from "../../../kit/Button.tsx";
import { Checkbox } from "../../../kit/Checkbox.tsx";
import { Combobox } from "../../../kit/Combobox.tsx";
import { Field } from "../../../kit/Field.tsx";
import { textOf } from "../model/tree.ts";
import type { CardEdit } from "./CardValue.tsx";
import { WithFields } from "./WithFields.tsx";

/** Which flow is called, with what. */
export function CallFields({ edit, onOpen }: { edit: CardEdit; onOpen: (slug: string) => void }) {
  const { card, editor } = edit;
  const slug = textOf(card.data.call);
  const helpers = [...(editor.model.catalogue?.helpers.values() ?? [])];
  return (
    <>
      <Field label="Flow" required error={edit.wrong("call")} help="A flow of the same folder that others may call.">
        {(f) => (
          <Combobox
            {...f}
            label="Flow"
            placeholder="Choose a flow"
            value={slug}
            onChange={(v) => edit.set(["call"], v)}
            options={helpers.map((h) => ({ value: h.slug, label: h.title, detail: h.slug }))}
            none="There is no such flow in this folder"
          />
        )}
      </Field>
      {helpers.some((h) => h.slug === slug) && (
        <div>
          <Button size="sm" icon={<ExternalLink size={14} />} onClick={() => onOpen(slug)}>
            Open the flow
          </Button>
        </div>
      )}
      {slug && <WithFields edit={edit} />}
      <Checkbox
        shown
        checked={card.data.async === true}
        onChange={(on) => edit.set(["async"], on || undefined)}
        label="Go on without waiting for its result"
      />
    </>
  );
}
