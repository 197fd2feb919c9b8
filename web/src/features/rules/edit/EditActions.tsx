import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Ellipsis, Eye, Save, Trash2, Undo2 } from "lucide-react";
import { read } from "../../../api/query.ts";
import { Button } from "../../../kit/Button.tsx";
import { Menu } from "../../../kit/Menu.tsx";
import type { FileDetail, RuleEdit } from "./useRuleFile.ts";

/** What somebody is asked before it is done. */
export type Asked = "publish" | "drop" | "remove" | "conflict";

/** What can be done with a file of rules. */
export function EditActions({
  file,
  edit,
  savable,
  onSave,
  onAsk,
}: {
  file: FileDetail;
  edit: RuleEdit;
  savable: boolean;
  onSave: () => void;
  onAsk: (what: Asked) => void;
}) {
  const navigate = useNavigate();
  const rules = useQuery(read("/api/v1/rules", {}));
  const published = rules.data?.find((r) => r.file === file.id);
  const changed = file.hasDraft || edit.dirty;
  return (
    <>
      <Button
        icon={<Save size={14} />}
        title="Save the draft (Ctrl S)"
        disabled={!savable}
        busy={edit.save.isPending}
        onClick={onSave}
      >
        Save draft
      </Button>
      <Button look="primary" disabled={!changed} onClick={() => onAsk("publish")}>
        Publish
      </Button>
      <Menu
        trigger={<Button look="quiet" icon={<Ellipsis size={16} />} aria-label="More for this rule" />}
        items={[
          {
            label: "The published rule",
            icon: <Eye size={14} />,
            note: "What it found, its switch, its exceptions",
            disabled: !published,
            onSelect: () => published && void navigate({ to: "/rules/$id", params: { id: published.id } }),
          },
          {
            label: "Discard the draft",
            icon: <Undo2 size={14} />,
            disabled: !changed || file.version === 0,
            onSelect: () => onAsk("drop"),
          },
          "line",
          { label: "Delete", icon: <Trash2 size={14} />, grave: true, onSelect: () => onAsk("remove") },
        ]}
      />
    </>
  );
}
