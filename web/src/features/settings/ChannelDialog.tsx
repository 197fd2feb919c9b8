import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useId, useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { Failure } from "../../api/failure.ts";
import { read, stale } from "../../api/query.ts";
import { Button } from "../../kit/Button.tsx";
import { Checkbox } from "../../kit/Checkbox.tsx";
import { Copy } from "../../kit/Copy.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { Field, Input, Select } from "../../kit/Field.tsx";
import { Note } from "../../kit/Note.tsx";
import { toast } from "../../kit/Toast.tsx";
import { severities, severityList } from "../alerts/severity.tsx";
import { ChannelFindings } from "./ChannelFindings.tsx";
import { ChannelRules } from "./ChannelRules.tsx";
import {
  alertMoments,
  bodyOf,
  type Channel,
  type ChannelBody,
  carriers,
  moments,
  placeProblem,
  places,
  toggled,
  typedPlaces,
} from "./channel.ts";
import { QuietFields } from "./QuietFields.tsx";

/** The fields of the form that show by themselves what is wrong with them. */
const told = ["name", "connection", "to", "quiet.from", "quiet.to", "quiet.zone"];

/** Makes a channel, or changes one. */
export function ChannelDialog({ channel, onClose }: { channel?: Channel; onClose: () => void }) {
  const form = useId();
  const connections = useQuery(read("/api/v1/connections", {}));
  const [body, setBody] = useState(bodyOf(channel));
  const [to, setTo] = useState(body.to?.join(", ") ?? "");
  const set = (change: Partial<ChannelBody>) => setBody((b) => ({ ...b, ...change }));
  const fit = connections.data?.filter((c) => carriers.includes(c.connector.id));
  const kindOf = (id: string) => fit?.find((c) => c.id === id)?.connector.id ?? "";
  const kind = kindOf(body.connection);
  const place = places[kind];
  const save = useMutation({
    mutationFn: () => {
      const filled = { ...body, name: body.name.trim(), to: place ? typedPlaces(to) : [] };
      return channel
        ? call("put", "/api/v1/channels/{channel}", { path: { channel: channel.id }, body: filled })
        : call("post", "/api/v1/channels", { body: filled });
    },
    onSuccess: (saved) => {
      void stale("/api/v1/channels", "/api/v1/channels/{channel}");
      onClose();
      toast({
        title: `The channel ${saved.name} was saved`,
        detail: channel ? undefined : "Send a test to see that it arrives.",
      });
    },
  });
  const failure = save.error instanceof Failure ? save.error : undefined;
  const wrongPlace = placeProblem(kind, to);
  const missing = missingOf(body, place !== undefined && typedPlaces(to).length === 0);
  const ready = !missing && !wrongPlace;
  return (
    <Dialog
      open
      onClose={onClose}
      title={channel ? `Edit ${channel.name}` : "New channel"}
      intro="It tells of each alert and moment once, and of what a judgement changed in one message."
      footer={
        <>
          {missing && <span className="mr-auto text-sm text-muted">{missing}</span>}
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={form} look="primary" disabled={!ready} busy={save.isPending}>
            Save the channel
          </Button>
        </>
      }
    >
      <form
        id={form}
        className="flex flex-col gap-4"
        onSubmit={(e) => {
          e.preventDefault();
          if (ready) save.mutate();
        }}
      >
        <Field label="Name" error={failure?.forField("name")}>
          {(f) => (
            <Input
              {...f}
              autoFocus
              maxLength={100}
              placeholder="Security, in Slack"
              value={body.name}
              onChange={(e) => set({ name: e.target.value })}
            />
          )}
        </Field>
        {fit?.length === 0 ? (
          <Note tone="warn" title="There is no connection to tell people by">
            <Link to="/connections" search={{ add: "choose" }} className="underline">
              Make one
            </Link>{" "}
            of Slack, Teams, mail or HTTP first.
          </Note>
        ) : (
          <Field
            label="Connection"
            help="Of Slack, Teams, mail or HTTP. Connections are made under Connections."
            error={failure?.forField("connection")}
          >
            {(f) => (
              <Select
                {...f}
                value={fit ? body.connection : ""}
                choices={[
                  { value: "", label: fit ? "Choose one" : "Loading", disabled: true },
                  ...(fit ?? []).map((c) => ({ value: c.id, label: c.name })),
                ]}
                onChange={(e) => {
                  if (kindOf(e.target.value) !== kind) setTo("");
                  set({ connection: e.target.value });
                }}
              />
            )}
          </Field>
        )}
        {place && (
          <Field label={place.label} help={place.help} error={wrongPlace ?? failure?.forField("to")}>
            {(f) => <Input {...f} value={to} placeholder={place.placeholder} onChange={(e) => setTo(e.target.value)} />}
          </Field>
        )}
        {channel?.buttons && body.connection === channel.connection.id && <Buttons buttons={channel.buttons} />}
        <fieldset>
          <legend className="mb-1 text-sm font-medium">Alerts</legend>
          {alertMoments.map((m) => (
            <Checkbox
              key={m}
              shown
              label={moments[m].when}
              checked={body.moments.includes(m)}
              onChange={(on) => set({ moments: toggled(body.moments, m, on) })}
            />
          ))}
        </fieldset>
        {body.moments.length > 0 && <OfAlerts body={body} set={set} />}
        <ChannelFindings findings={body.findings} onChange={(findings) => set({ findings })} />
        <fieldset>
          <legend className="mb-1 text-sm font-medium">Remediation</legend>
          <Checkbox
            shown
            label={kind === "slack" ? "A plan waits for approval: with buttons to answer" : "A plan waits for approval"}
            checked={body.approvals ?? false}
            onChange={(approvals) => set({ approvals })}
          />
        </fieldset>
        <QuietFields quiet={body.quiet} onChange={(quiet) => set({ quiet })} failure={failure} />
        <Checkbox shown label="On" checked={body.enabled} onChange={(enabled) => set({ enabled })} />
        {save.isError && !told.includes(failure?.detail?.field ?? "") && (
          <Failed what="The channel was not saved." error={save.error} />
        )}
      </form>
    </Dialog>
  );
}

/** Which alerts are told of. */
function OfAlerts({ body, set }: { body: ChannelBody; set: (change: Partial<ChannelBody>) => void }) {
  return (
    <>
      <Field label="Severity of alerts, at least">
        {(f) => (
          <Select
            {...f}
            value={body.severity}
            choices={severityList.map((s) => ({ value: s, label: severities[s].label }))}
            onChange={(e) => set({ severity: e.target.value as ChannelBody["severity"] })}
          />
        )}
      </Field>
      <Types chosen={body.types ?? []} onChange={(types) => set({ types })} />
      <ChannelRules chosen={body.rules ?? []} onChange={(rules) => set({ rules })} />
    </>
  );
}

/** What is still to be said before it can be saved. */
function missingOf(body: ChannelBody, noPlace: boolean): string | undefined {
  if (body.name.trim() === "") return "It wants a name.";
  if (body.connection === "") return "It wants a connection.";
  if (noPlace) return "Say where in the connection.";
  if (body.moments.length === 0 && !body.findings && !body.approvals) return "Choose what it tells of.";
  if (body.findings?.moments.length === 0) return "Choose when it tells of findings.";
  if (body.quiet?.days.length === 0) return "Quiet hours want a day.";
  return undefined;
}

function Types({ chosen, onChange }: { chosen: string[]; onChange: (types: string[]) => void }) {
  const types = useQuery(read("/api/v1/alert-types", {}));
  if (!types.data?.length) return null;
  return (
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
            checked={chosen.includes(t.id)}
            onChange={(on) => onChange(toggled(chosen, t.id, on))}
          />
        ))}
      </div>
    </fieldset>
  );
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
