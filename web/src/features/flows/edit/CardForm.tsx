import { useMemo } from "react";
import { Field, Select, Textarea } from "../../../kit/Field.tsx";
import { Note } from "../../../kit/Note.tsx";
import { removeCard, renameCard, setIn } from "../model/edit.ts";
import { commentTitle, loopKinds } from "../model/kinds.ts";
import { usedBy } from "../model/ports.ts";
import type { Placed } from "../model/problems.ts";
import { availableAt, type Samples } from "../model/scope.ts";
import { findCard, objectOf, textOf } from "../model/tree.ts";
import { CallFields } from "./CallFields.tsx";
import { CardHeadForm } from "./CardHeadForm.tsx";
import { type CardEdit, Names, Value } from "./CardValue.tsx";
import { Failures } from "./Failures.tsx";
import { ConditionField } from "./fields/ConditionField.tsx";
import { Without } from "./fields/NamedFields.tsx";
import { IfOutputs, LaneFields } from "./LaneFields.tsx";
import { TableField } from "./TableField.tsx";
import type { Editor } from "./useEditor.ts";
import { WithFields } from "./WithFields.tsx";

/** Everything about one card, to be changed. */
export function CardForm({
  editor,
  id,
  problems,
  samples,
  onOpenHelper,
  children,
}: {
  editor: Editor;
  id: string;
  problems: Placed[];
  samples: Samples;
  onOpenHelper: (slug: string) => void;
  children?: React.ReactNode;
}) {
  const { tree, model } = editor;
  const catalogue = model.catalogue;
  const card = tree && findCard(tree, id);
  const groups = useMemo(
    () =>
      tree && catalogue && card
        ? availableAt({ tree, catalogue, samples }, card.path.slice(0, -1), card.path.at(-1) as number)
        : [],
    [tree, catalogue, card, samples],
  );
  if (!tree || !catalogue || !card) return null;
  const mine = problems.filter((p) => p.card === id);
  const edit: CardEdit = {
    editor,
    card,
    groups,
    problems: mine,
    set: (path, value) =>
      editor.change(
        (s) => {
          setIn(s.doc, card.path, path, value);
          return undefined;
        },
        `${id} ${path.join(".")}`,
      ),
    wrong: (field) => mine.find((p) => p.field === field)?.message,
  };
  const shownInFields = new Set(["if", "unless", "id", "table", "call", "use", card.kind]);
  const general = mine.filter((p) => !p.field.startsWith("with.") && !shownInFields.has(p.field));
  return (
    <fieldset disabled={editor.broken} className="flex min-w-0 flex-col gap-4 p-4" aria-label={`Card ${card.title}`}>
      <CardHeadForm
        edit={edit}
        used={usedBy(card, tree, catalogue)}
        onRename={(to) =>
          editor.change((s, t) => {
            const c = findCard(t, id);
            if (c) renameCard(s.doc, c, to);
            return c?.path;
          })
        }
        onRemove={() =>
          editor.change((s) => {
            removeCard(s.doc, card.path);
            return undefined;
          })
        }
      />
      {general.map((p) => (
        <Note key={p.message + p.field} tone="bad">
          {p.message}
        </Note>
      ))}
      <KindFields edit={edit} onOpenHelper={onOpenHelper} />
      {children}
      <Failures edit={edit} />
      <Field label="Note" help="For whoever reads the flow.">
        {(f) => (
          <Textarea
            {...f}
            className="!min-h-8"
            rows={1}
            value={textOf(card.data.note)}
            onChange={(e) => edit.set(["note"], e.target.value || undefined)}
          />
        )}
      </Field>
    </fieldset>
  );
}

/** The fields that only cards of a kind have. */
function KindFields({ edit, onOpenHelper }: { edit: CardEdit; onOpenHelper: (slug: string) => void }) {
  const { card } = edit;
  switch (card.kind) {
    case "function":
    case "action":
      return (
        <>
          <WithFields edit={edit} />
          <LaneFields edit={edit} />
        </>
      );
    case "table":
      return (
        <>
          <TableField edit={edit} />
          <WithFields edit={edit} />
        </>
      );
    case "call":
      return <CallFields edit={edit} onOpen={onOpenHelper} />;
    case "if":
      return (
        <>
          <When edit={edit} required />
          <IfOutputs edit={edit} />
        </>
      );
    case "return":
      return (
        <>
          <When edit={edit} />
          <Names edit={edit} at={["return"]} what="result" />
        </>
      );
    case "stop":
    case "fail":
      return (
        <>
          <Value
            edit={edit}
            label="Reason"
            path={[card.kind]}
            type="text"
            required
            help="For people, and for whoever called the flow."
          />
          {card.kind === "fail" && (
            <>
              <Value edit={edit} label="Status" path={["status"]} type="number" help="For who catches it, or called." />
              <Names edit={edit} at={["details"]} what="detail" />
            </>
          )}
          <When edit={edit} />
        </>
      );
    case "comment":
      return <Value edit={edit} label={commentTitle} path={["comment"]} type="text" />;
    case "wait":
      return <Wait edit={edit} />;
    case "respond":
    case "answer":
      return (
        <>
          <Value edit={edit} label="Status" path={[card.kind, "status"]} type="number" />
          <Value edit={edit} label="Body" path={[card.kind, "body"]} type="any" />
          <Names edit={edit} at={[card.kind, "headers"]} what="header" />
        </>
      );
    default:
      return (
        <>
          {loopKinds.has(card.kind) && (
            <Value
              edit={edit}
              label={card.kind === "repeat" ? "Times" : "List"}
              path={[card.kind]}
              type={card.kind === "repeat" ? "number" : "list"}
              required
            />
          )}
          <LaneFields edit={edit} />
        </>
      );
  }
}

/** The condition of a card. */
function When({ edit, required }: { edit: CardEdit; required?: boolean }) {
  const d = edit.card.data;
  const key = "unless" in d ? "unless" : "if";
  const there = key in d;
  if (!there && !required) {
    return (
      <button
        type="button"
        className="self-start text-sm text-muted underline hover:text-ink"
        onClick={() => edit.set(["if"], "")}
      >
        Only if a condition holds
      </button>
    );
  }
  return (
    <ConditionField
      label={key === "if" ? "If" : "Unless"}
      value={d[key]}
      onChange={(v) => edit.set([key], v ?? "")}
      groups={edit.groups}
      problem={edit.wrong(key)}
      required={required}
      aside={!required && <Without label="the condition" onRemove={() => edit.set([key], undefined)} />}
    />
  );
}

const units = ["seconds", "minutes", "hours", "days", "weeks"];

function Wait({ edit }: { edit: CardEdit }) {
  const wait = objectOf(edit.card.data.wait);
  const until = "until" in wait;
  return (
    <>
      <Field label="Waits">
        {(f) => (
          <Select
            {...f}
            value={until ? "until" : "for"}
            choices={[
              { value: "for", label: "for a time" },
              { value: "until", label: "until a date" },
            ]}
            onChange={(e) =>
              edit.set(["wait"], e.target.value === "until" ? { until: "" } : { for: 10, unit: "minutes" })
            }
          />
        )}
      </Field>
      {until ? (
        <Value edit={edit} label="Until" path={["wait", "until"]} type="date" required />
      ) : (
        <div className="grid grid-cols-2 gap-2">
          <Value edit={edit} label="For" path={["wait", "for"]} type="number" required />
          <Field label="Unit">
            {(f) => (
              <Select
                {...f}
                value={textOf(wait.unit) || "seconds"}
                choices={units.map((u) => ({ value: u, label: u }))}
                onChange={(e) => edit.set(["wait", "unit"], e.target.value)}
              />
            )}
          </Field>
        </div>
      )}
    </>
  );
}
