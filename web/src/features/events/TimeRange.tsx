import { useState } from "react";
import { Button } from "../../kit/Button.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { Field, Input, Select } from "../../kit/Field.tsx";
import { FilterChip } from "../../kit/Filters.tsx";
import { usePreference } from "../../kit/preference.ts";
import { zonePreference } from "../../kit/Time.tsx";
import { absolute } from "../../kit/time.ts";
import { type EventsSearch, ranges, usualRange } from "./query.ts";

/** The time that is looked at: so far back, or between two moments. */
export function TimeRange({ search, onChange }: { search: EventsSearch; onChange: (s: EventsSearch) => void }) {
  const [zone] = usePreference(zonePreference);
  const [choosing, setChoosing] = useState(false);
  const { since, until } = search;
  const none = { range: undefined, since: undefined, until: undefined };
  const say = (at: string) => absolute(new Date(at), zone);
  return (
    <>
      {since || until ? (
        <FilterChip
          name="Time"
          value={
            since && until
              ? `${say(since)} to ${say(until)}`
              : since
                ? `since ${say(since)}`
                : `until ${say(until ?? "")}`
          }
          onRemove={() => onChange(none)}
        />
      ) : (
        <Select
          aria-label="Time"
          className="!w-auto"
          value={search.range ?? usualRange}
          onChange={(e) => (e.target.value === "" ? setChoosing(true) : onChange({ ...none, range: e.target.value }))}
          choices={[...ranges, { value: "", label: "From, to …" }]}
        />
      )}
      {choosing && (
        <FromTo
          onClose={() => setChoosing(false)}
          onDone={(from, to) => {
            setChoosing(false);
            onChange({ range: undefined, since: from, until: to });
          }}
        />
      )}
    </>
  );
}

function FromTo({ onClose, onDone }: { onClose: () => void; onDone: (since?: string, until?: string) => void }) {
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const turned = Boolean(from && to && from >= to);
  const iso = (local: string) => (local ? new Date(local).toISOString() : undefined);
  return (
    <Dialog
      open
      onClose={onClose}
      title="From, to"
      intro="In the time of your own zone. Either may be left out."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" disabled={turned || !(from || to)} onClick={() => onDone(iso(from), iso(to))}>
            Show
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <Field label="From">
          {(w) => (
            <Input {...w} type="datetime-local" step={1} value={from} onChange={(e) => setFrom(e.target.value)} />
          )}
        </Field>
        <Field label="To" error={turned ? "It must be later than the beginning." : undefined}>
          {(w) => <Input {...w} type="datetime-local" step={1} value={to} onChange={(e) => setTo(e.target.value)} />}
        </Field>
      </div>
    </Dialog>
  );
}
