import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { LayoutTemplate } from "lucide-react";
import { useMemo } from "react";
import { Failed } from "../../api/Failed.tsx";
import { read } from "../../api/query.ts";
import { Button } from "../../kit/Button.tsx";
import { Empty } from "../../kit/Empty.tsx";
import { Select } from "../../kit/Field.tsx";
import { FilterBar, SearchBox } from "../../kit/Filters.tsx";
import { Page, PageHeader } from "../../kit/Page.tsx";
import { Skeleton } from "../../kit/Skeleton.tsx";
import { counted } from "../../kit/time.ts";
import { Glyph } from "../connections/Glyph.tsx";
import { connectorGlyph } from "../connections/glyphs.ts";
import { useConnectorTitles } from "../connections/useConnectorTitles.ts";
import { byCategory, filterTemplates, type Template } from "./search.ts";

const route = getRouteApi("/inside/templates");

/** Flows that are ready to be installed, by what they are for. */
export function TemplateList() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const templates = useQuery(read("/api/v1/templates", {}));
  const titleOf = useConnectorTitles();
  const fits = useMemo(() => templates.data && filterTemplates(templates.data, search), [templates.data, search]);
  const set = (part: Partial<typeof search>) => void navigate({ search: { ...search, ...part }, replace: true });
  const categories = [...new Set(templates.data?.map((t) => t.category))].sort();
  return (
    <Page>
      <PageHeader
        title="Templates"
        lead="Flows that are ready to use. Installing one makes a folder with its flows and tables; they stay off until you switch them on."
      />
      <FilterBar end={fits && counted(fits.length, "template")}>
        <SearchBox label="Search templates" value={search.q ?? ""} onChange={(q) => set({ q })} />
        <Select
          aria-label="Category"
          className="!w-auto max-w-72"
          value={search.category ?? ""}
          onChange={(e) => set({ category: e.target.value })}
          choices={[{ value: "", label: "All categories" }, ...categories.map((c) => ({ value: c, label: c }))]}
        />
      </FilterBar>
      {templates.isError && (
        <Failed
          what="The templates could not be read."
          error={templates.error}
          onRetry={() => void templates.refetch()}
          retrying={templates.isRefetching}
        />
      )}
      {templates.isLoading && <Loading />}
      {fits?.length === 0 && (
        <div className="rounded-lg border bg-surface">
          <Empty
            icon={<LayoutTemplate size={28} strokeWidth={1.5} />}
            title={templates.data?.length === 0 ? "This server has no templates" : "No template fits"}
            action={
              templates.data?.length !== 0 && (
                <Button onClick={() => void navigate({ search: {} })}>Clear the search</Button>
              )
            }
          >
            {templates.data?.length !== 0 && "Try an event, such as session.start, or a system, such as Slack."}
          </Empty>
        </div>
      )}
      <div className="flex flex-col gap-6">
        {fits &&
          byCategory(fits).map(([category, list]) => (
            <section key={category} aria-label={category}>
              <h2 className="mb-2 text-base">{category}</h2>
              <ul className="divide-y rounded-lg border bg-surface">
                {list.map((t) => (
                  <TemplateRow key={t.id} template={t} titleOf={titleOf} />
                ))}
              </ul>
            </section>
          ))}
      </div>
    </Page>
  );
}

function TemplateRow({ template: t, titleOf }: { template: Template; titleOf: (id: string) => string }) {
  return (
    <li className="relative flex items-start gap-6 px-4 py-3 first:rounded-t-lg last:rounded-b-lg hover:bg-hover max-sm:flex-col max-sm:gap-2">
      <div className="min-w-0 flex-1 max-sm:w-full">
        <Link
          to="/templates/$id"
          params={{ id: t.id }}
          className="font-medium after:absolute after:inset-0 hover:underline"
        >
          {t.title}
        </Link>
        <p className="mt-0.5 max-w-[90ch] text-sm text-pretty text-muted">{t.description}</p>
        {t.events.length > 0 && (
          <p className="mt-1 truncate font-mono text-xs text-faint" title={t.events.join("\n")}>
            {t.events.join(", ")}
          </p>
        )}
      </div>
      <div className="flex gap-1.5">
        {t.connectors.map((c) => (
          <Glyph key={c} size="sm" icon={connectorGlyph(c)} title={titleOf(c)} />
        ))}
      </div>
    </li>
  );
}

function Loading() {
  return (
    <div role="status" aria-label="Loading" className="divide-y rounded-lg border bg-surface">
      {Array.from({ length: 5 }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
        <div key={i} className="flex flex-col gap-2 px-4 py-3.5">
          <Skeleton className="h-4 w-64" />
          <Skeleton className="h-3.5 w-4/5" />
        </div>
      ))}
    </div>
  );
}
