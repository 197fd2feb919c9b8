import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useDeferredValue, useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { stale } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { Textarea } from "../../kit/Field.tsx";
import { Note } from "../../kit/Note.tsx";
import { Page, PageHeader } from "../../kit/Page.tsx";
import { Tabs } from "../../kit/Tabs.tsx";
import { toast } from "../../kit/Toast.tsx";
import { useCan } from "../session/session.ts";
import { BasicsForm } from "./BasicsForm.tsx";
import { Calls } from "./Calls.tsx";
import { DeleteConnector } from "./DeleteConnector.tsx";
import { type Draft, emptyDraft, idOf } from "./draft.ts";
import { handOver } from "./handover.ts";

type File = components["schemas"]["ConnectorFile"];

/** Makes a connector, or changes one: by form, or as the file that it is. */
export function Builder({ file, above }: { file?: File; above: React.ReactNode }) {
  const navigate = useNavigate();
  const can = useCan("connections:write");
  const [draft, setDraft] = useState<Draft | undefined>(file ? file.draft : emptyDraft);
  const [yaml, setYaml] = useState(file?.yaml);
  const [edition, setEdition] = useState(file?.updatedAt ?? ""); // what is changed here was made of this one
  const [secrets, setSecrets] = useState<Record<string, string>>({});
  const [tab, setTab] = useState(file && !file.draft ? "yaml" : "form");
  const id = file?.id ?? idOf(draft?.title ?? "");
  const written = draft ? { draft } : { yaml: yaml ?? "" };
  const body = useDeferredValue(JSON.stringify({ id, ...written }));
  const begun = file !== undefined || Boolean(draft?.title.trim() && draft.calls.length > 0);
  const checked = useQuery({
    queryKey: ["connector-check", body],
    queryFn: ({ signal }) => call("post", "/api/v1/connector-drafts/check", { body: JSON.parse(body), signal }),
    enabled: begun && can,
    placeholderData: (before) => before,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const save = useMutation({
    mutationFn: () =>
      file
        ? call("put", "/api/v1/connectors/{id}/file", { path: { id }, body: { ...written, updatedAt: edition } })
        : call("post", "/api/v1/connectors", { body: { id, ...written } }),
    onSuccess: (made) => {
      void stale("/api/v1/connectors", "/api/v1/connectors/{id}", "/api/v1/connectors/{id}/file", "/api/v1/catalogue");
      toast({
        title: file ? "Saved" : `${made.draft?.title ?? made.id} is made`,
        detail: file ? undefined : "Connect it now, and flows can use it.",
      });
      if (file) return setEdition(made.updatedAt);
      handOver(made.id, secrets);
      void navigate({ to: "/connections", search: { add: made.id } });
    },
  });
  const problems = begun ? (checked.data?.problems ?? []) : [];
  return (
    <Page narrow>
      <PageHeader
        title={file ? (draft?.title ?? file.id) : "Make a connector"}
        above={above}
        lead={
          file ? (
            <code className="font-mono text-xs">{file.id}</code>
          ) : (
            "For an API that no connector here knows. Your organization alone sees it; secrets are entered with its connections."
          )
        }
        actions={
          can && (
            <Button
              look="primary"
              disabled={!begun || problems.length > 0}
              busy={save.isPending}
              onClick={() => save.mutate()}
            >
              {file ? "Save" : "Make it"}
            </Button>
          )
        }
      />
      <div className="flex flex-col gap-4">
        {save.isError && <Failed what="The connector was not saved." error={save.error} />}
        {checked.isError && <Failed what="It could not be checked." error={checked.error} />}
        {problems.length > 0 && (
          <Note tone="warn" title="It does not hold yet">
            <ul>
              {problems.map((p) => (
                <li key={p}>{p.replace(/^\S+\.yaml:/, "line ")}</li>
              ))}
            </ul>
          </Note>
        )}
        <Tabs
          label="How it is written"
          value={tab}
          onChange={setTab}
          tabs={[
            {
              id: "form",
              label: "Form",
              content: draft ? (
                <div className="flex flex-col gap-6">
                  <BasicsForm draft={draft} id={id} onChange={setDraft} />
                  <Calls
                    draft={draft}
                    onChange={setDraft}
                    onSecrets={(more) => setSecrets((all) => ({ ...more, ...all }))}
                  />
                </div>
              ) : (
                <Note title="The file says more than this form shows">Change it as YAML.</Note>
              ),
            },
            {
              id: "yaml",
              label: "YAML",
              content: (
                <Textarea
                  aria-label="Connector file"
                  className="min-h-[28rem] font-mono text-xs"
                  spellCheck={false}
                  value={draft ? (checked.data?.yaml ?? file?.yaml ?? "") : (yaml ?? "")}
                  readOnly={!can}
                  onChange={(e) => {
                    setYaml(e.target.value);
                    setDraft(undefined);
                  }}
                />
              ),
            },
          ]}
        />
        {!draft && checked.data?.draft && checked.data.problems.length === 0 && (
          <div>
            <Button onClick={() => setDraft(checked.data.draft)}>Go on with the form</Button>
          </div>
        )}
        {file && can && <DeleteConnector id={file.id} title={draft?.title ?? file.id} />}
      </div>
    </Page>
  );
}
