import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { Failure } from "../../api/failure.ts";
import { read, stale } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { Checkbox } from "../../kit/Checkbox.tsx";
import { Copy } from "../../kit/Copy.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { Field, Input, Select } from "../../kit/Field.tsx";
import { Note } from "../../kit/Note.tsx";
import { toast } from "../../kit/Toast.tsx";
import { severities, severityList } from "../alerts/severity.tsx";
import { dayList, dayNames, type Quiet, quietInWords } from "./quiet.ts";

type Channel = components["schemas"]["Channel"];
type Body = components["schemas"]["ChannelBody"];
type Moment = Body["moments"][number];

const moments: Record<Moment, string> = {
  opened: "An alert is opened",
  escalated: "It becomes more severe",
  overdue: "It is overdue",
  closed: "It is closed",
};

const places: Record<string, { label: string; help: string; placeholder: string }> = {
  slack: { label: "Channel", help: "Invite the bot to it.", placeholder: "#security" },
  mail: { label: "Addresses", help: "With commas between them.", placeholder: "soc@acme.com" },
  http: {
    label: "URL",
    help: "Whole, or a path below the connection's. A connection that signs bodies lets its receiver check where it comes from.",
    placeholder: "/alerts",
  },
};

function bodyOf(c?: Channel): Body {
  if (!c) {
    return { name: "", connection: "", to: [], severity: "medium", moments: ["opened", "escalated"], enabled: true };
  }
  return {
    name: c.name,
    connection: c.connection.id,
    to: c.to,
    severity: c.severity,
    types: c.types,
    rules: c.rules.map((r) => r.id),
    moments: c.moments,
    quiet: c.quiet,
    enabled: c.enabled,
  };
}

function nights(): Quiet {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return { days: [...dayList], from: "22:00", to: "07:00", zone, critical: true };
}

/** Makes a channel, or changes one. */
export function ChannelDialog({ channel, onClose }: { channel?: Channel; onClose: () => void }) {
  const connections = useQuery(read("/api/v1/connections", {}));
  const types = useQuery(read("/api/v1/alert-types", {}));
  const [body, setBody] = useState(bodyOf(channel));
  const [to, setTo] = useState(body.to?.join(", ") ?? "");
  const set = (change: Partial<Body>) => setBody((b) => ({ ...b, ...change }));
  const fit = connections.data?.filter((c) => ["slack", "teams", "mail", "http"].includes(c.connector.id));
  const kind = fit?.find((c) => c.id === body.connection)?.connector.id ?? "";
  const place = places[kind];
  const save = useMutation({
    mutationFn: () => {
      const parts = to.split(",").map((t) => t.trim());
      const filled = { ...body, name: body.name.trim(), to: place ? parts.filter(Boolean) : [] };
      return channel
        ? call("put", "/api/v1/channels/{channel}", { path: { channel: channel.id }, body: filled })
        : call("post", "/api/v1/channels", { body: filled });
    },
    onSuccess: (saved) => {
      void stale("/api/v1/channels");
      onClose();
      toast({ title: `The channel ${saved.name} was saved` });
    },
  });
  const failure = save.error instanceof Failure ? save.error : undefined;
  const ready = body.name.trim() !== "" && body.connection !== "" && body.moments.length > 0;
  return (
    <Dialog
      open
      onClose={onClose}
      title={channel ? `Edit ${channel.name}` : "New channel"}
      intro="Every alert and moment is told of once."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" disabled={!ready} busy={save.isPending} onClick={() => save.mutate()}>
            Save the channel
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(e) => {
          e.preventDefault();
          if (ready) save.mutate();
        }}
      >
        <Field label="Name" error={failure?.forField("name")}>
          {(f) => (
            <Input {...f} autoFocus maxLength={100} value={body.name} onChange={(e) => set({ name: e.target.value })} />
          )}
        </Field>
        <Field
          label="Connection"
          help="Of Slack, Teams, mail or HTTP. Connections are made under Connections."
          error={failure?.forField("connection")}
        >
          {(f) => (
            <Select
              {...f}
              value={body.connection}
              choices={[
                { value: "", label: "Choose one", disabled: true },
                ...(fit ?? []).map((c) => ({ value: c.id, label: c.name })),
              ]}
              onChange={(e) => set({ connection: e.target.value })}
            />
          )}
        </Field>
        {place && (
          <Field label={place.label} help={place.help} error={failure?.forField("to")}>
            {(f) => <Input {...f} value={to} placeholder={place.placeholder} onChange={(e) => setTo(e.target.value)} />}
          </Field>
        )}
        {channel?.buttons && kind === "slack" && <Buttons buttons={channel.buttons} />}
        <Field label="Severity, at least">
          {(f) => (
            <Select
              {...f}
              value={body.severity}
              choices={severityList.map((s) => ({ value: s, label: severities[s].label }))}
              onChange={(e) => set({ severity: e.target.value as Body["severity"] })}
            />
          )}
        </Field>
        <fieldset>
          <legend className="mb-1 text-sm font-medium">When</legend>
          {(Object.keys(moments) as Moment[]).map((m) => (
            <Checkbox
              key={m}
              shown
              label={moments[m]}
              checked={body.moments.includes(m)}
              onChange={(on) => set({ moments: toggled(body.moments, m, on) })}
            />
          ))}
        </fieldset>
        {types.data && types.data.length > 0 && (
          <fieldset>
            <legend className="mb-1 text-sm font-medium">
              Only these types of alerts <span className="font-normal text-faint">(none chosen: all)</span>
            </legend>
            <div className="max-h-44 overflow-y-auto rounded-md border px-3 py-1">
              {types.data.map((t) => (
                <Checkbox
                  key={t.id}
                  shown
                  label={t.title}
                  checked={body.types?.includes(t.id) ?? false}
                  onChange={(on) => set({ types: toggled(body.types ?? [], t.id, on) })}
                />
              ))}
            </div>
          </fieldset>
        )}
        <QuietFields quiet={body.quiet} onChange={(quiet) => set({ quiet })} failure={failure} />
        <Checkbox shown label="On" checked={body.enabled} onChange={(enabled) => set({ enabled })} />
        {save.isError && !failure?.detail?.field && <Failed what="The channel was not saved." error={save.error} />}
      </form>
    </Dialog>
  );
}

function toggled<T>(items: T[], item: T, on: boolean): T[] {
  return on ? [...items, item] : items.filter((i) => i !== item);
}

/** What the Slack app needs so that its buttons work. */
function Buttons({ buttons }: { buttons: NonNullable<Channel["buttons"]> }) {
  return (
    <Note title={buttons.ready ? "Buttons in messages" : "Buttons in messages do not work yet"} tone="info">
      <p>
        {!buttons.ready && "Enter the app's signing secret in the connection. "}
        The app's Interactivity Request URL is:
      </p>
      <div className="mt-1 flex items-center gap-2">
        <code className="min-w-0 flex-1 font-mono text-xs wrap-anywhere">{buttons.url}</code>
        <Copy text={buttons.url} label="Copy the URL" />
      </div>
    </Note>
  );
}

type QuietProps = { quiet?: Quiet; onChange: (q?: Quiet) => void; failure?: Failure };

/** When nothing is sent, and what that means in words. */
function QuietFields({ quiet, onChange, failure }: QuietProps) {
  const set = (change: Partial<Quiet>) => quiet && onChange({ ...quiet, ...change });
  return (
    <fieldset>
      <legend className="mb-1 text-sm font-medium">Quiet hours</legend>
      <Checkbox
        shown
        label="Hold messages back at certain times"
        checked={quiet !== undefined}
        onChange={(on) => onChange(on ? nights() : undefined)}
      />
      {quiet && (
        <div className="mt-2 flex flex-col gap-3 border-l-2 pl-4">
          <div className="flex flex-wrap gap-x-4">
            {dayList.map((d) => (
              <Checkbox
                key={d}
                shown
                label={dayNames[d]}
                checked={quiet.days.includes(d)}
                onChange={(on) => set({ days: toggled(quiet.days, d, on) })}
              />
            ))}
          </div>
          <div className="grid grid-cols-2 gap-3 sm:grid-cols-3">
            <Field label="From" error={failure?.forField("quiet.from")}>
              {(f) => <Input {...f} type="time" value={quiet.from} onChange={(e) => set({ from: e.target.value })} />}
            </Field>
            <Field label="To">
              {(f) => <Input {...f} type="time" value={quiet.to} onChange={(e) => set({ to: e.target.value })} />}
            </Field>
            <Field label="Time zone" className="col-span-2 sm:col-span-1" error={failure?.forField("quiet.zone")}>
              {(f) => <Input {...f} value={quiet.zone} onChange={(e) => set({ zone: e.target.value })} />}
            </Field>
          </div>
          <Checkbox
            shown
            label="Critical alerts go through"
            checked={quiet.critical}
            onChange={(critical) => set({ critical })}
          />
          <p className="text-sm text-muted" aria-live="polite">
            {quietInWords(quiet)}
          </p>
        </div>
      )}
    </fieldset>
  );
}
