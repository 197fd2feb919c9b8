import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { address, send } from "../../../api/client.ts";
import { Failed } from "../../../api/Failed.tsx";
import { stale } from "../../../api/query.ts";
import { Button } from "../../../kit/Button.tsx";
import { Dialog } from "../../../kit/Dialog.tsx";
import { Field, Input } from "../../../kit/Field.tsx";
import { toast } from "../../../kit/Toast.tsx";
import { counted } from "../../../kit/time.ts";
import { folderOf, leaves, onlyFits, type Report } from "./importWords.ts";
import { ConnectionChoices, Contents } from "./ReportView.tsx";

/** Sends a file, to be imported or only to be looked at. */
async function bring(file: File, query: Record<string, unknown>): Promise<Report> {
  const answer = await send("post", address("/api/v1/flows/import", {}, query), {
    body: file,
    headers: { "Content-Type": "application/octet-stream" },
  });
  return (await answer.json()) as Report;
}

/** What a file would bring, and the choices that are made before it is brought. */
export function ImportDialog({ file, onClose }: { file: File; onClose: () => void }) {
  const navigate = useNavigate();
  const [name, setName] = useState<string>();
  const [choices, setChoices] = useState<Record<string, string>>({});
  const look = useQuery({
    queryKey: ["import", file.name, file.size, file.lastModified],
    queryFn: () => bring(file, { dryRun: true }),
    retry: false,
    staleTime: 0,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
  const report = look.data;
  const folder = name ?? (folderOf(file.name) || report?.folder || "");
  const chosen = report ? { ...onlyFits(report), ...choices } : {};
  const take = useMutation({
    mutationFn: () =>
      bring(file, {
        folder,
        connection: Object.entries(chosen)
          .filter(([, id]) => id)
          .map(([key, id]) => `${key}=${id}`),
      }),
    onSuccess: (made) => {
      void stale("/api/v1/flows", "/api/v1/folders", "/api/v1/tables", "/api/v1/overview");
      toast({
        title: `${counted(made.flows.length, "flow")} imported`,
        detail: "They are off. Look at them, try them with a dry run, then switch them on.",
      });
      if (!leaves(made)) open(made);
    },
  });
  const open = (made: Report) => {
    onClose();
    if (made.made) void navigate({ to: "/flows", search: { folder: made.made.folder } });
  };
  const made = take.data;
  if (made) {
    return (
      <Dialog
        open
        wide
        onClose={() => open(made)}
        title={`Imported into ${made.folder}`}
        intro="The flows are off. This is what to look at before they are switched on."
        footer={
          <Button look="primary" onClick={() => open(made)}>
            Open the folder
          </Button>
        }
      >
        <div className="flex flex-col gap-5">
          <Contents report={made} />
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title="Import flows"
      intro={file.name}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" busy={take.isPending} disabled={!report} onClick={() => take.mutate()}>
            Import
          </Button>
        </>
      }
    >
      {look.isPending && <p className="text-muted">The file is being read…</p>}
      {look.isError && <Failed what="The file cannot be imported." error={look.error} />}
      {report && (
        <div className="flex flex-col gap-5">
          <Field label="Folder" help="It is made for these flows and their tables.">
            {(f) => <Input {...f} value={folder} maxLength={100} onChange={(e) => setName(e.target.value)} />}
          </Field>
          {take.isError && <Failed what="Nothing was imported." error={take.error} />}
          <ConnectionChoices
            report={report}
            chosen={chosen}
            onChoose={(key, id) => setChoices({ ...choices, [key]: id })}
          />
          <Contents report={report} />
        </div>
      )}
    </Dialog>
  );
}
