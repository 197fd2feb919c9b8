import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { Failure } from "../../api/failure.ts";
import { keyOf, queryClient, read, stale } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { Checkbox } from "../../kit/Checkbox.tsx";
import { Field, Select } from "../../kit/Field.tsx";
import { Section } from "../../kit/Page.tsx";
import { toast } from "../../kit/Toast.tsx";
import { ValueField } from "../../kit/ValueField.tsx";
import { initial, problems, valuesOf } from "../../kit/value.ts";
import { SecretInput } from "../connections/SecretInput.tsx";
import { useConnectorTitles } from "../connections/useConnectorTitles.ts";
import { useCan } from "../session/session.ts";

type Detail = components["schemas"]["FlowDetail"];

/** What a flow is installed with: connections, tables, options, and whether data is kept. */
export function SetupTab({ flow }: { flow: Detail }) {
  const can = useCan("flows:write");
  const titleOf = useConnectorTitles();
  const def = flow.definition;
  const options = def?.options ?? [];
  const [connections, setConnections] = useState(() => bound(def?.connections));
  const [tables, setTables] = useState(() => bound(def?.tables));
  const [texts, setTexts] = useState(() => initial(options, Object.fromEntries(options.map((o) => [o.name, o.value]))));
  const [saveData, setSaveData] = useState(flow.saveData);
  const allTables = useQuery(read("/api/v1/tables", {}));
  const save = useMutation({
    mutationFn: () => {
      const values = valuesOf(options, texts);
      const open = options.filter((o) => !o.secret).map((o) => [o.name, values[o.name] ?? null]);
      const typed = options.filter((o) => o.secret && texts[o.name]).map((o) => [o.name, texts[o.name]]);
      const chosen = Object.fromEntries([...open, ...typed]);
      return call("patch", "/api/v1/flows/{id}", {
        path: { id: flow.id },
        body: { connections, tables, options: chosen, saveData },
      });
    },
    onSuccess: (after) => {
      setTexts({ ...texts, ...Object.fromEntries(options.filter((o) => o.secret).map((o) => [o.name, ""])) });
      queryClient.setQueryData(keyOf("/api/v1/flows/{id}", { path: { id: flow.id } }), after);
      void stale("/api/v1/flows", "/api/v1/connections", "/api/v1/tables");
      toast({
        title: "Saved",
        detail: after.enabled
          ? "It holds from the next run on."
          : after.unbound.length === 0
            ? "The flow can be switched on now."
            : undefined,
      });
    },
  });
  if (!def) return null;
  const wrong = problems(
    options.filter((o) => !o.secret),
    texts,
  );
  const failure = save.error instanceof Failure ? save.error : undefined;
  const field = failure?.detail?.field;
  const fits = (slot: string) => flow.slotChoices.find((s) => s.slot === slot)?.connections ?? [];
  return (
    <form
      className="flex max-w-2xl flex-col gap-7"
      onSubmit={(e) => {
        e.preventDefault();
        save.mutate();
      }}
    >
      {def.connections.length > 0 && (
        <Section title="Connections">
          <div className="flex flex-col gap-4">
            {def.connections.map((s) => (
              <Field
                key={s.name}
                label={s.title || s.name}
                required
                error={field === `connections.${s.name}` ? failure?.message : undefined}
                help={
                  fits(s.name).length === 0 ? (
                    <>
                      There is no connection that fits.{" "}
                      <Link to="/connections" search={{ add: s.connectors[0] }} className="text-accent underline">
                        Add one of {s.connectors.map(titleOf).join(" or ")}
                      </Link>
                    </>
                  ) : (
                    `A connection of ${s.connectors.map(titleOf).join(" or ")}.`
                  )
                }
              >
                {(f) => (
                  <Select
                    {...f}
                    disabled={!can}
                    value={connections[s.name] ?? ""}
                    choices={[
                      { value: "", label: "Choose" },
                      ...fits(s.name).map((c) => ({ value: c.id, label: c.name })),
                    ]}
                    onChange={(e) => setConnections({ ...connections, [s.name]: e.target.value })}
                  />
                )}
              </Field>
            ))}
          </div>
        </Section>
      )}
      {def.tables.length > 0 && (
        <Section title="Tables">
          <div className="flex flex-col gap-4">
            {def.tables.map((s) => (
              <Field
                key={s.name}
                label={s.title || s.name}
                required
                error={field === `tables.${s.name}` ? failure?.message : undefined}
              >
                {(f) => (
                  <Select
                    {...f}
                    disabled={!can}
                    value={tables[s.name] ?? ""}
                    choices={[
                      { value: "", label: "Choose" },
                      ...(allTables.data ?? []).map((t) => ({ value: t.id, label: t.title })),
                    ]}
                    onChange={(e) => setTables({ ...tables, [s.name]: e.target.value })}
                  />
                )}
              </Field>
            ))}
          </div>
        </Section>
      )}
      {options.length > 0 && (
        <Section title="Options">
          <div className="flex flex-col gap-4">
            {options.map((o) =>
              o.secret ? (
                <SecretInput
                  key={o.name}
                  field={{ title: o.title || o.name, help: o.help, required: o.required, long: false }}
                  set={o.set === true}
                  value={texts[o.name] ?? ""}
                  disabled={!can}
                  onChange={(t) => setTexts({ ...texts, [o.name]: t })}
                  error={field === `options.${o.name}` ? failure?.message : undefined}
                />
              ) : (
                <ValueField
                  key={o.name}
                  spec={o}
                  disabled={!can}
                  text={texts[o.name] ?? ""}
                  onChange={(t) => setTexts({ ...texts, [o.name]: t })}
                  error={field === `options.${o.name}` ? failure?.message : wrong[o.name]}
                />
              ),
            )}
          </div>
        </Section>
      )}
      <Section title="History">
        <Checkbox
          shown
          disabled={!can}
          checked={saveData}
          onChange={setSaveData}
          label="Save all data that passes through the flow"
        />
        <p className="pl-6 text-sm text-muted">
          Without it, a run shows only the kinds and sizes of values, and cannot be retried from the card that failed.
        </p>
      </Section>
      {save.isError && !field && <Failed what="The setup was not saved." error={save.error} />}
      {can && (
        <div>
          <Button type="submit" look="primary" busy={save.isPending} disabled={Object.keys(wrong).length > 0}>
            Save
          </Button>
        </div>
      )}
    </form>
  );
}

function bound(slots: { name: string; bound?: { id: string } }[] | undefined): Record<string, string> {
  return Object.fromEntries((slots ?? []).map((s) => [s.name, s.bound?.id ?? ""]));
}
