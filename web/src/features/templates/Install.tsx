import { useMutation } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { Failure } from "../../api/failure.ts";
import { stale } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { Field, Input, Select } from "../../kit/Field.tsx";
import { Panel } from "../../kit/Page.tsx";
import { toast } from "../../kit/Toast.tsx";
import { ValueField } from "../../kit/ValueField.tsx";
import { initial, problems, valuesOf } from "../../kit/value.ts";
import { useConnectorTitles } from "../connections/useConnectorTitles.ts";

type Detail = components["schemas"]["TemplateDetail"];

/** What a template is installed with. What is left out can be chosen later. */
export function Install({ template: t }: { template: Detail }) {
  const navigate = useNavigate();
  const titleOf = useConnectorTitles();
  const [folder, setFolder] = useState(t.title);
  const [connections, setConnections] = useState(() => firstFits(t));
  const [texts, setTexts] = useState(() => initial(t.options));
  const install = useMutation({
    mutationFn: () =>
      call("post", "/api/v1/templates/{id}/install", {
        path: { id: t.id },
        body: {
          folder: folder.trim() || undefined,
          connections: Object.fromEntries(Object.entries(connections).filter(([, id]) => id)),
          options: valuesOf(t.options, texts),
        },
      }),
    onSuccess: (made) => {
      void stale("/api/v1/flows", "/api/v1/folders", "/api/v1/tables", "/api/v1/templates/{id}", "/api/v1/overview");
      toast({
        title: `${made.folder.name} is installed`,
        detail: "Its flows are off. Look at them, try them with a dry run, then switch them on.",
      });
      const [first] = made.flows;
      if (made.flows.length === 1 && first) void navigate({ to: "/flows/$id", params: { id: first.id } });
      else void navigate({ to: "/flows", search: { folder: made.folder.id } });
    },
  });
  const wrong = problems(t.options, texts);
  const failure = install.error instanceof Failure ? install.error : undefined;
  const field = failure?.detail?.field;
  const fits = (slot: string) => t.choices.find((c) => c.slot === slot)?.connections ?? [];
  return (
    <Panel className="p-4">
      <h2 className="text-base">Install</h2>
      <form
        className="mt-3 flex flex-col gap-4"
        onSubmit={(e) => {
          e.preventDefault();
          install.mutate();
        }}
      >
        <Field label="Folder" error={failure?.forField("folder")}>
          {(f) => <Input {...f} value={folder} maxLength={100} onChange={(e) => setFolder(e.target.value)} />}
        </Field>
        {t.connections.map((s) => (
          <Field
            key={s.name}
            label={s.title || s.name}
            error={field === `connections.${s.name}` ? failure?.message : undefined}
            help={
              fits(s.name).length === 0 ? (
                <>
                  There is no connection that fits yet.{" "}
                  <Link to="/connections" search={{ add: s.connectors[0] }} className="text-accent underline">
                    Add one of {s.connectors.map(titleOf).join(" or ")}
                  </Link>
                  , or choose it later.
                </>
              ) : undefined
            }
          >
            {(f) => (
              <Select
                {...f}
                value={connections[s.name] ?? ""}
                choices={[
                  { value: "", label: "Choose later" },
                  ...fits(s.name).map((c) => ({ value: c.id, label: c.name })),
                ]}
                onChange={(e) => setConnections({ ...connections, [s.name]: e.target.value })}
              />
            )}
          </Field>
        ))}
        {t.options.map((o) => (
          <ValueField
            key={o.name}
            spec={o}
            text={texts[o.name] ?? ""}
            onChange={(v) => setTexts({ ...texts, [o.name]: v })}
            error={field === `options.${o.name}` ? failure?.message : wrong[o.name]}
          />
        ))}
        {install.isError && !field && <Failed what="The template was not installed." error={install.error} />}
        <Button type="submit" look="primary" busy={install.isPending} disabled={Object.keys(wrong).length > 0}>
          Install
        </Button>
        <p className="text-xs text-faint">Nothing runs yet: the flows are installed switched off.</p>
      </form>
    </Panel>
  );
}

/** Where only one connection fits, it is chosen. */
function firstFits(t: Detail): Record<string, string> {
  return Object.fromEntries(
    t.connections.map((s) => {
      const fits = t.choices.find((c) => c.slot === s.name)?.connections ?? [];
      return [s.name, fits.length === 1 ? (fits[0]?.id ?? "") : ""];
    }),
  );
}
