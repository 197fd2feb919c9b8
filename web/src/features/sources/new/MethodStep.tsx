import { Failed } from "../../../api/Failed.tsx";
import { Failure } from "../../../api/failure.ts";
import type { components } from "../../../api/schema.gen.ts";
import { Button } from "../../../kit/Button.tsx";
import { Field, Input, Select } from "../../../kit/Field.tsx";
import { MethodChoice } from "../MethodChoice.tsx";
import { categories, kinds, wantsOrg } from "../methods.ts";
import { type Draft, ofKind } from "./draft.ts";
import { useMake } from "./useMake.ts";

type Props = {
  draft: Draft;
  onChange: (d: Draft) => void;
  onNext: () => void;
  onMade: (s: components["schemas"]["SourceDetail"]) => void;
};

/** The first step: what it is called, and how its events come. */
export function MethodStep({ draft, onChange, onNext, onMade }: Props) {
  const make = useMake(draft, onMade);
  const failure = make.error instanceof Failure ? make.error : undefined;
  const org = wantsOrg(draft.methods, draft.kind);
  const ready = draft.name.trim() !== "" && draft.methods.size > 0;
  return (
    <form
      className="flex flex-col gap-5"
      onSubmit={(e) => {
        e.preventDefault();
        if (!ready) return;
        if (org) onNext();
        else make.mutate(undefined);
      }}
    >
      <Field label="System" help="Whose log it reads.">
        {(f) => (
          <Select
            {...f}
            value={draft.kind}
            choices={kinds}
            onChange={(e) => onChange(ofKind(draft, e.target.value as Draft["kind"]))}
          />
        )}
      </Field>
      <div className="grid gap-4 sm:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
        <Field label="Name" help="By which people know it." error={failure?.forField("name")}>
          {(f) => (
            <Input
              {...f}
              value={draft.name}
              maxLength={100}
              onChange={(e) => onChange({ ...draft, name: e.target.value })}
            />
          )}
        </Field>
        <Field label="Category" help="Where it stands among others.">
          {(f) => (
            <Select
              {...f}
              value={draft.category}
              choices={categories}
              onChange={(e) => onChange({ ...draft, category: e.target.value as Draft["category"] })}
            />
          )}
        </Field>
      </div>
      <MethodChoice kind={draft.kind} chosen={draft.methods} onChange={(methods) => onChange({ ...draft, methods })} />
      {make.isError && !failure?.detail?.field && <Failed what="The source was not added." error={make.error} />}
      <div>
        <Button look="primary" type="submit" disabled={!ready} busy={make.isPending}>
          {org ? "Next" : "Add the source"}
        </Button>
      </div>
    </form>
  );
}
