import { Plus } from "lucide-react";
import { Button } from "../../../kit/Button.tsx";
import { Checkbox } from "../../../kit/Checkbox.tsx";
import { Field, Input, Select } from "../../../kit/Field.tsx";
import { usedBy } from "../model/ports.ts";
import { availableAt } from "../model/scope.ts";
import { objectOf, textOf } from "../model/tree.ts";
import { type CardEdit, Value } from "./CardValue.tsx";
import { ConditionField } from "./fields/ConditionField.tsx";
import { NewName, Without } from "./fields/NamedFields.tsx";
import { TemplateField } from "./fields/TemplateField.tsx";

/** What a card that has others in it says of its rounds and cases. */
export function LaneFields({ edit }: { edit: CardEdit }) {
  const { card } = edit;
  switch (card.kind) {
    case "branch":
      return <Cases edit={edit} />;
    case "repeat":
      return (
        <>
          <NameField edit={edit} label="Name of the number of the round" path={["index"]} otherwise="index" />
          <Rounds edit={edit} />
        </>
      );
    case "each":
    case "map":
    case "filter":
    case "reduce":
      return (
        <>
          <NameField edit={edit} label="Name of the item" path={["as"]} otherwise="item" />
          {card.kind === "reduce" && <Value edit={edit} label="Begins with" path={["memo"]} type="any" required />}
          {card.kind === "map" && (
            <Field label="Each item becomes">
              {(f) => (
                <Select
                  {...f}
                  value={textOf(card.data.gives) || "field"}
                  choices={[
                    { value: "field", label: "the one value that is returned" },
                    { value: "object", label: "an object of all that is returned" },
                  ]}
                  onChange={(e) => edit.set(["gives"], e.target.value === "field" ? undefined : e.target.value)}
                />
              )}
            </Field>
          )}
          <Rounds edit={edit} />
        </>
      );
    case "action":
      return <Stream edit={edit} />;
    default:
      return null;
  }
}

/** An action that gives a list page by page can do something for each record as it comes. */
function Stream({ edit }: { edit: CardEdit }) {
  const { card, editor } = edit;
  const { tree, model } = editor;
  const paged =
    tree && model.catalogue && usedBy(card, tree, model.catalogue).action?.inputs.some((p) => p.name === "next");
  if (card.lanes.length === 0 && !paged) return null;
  return (
    <>
      <Checkbox
        shown
        checked={card.lanes.length > 0}
        onChange={(on) => edit.set(["stream"], on ? { as: "record", do: [] } : undefined)}
        label="Do something for each record, page by page"
      />
      {card.lanes.length > 0 && (
        <>
          <NameField edit={edit} label="Name of the record" path={["stream", "as"]} otherwise="record" />
          <Value edit={edit} label="At most so many records" path={["stream", "limit"]} type="number" />
        </>
      )}
    </>
  );
}

function NameField({
  edit,
  label,
  path,
  otherwise,
}: {
  edit: CardEdit;
  label: string;
  path: [string, ...string[]];
  otherwise: string;
}) {
  const value = textOf(path.reduce<unknown>((v, p) => objectOf(v)[p], edit.card.data));
  return (
    <Field label={label} error={edit.wrong(path.join("."))}>
      {(f) => (
        <Input
          {...f}
          className="font-mono !text-xs"
          placeholder={otherwise}
          value={value}
          onChange={(e) => edit.set(path, e.target.value || undefined)}
        />
      )}
    </Field>
  );
}

function Rounds({ edit }: { edit: CardEdit }) {
  const { data } = edit.card;
  return (
    <>
      <Checkbox
        shown
        checked={data.ignore_errors === true}
        onChange={(on) => edit.set(["ignore_errors"], on || undefined)}
        label="Go on when a round fails"
      />
      <Value
        edit={edit}
        label="Rounds at once"
        path={["concurrency"]}
        type="number"
        help="One after another unless set."
      />
    </>
  );
}

/** The cases of a branch: their conditions. Their cards stand in the picture. */
function Cases({ edit }: { edit: CardEdit }) {
  const list = Array.isArray(edit.card.data.branch) ? edit.card.data.branch : [];
  return (
    <div className="flex flex-col gap-3">
      {list.map((b, i) => {
        const key = "unless" in objectOf(b) ? "unless" : "if";
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a case is its place
          <fieldset key={i} className="flex flex-col gap-2 rounded-md border p-2.5">
            <legend className="flex items-center gap-2 px-1 text-sm font-medium">
              Case {i + 1}
              {list.length > 1 && (
                <Without
                  label={`case ${i + 1}`}
                  onRemove={() =>
                    edit.set(
                      ["branch"],
                      list.filter((_, n) => n !== i),
                    )
                  }
                />
              )}
            </legend>
            <Field label="Title">
              {(f) => (
                <Input
                  {...f}
                  value={textOf(objectOf(b).title)}
                  onChange={(e) => edit.set(["branch", i, "title"], e.target.value || undefined)}
                />
              )}
            </Field>
            <ConditionField
              label={key === "if" ? "If" : "Unless"}
              value={objectOf(b)[key]}
              onChange={(v) => edit.set(["branch", i, key], v ?? "")}
              groups={edit.groups}
              problem={edit.wrong(`branch[${i}].${key}`)}
              required
            />
          </fieldset>
        );
      })}
      <div>
        <Button
          size="sm"
          icon={<Plus size={14} />}
          onClick={() => edit.set(["branch", list.length], { if: "", do: [] })}
        >
          Case
        </Button>
      </div>
    </div>
  );
}

/** What an if gives, of one side or the other. */
export function IfOutputs({ edit }: { edit: CardEdit }) {
  const { card, editor } = edit;
  const out = objectOf(card.data.out);
  const { tree, model } = editor;
  const inLane = (key: string) => {
    const lane = card.lanes.find((l) => l.key === key);
    return tree && model.catalogue && lane
      ? availableAt({ tree, catalogue: model.catalogue }, lane.path, Number.POSITIVE_INFINITY)
      : edit.groups;
  };
  return (
    <div className="flex flex-col gap-3">
      <h3 className="text-sm font-medium">What it gives</h3>
      {Object.entries(out).map(([n, v]) => (
        <fieldset key={n} className="flex flex-col gap-2 rounded-md border p-2.5">
          <legend className="flex items-center gap-2 px-1 text-sm font-medium">
            {n}
            <Without label={n} onRemove={() => edit.set(["out", n], undefined)} />
          </legend>
          {["then", "else"].map((side) => (
            <TemplateField
              key={side}
              label={`${n}, ${side}`}
              type="any"
              value={objectOf(v)[side]}
              onChange={(x) => edit.set(["out", n, side], x ?? "")}
              groups={inLane(side)}
              problem={edit.wrong(`out.${n}.${side}`)}
            />
          ))}
        </fieldset>
      ))}
      <NewName
        label="Name of an output"
        taken={Object.keys(out)}
        onAdd={(n) => edit.set(["out", n], { then: "", else: "" })}
      />
    </div>
  );
}
