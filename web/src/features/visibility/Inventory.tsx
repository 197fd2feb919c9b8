import { getRouteApi } from "@tanstack/react-router";
import { clsx } from "clsx";
import { Failed } from "../../api/Failed.tsx";
import type { components } from "../../api/schema.gen.ts";
import { usePages } from "../../api/usePages.ts";
import { Button } from "../../kit/Button.tsx";
import { DataTable } from "../../kit/DataTable.tsx";
import { Empty } from "../../kit/Empty.tsx";
import { Select } from "../../kit/Field.tsx";
import { FilterBar, SearchBox } from "../../kit/Filters.tsx";
import { Note } from "../../kit/Note.tsx";
import { Time } from "../../kit/Time.tsx";
import type { Column } from "../../kit/table.ts";
import { usePhone } from "../../kit/useMedia.ts";
import { type Collection, countWords, lookOf, wholly } from "./coverage.ts";
import { EntityLink } from "./EntityLink.tsx";
import { gist } from "./facts.ts";
import { aboutKind, groups, isKind, type Kind, kinds } from "./kinds.ts";
import type { TenantDetail } from "./tenant.ts";

type Entity = components["schemas"]["TenantEntity"];

const route = getRouteApi("/inside/visibility/$id");

/** What an org consists of, kind by kind. */
export function Inventory({ tenant: t }: { tenant: TenantDetail }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const phone = usePhone();
  const kind: Kind = isKind(search.kind) ? search.kind : t.provider === "auth0" ? "auth0_user" : "user";
  const of = (k: Kind) => t.collections.find((c) => c.name === k);
  const choose = (k: string) => void navigate({ search: { tab: "inventory", kind: k }, replace: true });
  const listed = kinds.filter((k) => (k === "setting" && t.provider === "okta") || of(k));
  if (t.collections.length === 0) {
    return <Empty title="Nothing of this org is known yet">It has to be read to its end once.</Empty>;
  }
  return (
    <div className="grid items-start gap-x-6 gap-y-3 sm:grid-cols-[13rem_minmax(0,1fr)]">
      {phone ? (
        <Select
          aria-label="Kind"
          value={kind}
          onChange={(e) => choose(e.target.value)}
          choices={listed.map((k) => ({ value: k, label: labelled(k, of(k)) }))}
        />
      ) : (
        <KindRail chosen={kind} listed={listed} of={of} onChoose={choose} />
      )}
      <List
        key={kind}
        tenant={t}
        kind={kind}
        collection={of(kind)}
        q={search.q}
        onSearch={(q) => void navigate({ search: { ...search, q: q || undefined }, replace: true })}
      />
    </div>
  );
}

function labelled(k: Kind, c: Collection | undefined): string {
  return k === "setting" ? aboutKind(k).many : `${aboutKind(k).many} (${countWords(c)})`;
}

function KindRail({
  chosen,
  listed,
  of,
  onChoose,
}: {
  chosen: Kind;
  listed: Kind[];
  of: (k: Kind) => Collection | undefined;
  onChoose: (k: Kind) => void;
}) {
  return (
    <nav aria-label="Kinds">
      {groups.map((g) => {
        const within = listed.filter((k) => aboutKind(k).group === g);
        if (within.length === 0) return null;
        return (
          <div key={g}>
            <h2 className="px-2 pt-3 pb-1 text-xs font-normal text-faint">{g}</h2>
            <ul>
              {within.map((k) => (
                <li key={k}>
                  <KindButton kind={k} collection={of(k)} on={k === chosen} onChoose={() => onChoose(k)} />
                </li>
              ))}
            </ul>
          </div>
        );
      })}
    </nav>
  );
}

function KindButton({
  kind,
  collection: c,
  on,
  onChoose,
}: {
  kind: Kind;
  collection: Collection | undefined;
  on: boolean;
  onChoose: () => void;
}) {
  const { icon: Icon, many } = aboutKind(kind);
  const shown = kind === "setting" ? "" : countWords(c);
  return (
    <button
      type="button"
      aria-current={on || undefined}
      onClick={onChoose}
      title={c && !wholly(c) ? `${many}: ${lookOf(c).label}. ${c.said ?? ""}` : many}
      className={clsx(
        "flex h-7 w-full items-center gap-2 rounded-md px-2 text-left pointer-coarse:h-10",
        on ? "bg-accent-soft font-medium" : "hover:bg-hover",
      )}
    >
      <Icon size={14} aria-hidden className="shrink-0 text-faint" />
      <span className="min-w-0 flex-1 truncate">{many}</span>
      <span className={clsx("text-sm tabular-nums", c && !wholly(c) ? "text-warn" : "text-muted")}>{shown}</span>
    </button>
  );
}

type ListProps = {
  tenant: TenantDetail;
  kind: Kind;
  collection: Collection | undefined;
  q: string | undefined;
  onSearch: (q: string) => void;
};

function List({ tenant: t, kind, collection: c, q, onSearch }: ListProps) {
  const navigate = route.useNavigate();
  const list = usePages("/api/v1/tenants/{id}/entities", { path: { id: t.id }, query: { kind, q } });
  const about = aboutKind(kind);
  return (
    <div className="min-w-0">
      <FilterBar end={c && kind !== "setting" ? `${about.many}: ${countWords(c)}` : undefined}>
        <SearchBox label={`Search ${about.many.toLowerCase()}`} value={q ?? ""} onChange={onSearch} />
      </FilterBar>
      {c && !wholly(c) && (
        <div className="mb-3">
          <Note
            tone="warn"
            title={c.visible === "partial" || c.truncated ? "Not all of them are seen" : "They are not seen"}
          >
            {c.said ?? "Okta did not say why."}
          </Note>
        </div>
      )}
      {list.error && !list.items ? (
        <Failed
          what={`${about.many} could not be read.`}
          error={list.error}
          onRetry={list.refetch}
          retrying={list.refetching}
        />
      ) : (
        <DataTable<Entity>
          label={about.many}
          rows={list.items}
          columns={columnsOf(t.id)}
          rowKey={(e) => e.id}
          rowName={(e) => e.name || e.id}
          more={list.more}
          onOpen={(e) =>
            void navigate({ to: "/visibility/$id/$kind/$entity", params: { id: t.id, kind: e.kind, entity: e.id } })
          }
          empty={<Nothing kind={kind} collection={c} q={q} onClear={() => onSearch("")} />}
        />
      )}
    </div>
  );
}

function Nothing({
  kind,
  collection: c,
  q,
  onClear,
}: {
  kind: Kind;
  collection: Collection | undefined;
  q: string | undefined;
  onClear: () => void;
}) {
  const many = aboutKind(kind).many;
  if (q) {
    return (
      <Empty title={`Nothing here is called “${q}”`} action={<Button onClick={onClear}>Clear the search</Button>} />
    );
  }
  if (c?.visible === "absent") return <Empty title={`${many}: not in this org`}>{c.said}</Empty>;
  if (c && !wholly(c)) {
    return <Empty title={`${many}: not seen`}>That none stand here does not mean that the org has none.</Empty>;
  }
  return <Empty title={`${many}: the org has none`} />;
}

function columnsOf(tenant: string): Column<Entity>[] {
  return [
    { id: "name", title: "Name", phone: "title", cell: (e) => <EntityLink tenant={tenant} of={e} bold /> },
    {
      id: "gist",
      title: "In short",
      width: "38%",
      cell: (e) => <span className="text-muted">{gist(e.kind, e.body)}</span>,
    },
    {
      id: "id",
      title: "Id",
      width: "190px",
      from: 1280,
      phone: "none",
      cell: (e) => <span className="font-mono text-xs text-faint">{e.id}</span>,
    },
    { id: "since", title: "So since", width: "124px", from: 768, named: true, cell: (e) => <Time at={e.since} /> },
  ];
}
