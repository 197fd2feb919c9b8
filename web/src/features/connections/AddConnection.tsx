import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Failed } from "../../api/Failed.tsx";
import { read } from "../../api/query.ts";
import { Dialog } from "../../kit/Dialog.tsx";
import { SearchBox } from "../../kit/Filters.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { ConnectionForm } from "./ConnectionForm.tsx";
import { Glyph } from "./Glyph.tsx";
import { connectorGlyph } from "./glyphs.ts";

type Props = { connector?: string; onChoose: (id: string | undefined) => void; onClose: () => void };

/** Adds a connection: first the system, then how to sign in. */
export function AddConnection({ connector, onChoose, onClose }: Props) {
  const [q, setQ] = useState("");
  const connectors = useQuery(read("/api/v1/connectors", {}));
  const chosen = connectors.data?.find((c) => c.id === connector);
  if (chosen)
    return <ConnectionForm key={chosen.id} connector={chosen} onClose={onClose} onBack={() => onChoose(undefined)} />;
  const fits = connectors.data?.filter((c) =>
    `${c.title} ${c.description} ${c.category}`.toLowerCase().includes(q.toLowerCase()),
  );
  return (
    <Dialog open onClose={onClose} title="Add a connection" intro="Which system?">
      <div className="flex flex-col gap-3">
        <SearchBox label="Search systems" value={q} onChange={setQ} />
        {connectors.isError && (
          <Failed
            what="The list of systems could not be read."
            error={connectors.error}
            onRetry={() => void connectors.refetch()}
          />
        )}
        {connectors.isLoading && <SkeletonLines lines={4} />}
        {fits?.length === 0 && (
          <p className="py-4 text-center text-muted">
            No system is named like that. Any API can be reached by the HTTP connector.
          </p>
        )}
        <ul className="flex flex-col">
          {fits?.map((c) => (
            <li key={c.id}>
              <button
                type="button"
                onClick={() => onChoose(c.id)}
                className="flex w-full items-center gap-3 rounded-md px-2 py-2 text-left hover:bg-hover"
              >
                <Glyph icon={connectorGlyph(c.id, c.category)} />
                <span className="min-w-0">
                  <span className="block font-medium">{c.title}</span>
                  <span className="block text-sm text-muted">{c.description}</span>
                </span>
              </button>
            </li>
          ))}
        </ul>
        <p className="text-sm text-muted">
          Not among them?{" "}
          <Link to="/connectors/$id" params={{ id: "new" }} className="text-accent hover:underline">
            Make a connector
          </Link>{" "}
          of a curl command or an OpenAPI document.
        </p>
      </div>
    </Dialog>
  );
}
