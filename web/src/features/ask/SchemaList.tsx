import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Failed } from "../../api/Failed.tsx";
import { read } from "../../api/query.ts";
import { Button } from "../../kit/Button.tsx";
import { Input } from "../../kit/Field.tsx";
import { Section } from "../../kit/Page.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";

/** What can be asked of: views and their columns, found by a word. */
export function SchemaList({ onUse }: { onUse: (view: string) => void }) {
  const schema = useQuery(read("/api/v1/sql/schema", {}));
  const [word, setWord] = useState("");
  const w = word.trim().toLowerCase();
  const views = schema.data?.views.filter((v) => !w || v.name.includes(w) || v.columns.some((c) => c.name.includes(w)));
  return (
    <Section title="What there is">
      <Input
        type="search"
        aria-label="Find a view or a column"
        placeholder="View or column"
        value={word}
        onChange={(e) => setWord(e.target.value)}
      />
      {schema.isError && <Failed what="What there is could not be read." error={schema.error} />}
      {schema.isPending && <SkeletonLines lines={8} />}
      <ul className="mt-2 flex max-h-[60dvh] flex-col overflow-y-auto rounded-lg border bg-surface">
        {views?.map((v) => (
          <li key={v.name} className="border-t border-line first:border-t-0">
            <details>
              <summary className="cursor-pointer px-3 py-1.5 font-mono text-sm">{v.name}</summary>
              <div className="flex flex-col gap-2 px-3 pb-3 text-sm">
                <p className="text-muted">{v.doc}</p>
                <Button size="sm" onClick={() => onUse(v.name)}>
                  Show rows
                </Button>
                <dl className="flex flex-col gap-1">
                  {v.columns.map((c) => (
                    <div key={c.name}>
                      <dt className="font-mono wrap-anywhere">
                        {c.name} <span className="text-muted">{c.type}</span>
                      </dt>
                      {c.doc && <dd className="pl-3 text-xs text-muted">{c.doc}</dd>}
                    </div>
                  ))}
                </dl>
              </div>
            </details>
          </li>
        ))}
        {views?.length === 0 && <li className="px-3 py-2 text-sm text-muted">Nothing has that word.</li>}
      </ul>
    </Section>
  );
}
