import { Link } from "@tanstack/react-router";
import { CircleAlert, Code2, LayoutList, PanelRight, Plus, Redo2, Undo2, Variable } from "lucide-react";
import type { components } from "../../../api/schema.gen.ts";
import { Button } from "../../../kit/Button.tsx";
import { Menu } from "../../../kit/Menu.tsx";
import { Tag } from "../../../kit/State.tsx";
import { usePhone } from "../../../kit/useMedia.ts";
import type { Placed } from "../model/problems.ts";
import type { Draft } from "./useDraft.ts";
import type { Editor } from "./useEditor.ts";
import type { Panels, Side } from "./usePanels.ts";

/** What is edited, whether it is kept, what is wrong with it, and what can be done. */
export function Bar({
  flow,
  editor,
  draft,
  problems,
  panels,
  onAdd,
  onPublish,
  onDrop,
}: {
  flow: components["schemas"]["FlowDetail"];
  editor: Editor;
  draft: Draft;
  problems: Placed[];
  panels: Panels;
  onAdd: () => void;
  onPublish: () => void;
  onDrop: () => void;
}) {
  const phone = usePhone();
  const isOpen = (id: Side) => panels.side === id && (panels.left || phone);
  const sides: [Side, string, typeof Code2, string][] = [
    ["cards", "Cards", LayoutList, "c"],
    ["values", "Values", Variable, "v"],
    ["yaml", "YAML", Code2, "y"],
  ];
  return (
    <header className="flex flex-wrap items-center gap-x-3 gap-y-2 border-b bg-surface px-4 py-2">
      <div className="min-w-0 flex-1 basis-60">
        <div className="truncate text-xs text-muted">
          <Link to="/flows" className="hover:underline">
            Flows
          </Link>{" "}
          /{" "}
          <Link to="/flows/$id" params={{ id: flow.id }} className="hover:underline">
            {flow.title}
          </Link>
        </div>
        <div className="flex items-center gap-2">
          <h1 className="truncate text-base">
            <button
              type="button"
              className="block min-h-6 max-w-full truncate hover:underline"
              title="The flow itself"
              onClick={() => {
                editor.select(undefined);
                panels.fields(true);
              }}
            >
              {editor.tree?.title ?? flow.title}
            </button>
          </h1>
          {draft.exists && <Tag tone="warn">{flow.version > 0 ? "Draft" : "Draft only"}</Tag>}
          <Saved draft={draft} />
          {draft.exists && flow.version > 0 && draft.state === "saved" && (
            <button type="button" className="shrink-0 text-xs text-muted underline hover:text-ink" onClick={onDrop}>
              Drop the draft
            </button>
          )}
        </div>
      </div>
      <fieldset aria-label="Beside the picture" className="flex gap-1">
        {(phone ? sides.filter(([id]) => id !== "values") : sides).map(([id, label, Icon, key]) => (
          <Button
            key={id}
            size="sm"
            look={isOpen(id) ? "plain" : "quiet"}
            aria-pressed={isOpen(id)}
            icon={<Icon size={14} />}
            title={isOpen(id) && !phone ? `Fold away: ${label}` : `${label} (${key})`}
            onClick={() => (isOpen(id) && !phone ? panels.fold() : panels.open(id))}
          >
            {label}
          </Button>
        ))}
        {!phone && (
          <Button
            size="sm"
            look={panels.right ? "plain" : "quiet"}
            aria-pressed={panels.right}
            icon={<PanelRight size={14} />}
            title={panels.right ? "Fold away: Fields" : "Fields of what is chosen"}
            onClick={() => panels.fields(!panels.right)}
          >
            Fields
          </Button>
        )}
      </fieldset>
      <div className="flex items-center gap-1">
        <Button
          size="sm"
          look="quiet"
          icon={<Undo2 size={14} />}
          aria-label="Undo"
          title="Undo (Ctrl Z)"
          disabled={!editor.canUndo}
          onClick={editor.undo}
        />
        <Button
          size="sm"
          look="quiet"
          icon={<Redo2 size={14} />}
          aria-label="Redo"
          title="Redo (Ctrl Shift Z)"
          disabled={!editor.canRedo}
          onClick={editor.redo}
        />
        <Button size="sm" icon={<Plus size={14} />} title="Add a card (a)" onClick={onAdd} disabled={editor.broken}>
          Add
        </Button>
        <Wrong editor={editor} problems={problems} />
        <Button size="sm" look="primary" onClick={onPublish} title="Publish (p)" disabled={draft.state === "conflict"}>
          Publish
        </Button>
      </div>
    </header>
  );
}

const words: Record<Draft["state"], string> = {
  saved: "Draft saved",
  waiting: "Not saved yet",
  saving: "Saving",
  failed: "Not saved",
  conflict: "Changed by somebody else",
};

function Saved({ draft }: { draft: Draft }) {
  const bad = draft.state === "failed" || draft.state === "conflict";
  return (
    <span role="status" className={`shrink-0 text-xs ${bad ? "text-bad" : "text-faint"}`}>
      {draft.state === "saved" && !draft.exists ? "As published" : words[draft.state]}
      {draft.state === "failed" && (
        <>
          {draft.error instanceof Error && `: ${draft.error.message} `}
          <button type="button" className="underline" onClick={() => void draft.flush()}>
            Try again
          </button>
        </>
      )}
    </span>
  );
}

/** All that is wrong; pressing one leads to its card. */
function Wrong({ editor, problems }: { editor: Editor; problems: Placed[] }) {
  if (problems.length === 0) return null;
  return (
    <Menu
      trigger={
        <Button
          size="sm"
          look="quiet"
          icon={<CircleAlert size={14} className="text-bad" />}
          aria-label={problems.length === 1 ? "1 problem" : `${problems.length} problems`}
        >
          {String(problems.length)}
        </Button>
      }
      items={problems.map((p) => ({
        label: p.message,
        note: p.place || undefined,
        onSelect: () => editor.select(p.card || undefined),
      }))}
    />
  );
}
