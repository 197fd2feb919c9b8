import { Download } from "lucide-react";
import { Button } from "../../../kit/Button.tsx";
import { Menu } from "../../../kit/Menu.tsx";

/** Saves the flows of a folder, or one flow, as files. */
export function ExportFlows({ of, id }: { of: "folders" | "flows"; id: string }) {
  const save = (format: "yaml" | "flopack") =>
    window.location.assign(`/api/v1/${of}/${encodeURIComponent(id)}/export?format=${format}`);
  return (
    <Menu
      trigger={<Button icon={<Download size={14} />}>Export</Button>}
      items={[
        { label: of === "folders" ? "YAML files" : "YAML", note: "As they are here", onSelect: () => save("yaml") },
        {
          label: "Okta Workflows export",
          note: of === "folders" ? "A .flopack file" : "A .flopack file, with the flows that it calls",
          onSelect: () => save("flopack"),
        },
      ]}
    />
  );
}
