import { useId } from "react";
import type { Failure } from "../../api/failure.ts";
import { Checkbox } from "../../kit/Checkbox.tsx";
import { Field, Input } from "../../kit/Field.tsx";
import { toggled } from "./channel.ts";
import { dayList, dayNames, type Quiet, quietInWords } from "./quiet.ts";

function nights(): Quiet {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return { days: [...dayList], from: "22:00", to: "07:00", zone, critical: true };
}

type QuietProps = { quiet?: Quiet; onChange: (q?: Quiet) => void; failure?: Failure };

/** When nothing is sent, and what that means in words. */
export function QuietFields({ quiet, onChange, failure }: QuietProps) {
  const zones = useId();
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
          <div className="grid grid-cols-2 gap-3 sm:grid-cols-[7.5rem_7.5rem_minmax(0,1fr)]">
            <Field label="From" error={failure?.forField("quiet.from")}>
              {(f) => <Input {...f} type="time" value={quiet.from} onChange={(e) => set({ from: e.target.value })} />}
            </Field>
            <Field label="To" error={failure?.forField("quiet.to")}>
              {(f) => <Input {...f} type="time" value={quiet.to} onChange={(e) => set({ to: e.target.value })} />}
            </Field>
            <Field label="Time zone" className="col-span-2 sm:col-span-1" error={failure?.forField("quiet.zone")}>
              {(f) => (
                <>
                  <Input {...f} list={zones} value={quiet.zone} onChange={(e) => set({ zone: e.target.value })} />
                  <datalist id={zones}>
                    {Intl.supportedValuesOf("timeZone").map((z) => (
                      <option key={z} value={z} />
                    ))}
                  </datalist>
                </>
              )}
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
