import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useDeferredValue, useEffect, useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { stale } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { Textarea } from "../../kit/Field.tsx";
import { keep, keptOf } from "../../kit/kept.ts";
import { Note } from "../../kit/Note.tsx";
import { Page, PageHeader } from "../../kit/Page.tsx";
import { Tabs } from "../../kit/Tabs.tsx";
import { toast } from "../../kit/Toast.tsx";
import { useLeaving } from "../../shell/useLeaving.ts";
import { useCan, useSession } from "../session/session.ts";
import { BasicsForm } from "./BasicsForm.tsx";
import { Calls } from "./Calls.tsx";
import { DeleteConnector } from "./DeleteConnector.tsx";
import { addressesHold, type Draft, emptyDraft, idOf } from "./draft.ts";
import { handOver } from "./handover.ts";
import { Leaving } from "./Leaving.tsx";

/** A connector in the making. Secrets of an example are not among what is kept: they stay in memory. */
type Kept = {
  draft?: Draft;
  yaml?: string;
  /** Of the file that it was made of. */
  edition: string;
};
type File = components["schemas"]["ConnectorFile"];
type Written = { draft: Draft } | { yaml: string };

/** What a file is before anybody changes it. */
function writtenAs(file: File | undefined): Written {
  if (!file) return { draft: emptyDraft };
  return file.draft ? { draft: file.draft } : { yaml: file.yaml };
}

/** Makes a connector, or changes one: by form, or as the file that it is. */
export function Builder({ file, above }: { file?: File; above: React.ReactNode }) {
  const navigate = useNavigate();
  const can = useCan("connections:write");
  const { account, organization } = useSession();
  const place = `connector.${organization.id}.${account.id}.${file?.id ?? "new"}`;
  const [kept, setKept] = useState(() => keptOf<Kept>(place));
  const begin = kept ?? { draft: file ? file.draft : emptyDraft, yaml: file?.yaml, edition: file?.updatedAt ?? "" };
  const [draft, setDraft] = useState<Draft | undefined>(begin.draft);
  const [yaml, setYaml] = useState(begin.yaml);
  const [edition, setEdition] = useState(begin.edition); // what is changed here was made of this one
  const [secrets, setSecrets] = useState<Record<string, string>>({});
  const [tab, setTab] = useState(begin.draft ? "form" : "yaml");
  const id = file?.id ?? idOf(draft?.title ?? "");
  const written = draft ? { draft } : { yaml: yaml ?? "" };
  const [saved, setSaved] = useState(() => JSON.stringify(writtenAs(file)));
  const dirty = can && JSON.stringify(written) !== saved;
  const leaving = useLeaving(dirty);
  useEffect(() => keep(place, dirty ? { draft, yaml, edition } : undefined), [place, dirty, draft, yaml, edition]);
  const forget = () => {
    leaving.letGo();
    keep(place, undefined);
  };
  const startOver = () => {
    setDraft(file ? file.draft : emptyDraft);
    setYaml(file?.yaml);
    setEdition(file?.updatedAt ?? "");
    setSecrets({});
    setKept(undefined);
    setTab(file && !file.draft ? "yaml" : "form");
  };
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
    mutationFn: (what: Written) =>
      file
        ? call("put", "/api/v1/connectors/{id}/file", { path: { id }, body: { ...what, updatedAt: edition } })
        : call("post", "/api/v1/connectors", { body: { id, ...what } }),
    onSuccess: (made, what) => {
      setKept(undefined);
      setSaved(JSON.stringify(what));
      void stale("/api/v1/connectors", "/api/v1/connectors/{id}", "/api/v1/connectors/{id}/file", "/api/v1/catalogue");
      toast({
        title: file ? "Saved" : `${made.draft?.title ?? made.id} is made`,
        detail: file ? undefined : "Connect it now, and flows can use it.",
      });
      if (file) return setEdition(made.updatedAt);
      forget();
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
              disabled={!begun || problems.length > 0 || (draft && !addressesHold(draft))}
              busy={save.isPending}
              onClick={() => save.mutate(written)}
            >
              {file ? "Save" : "Make it"}
            </Button>
          )
        }
      />
      <div className="flex flex-col gap-4">
        {kept && (
          <Note title="This is what you had made before" action={<Button onClick={startOver}>Start over</Button>}>
            It was kept in this tab, and is not saved.
          </Note>
        )}
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
        {file && can && <DeleteConnector id={file.id} title={draft?.title ?? file.id} onDeleted={forget} />}
      </div>
      {leaving.asking && (
        <Leaving
          onStay={leaving.stay}
          onLeave={leaving.leave}
          onDrop={() => {
            forget();
            leaving.leave();
          }}
        />
      )}
    </Page>
  );
}
