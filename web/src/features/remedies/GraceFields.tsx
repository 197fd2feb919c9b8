import { useQuery } from "@tanstack/react-query";
import { read } from "../../api/query.ts";
import { Field, Input, Select, Textarea } from "../../kit/Field.tsx";
import { useCan } from "../session/session.ts";
import type { ScheduleDraft } from "./schedule.ts";

/** How long people have, and how they are told. */
export function GraceFields({ draft, set }: { draft: ScheduleDraft; set: (part: Partial<ScheduleDraft>) => void }) {
  const can = useCan("connections:read");
  const all = useQuery({ ...read("/api/v1/connections", {}), enabled: can });
  const mail = all.data?.filter((c) => c.connector.id === "mail") ?? [];
  const grace = Number(draft.graceHours) > 0;
  return (
    <>
      <Field
        label="Hours of grace"
        help="How long a plan waits before it runs. Who is not selected any more then is left alone."
      >
        {(f) => (
          <Input
            {...f}
            type="number"
            min={0}
            max={2160}
            className="!w-32"
            value={draft.graceHours}
            onChange={(e) => set({ graceHours: e.target.value })}
          />
        )}
      </Field>
      {grace && (
        <Field label="Tell them by" help="People get a letter about what is going to happen.">
          {(f) => (
            <Select
              {...f}
              value={draft.graceConnection}
              onChange={(e) => set({ graceConnection: e.target.value })}
              choices={[
                { value: "", label: "They are not told" },
                ...mail.map((c) => ({ value: c.id, label: c.name })),
                ...(draft.graceConnection && !mail.some((c) => c.id === draft.graceConnection)
                  ? [{ value: draft.graceConnection, label: "Another one" }]
                  : []),
              ]}
            />
          )}
        </Field>
      )}
      {grace && draft.graceConnection && (
        <>
          <Field label="Subject">
            {(f) => (
              <Input
                {...f}
                maxLength={200}
                value={draft.graceSubject}
                onChange={(e) => set({ graceSubject: e.target.value })}
              />
            )}
          </Field>
          <Field label="Text">
            {(f) => (
              <Textarea
                {...f}
                rows={4}
                maxLength={5000}
                value={draft.graceText}
                onChange={(e) => set({ graceText: e.target.value })}
              />
            )}
          </Field>
        </>
      )}
    </>
  );
}
