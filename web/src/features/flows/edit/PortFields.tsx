import { Checkbox } from "../../../kit/Checkbox.tsx";
import { Field, Input, Select } from "../../../kit/Field.tsx";
import { setTop } from "../model/palette.ts";
import type { Path } from "../model/source.ts";
import type { PortSpec } from "../model/tree.ts";
import { fromText, toText } from "../model/values.ts";
import { NewName, Without } from "./fields/NamedFields.tsx";
import type { Editor } from "./useEditor.ts";

const types = ["text", "number", "boolean", "date", "object", "list", "any"];

/** Named values with types: the inputs of a trigger, the options of a flow. */
export function PortFields({
  editor,
  title,
  noun,
  at,
  ports,
  withFrom,
  withSecret,
}: {
  editor: Editor;
  title: string;
  /** With its article: an input. */
  noun: string;
  at: Path;
  ports: PortSpec[];
  withFrom?: boolean;
  /** One may be kept sealed. */
  withSecret?: boolean;
}) {
  const set = (name: string, path: Path, value: unknown) =>
    editor.change(
      (s) => {
        const short = s.doc.getIn([...at, name]);
        if (typeof short === "string") setTop(s, [...at, name], { type: short });
        setTop(s, [...at, name, ...path], value);
        return undefined;
      },
      `${at.join(".")}.${name}.${path.join(".")}`,
    );
  return (
    <section aria-label={title} className="flex flex-col gap-3">
      <h3 className="text-sm font-medium">{title}</h3>
      {ports.map((p) => (
        <fieldset key={p.name} className="flex flex-col gap-2 rounded-md border p-2.5">
          <legend className="flex items-center gap-2 px-1 text-sm font-medium">
            {p.name}
            <Without label={p.name} onRemove={() => set(p.name, [], undefined)} />
          </legend>
          <div className="grid grid-cols-2 gap-2">
            <Field label="Title">
              {(f) => (
                <Input {...f} value={p.title} onChange={(e) => set(p.name, ["title"], e.target.value || undefined)} />
              )}
            </Field>
            <Field label="Type">
              {(f) => (
                <Select
                  {...f}
                  value={p.type}
                  choices={(withSecret ? [...types, "secret"] : types).map((t) => ({ value: t, label: t }))}
                  onChange={(e) => set(p.name, ["type"], e.target.value)}
                />
              )}
            </Field>
          </div>
          {p.type !== "secret" && (
            <Field label="Default">
              {(f) => (
                <Input
                  {...f}
                  value={toText(p.default)}
                  onChange={(e) => set(p.name, ["default"], fromText(e.target.value, p.type))}
                />
              )}
            </Field>
          )}
          {withFrom && (
            <Field label="Where it comes from">
              {(f) => (
                <Select
                  {...f}
                  value={p.from ?? "body"}
                  choices={["body", "query", "header"].map((w) => ({ value: w, label: w }))}
                  onChange={(e) => set(p.name, ["from"], e.target.value)}
                />
              )}
            </Field>
          )}
          <Checkbox
            shown
            label="Required"
            checked={p.required === true}
            onChange={(on) => set(p.name, ["required"], on || undefined)}
          />
        </fieldset>
      ))}
      <NewName
        label={`Name of ${noun}`}
        taken={ports.map((p) => p.name)}
        onAdd={(n) =>
          editor.change((s) => {
            setTop(s, [...at, n], { type: "text" });
            return undefined;
          })
        }
      />
    </section>
  );
}
