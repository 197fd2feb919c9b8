import { useMutation } from "@tanstack/react-query";
import { FileUp } from "lucide-react";
import { useId, useState } from "react";
import { Failed } from "../../api/Failed.tsx";
import { stale } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Checkbox } from "../../kit/Checkbox.tsx";
import { Section } from "../../kit/Page.tsx";
import { count } from "../../kit/time.ts";
import { upload } from "./upload.ts";

type Taken = components["schemas"]["TakenFile"];

/** Takes files of events, with how far each has come. */
export function FileDrop({ id }: { id: string }) {
  const field = useId();
  const [act, setAct] = useState(false);
  const [over, setOver] = useState(false);
  const [sent, setSent] = useState<{ name: string; part: number }>();
  const take = useMutation({
    mutationFn: (file: File) =>
      upload<Taken>(`/api/v1/sources/${encodeURIComponent(id)}/events${act ? "?act=true" : ""}`, file, (part) =>
        setSent({ name: file.name, part }),
      ),
    onSettled: () => void stale("/api/v1/sources", "/api/v1/sources/{id}", "/api/v1/events"),
  });
  const choose = (file: File | undefined) => {
    if (!file || take.isPending) return;
    setSent({ name: file.name, part: 0 });
    take.mutate(file);
  };
  const percent = Math.round((sent?.part ?? 0) * 100);
  return (
    <Section title="Files">
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the field inside takes a file, too */}
      <div
        onDragOver={(e) => {
          e.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(e) => {
          e.preventDefault();
          setOver(false);
          choose(e.dataTransfer.files[0]);
        }}
        className={`rounded-lg border border-dashed px-4 py-4 ${over ? "border-accent bg-accent-soft" : "bg-surface"}`}
      >
        <label htmlFor={field} className="flex cursor-pointer items-start gap-3">
          <FileUp size={20} strokeWidth={1.5} aria-hidden className="mt-0.5 shrink-0 text-faint" />
          <span className="min-w-0">
            <span className="block font-medium">Choose a file of events, or drop it here</span>
            <span className="block text-sm text-muted">
              One event a line (NDJSON) or a JSON list, packed by gzip or not, up to 4 GB. Events that are there already
              count as nothing.
            </span>
          </span>
        </label>
        <input
          id={field}
          type="file"
          accept=".json,.ndjson,.jsonl,.log,.gz,application/json,application/gzip"
          disabled={take.isPending}
          className="mt-3 block w-full text-sm"
          onChange={(e) => {
            choose(e.target.files?.[0]);
            e.target.value = "";
          }}
        />
        <div className="mt-2">
          <Checkbox
            shown
            checked={act}
            disabled={take.isPending}
            onChange={setAct}
            label="Act on them: start flows and raise alerts, as if they had just happened"
          />
        </div>
        {take.isPending && sent && (
          <div className="mt-3">
            <div className="mb-1 flex justify-between text-sm">
              <span className="truncate">{sent.name}</span>
              <span className="text-muted">{percent < 100 ? `${percent} % sent` : "sent; the rest is being kept"}</span>
            </div>
            <progress
              value={sent.part}
              max={1}
              aria-label={`${sent.name} is being sent`}
              className="h-1.5 w-full accent-accent-fill"
            />
          </div>
        )}
        {take.isError && (
          <div className="mt-3">
            <Failed what={`${sent?.name ?? "The file"} was not taken to its end.`} error={take.error} />
          </div>
        )}
        {take.data && !take.isPending && <Outcome name={sent?.name ?? "The file"} taken={take.data} />}
      </div>
    </Section>
  );
}

function Outcome({ name, taken: t }: { name: string; taken: Taken }) {
  return (
    <div role="status" className="mt-3 border-t pt-3">
      <p>
        <span className="font-medium">{name}</span>: {count(t.read)} events read, {count(t.new)} of them new
        {t.runs > 0 && `, ${count(t.runs)} runs started`}
        {t.bad > 0 && `, ${count(t.bad)} passed over`}.
      </p>
      {t.told.length > 0 && (
        <ul className="mt-1 font-mono text-xs text-muted">
          {t.told.map((line) => (
            <li key={line} className="wrap-anywhere">
              {line}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
