import type { Placed } from "../model/problems.ts";
import type { Group } from "../model/scope.ts";
import type { Path } from "../model/source.ts";
import { type CardNode, objectOf } from "../model/tree.ts";
import { NewName, Without } from "./fields/NamedFields.tsx";
import { TemplateField } from "./fields/TemplateField.tsx";
import type { Editor } from "./useEditor.ts";

/** What the fields of a card are made with. */
export type CardEdit = {
  editor: Editor;
  card: CardNode;
  groups: Group[];
  problems: Placed[];
  set: (path: Path, value: unknown) => void;
  wrong: (field: string) => string | undefined;
};

type ValueProps = {
  edit: CardEdit;
  label: string;
  path: Path;
  type: string;
  required?: boolean;
  help?: string;
  aside?: React.ReactNode;
};

/** One value of a card. */
export function Value({ edit, label, path, type, required, help, aside }: ValueProps) {
  const value = path.reduce<unknown>((v, p) => objectOf(v)[p], edit.card.data);
  return (
    <TemplateField
      label={label}
      type={type}
      value={value}
      onChange={(v) => edit.set(path, v ?? (required ? "" : undefined))}
      groups={edit.groups}
      required={required}
      help={help}
      aside={aside}
      problem={edit.wrong(path.join("."))}
    />
  );
}

/** Values by names of one's own. */
export function Names({ edit, at, what }: { edit: CardEdit; at: Path; what: string }) {
  const values = objectOf(at.reduce<unknown>((v, p) => objectOf(v)[p], edit.card.data));
  return (
    <div className="flex flex-col gap-3">
      {Object.keys(values).map((n) => (
        <Value
          key={n}
          edit={edit}
          label={n}
          path={[...at, n]}
          type="any"
          required
          aside={<Without label={n} onRemove={() => edit.set([...at, n], undefined)} />}
        />
      ))}
      <NewName label={`Name of a ${what}`} taken={Object.keys(values)} onAdd={(n) => edit.set([...at, n], "")} />
    </div>
  );
}
