import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { read } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Unread } from "../../api/Unread.tsx";
import { Markdown } from "../../kit/Markdown.tsx";
import { Note } from "../../kit/Note.tsx";
import { Page, PageHeader, Panel, Section } from "../../kit/Page.tsx";
import { Tag } from "../../kit/State.tsx";
import { Lines } from "../flows/FlowSource.tsx";
import { triggerWords } from "../flows/flowWords.ts";
import { useCan } from "../session/session.ts";
import { Install } from "./Install.tsx";

type Detail = components["schemas"]["TemplateDetail"];

const route = getRouteApi("/inside/templates/$id");

/** A template: what it does, what it makes, and what it wants to be installed with. */
export function TemplatePage() {
  const { id } = route.useParams();
  const can = useCan("templates:install");
  const template = useQuery(read("/api/v1/templates/{id}", { path: { id } }));
  const t = template.data;
  const above = (
    <Link to="/templates" className="hover:underline">
      Templates
    </Link>
  );
  if (!t) return <Unread query={template} what="template" above={above} />;
  return (
    <Page>
      <PageHeader title={t.title} above={above} mark={<Tag>{t.category}</Tag>} lead={t.description} />
      {t.installed.length > 0 && (
        <div className="mb-4">
          <Note
            title={
              t.installed.length === 1
                ? "It is installed already"
                : `It is installed ${t.installed.length} times already`
            }
          >
            In{" "}
            {t.installed.map((f, i) => (
              <span key={f.id}>
                {i > 0 && ", "}
                <Link to="/flows" search={{ folder: f.id }} className="underline">
                  {f.name}
                </Link>
              </span>
            ))}
            . Installing it again makes another copy.
          </Note>
        </div>
      )}
      <div className="grid items-start gap-8 lg:grid-cols-[minmax(0,1fr)_24rem]">
        <div className="order-2 flex min-w-0 flex-col gap-8 lg:order-1">
          {t.readme && <Markdown text={t.readme} dropTitle />}
          <Makes template={t} />
          <Section title="Source">
            <div className="flex flex-col gap-2">
              {t.flows.map((f) => (
                <details key={f.slug}>
                  <summary className="flex h-8 items-center gap-2 text-muted hover:text-ink">
                    {f.title}, as YAML
                  </summary>
                  <Lines text={f.yaml} label={`YAML of ${f.title}`} />
                </details>
              ))}
            </div>
          </Section>
        </div>
        <div className="order-1 lg:sticky lg:top-5 lg:order-2">
          {can ? (
            <Install key={t.id} template={t} />
          ) : (
            <Panel className="p-4 text-muted">Ask a responder or an administrator to install it.</Panel>
          )}
        </div>
      </div>
    </Page>
  );
}

function Makes({ template: t }: { template: Detail }) {
  return (
    <Section title="What it makes">
      <ul className="divide-y rounded-lg border bg-surface">
        {t.flows.map((f) => (
          <li key={f.slug} className="px-3.5 py-2.5">
            <div className="flex items-baseline justify-between gap-3">
              <span className="font-medium">{f.title}</span>
              <span className="text-xs text-faint">flow</span>
            </div>
            <p className="text-sm text-pretty text-muted">{f.description}</p>
            <p className="mt-0.5 truncate font-mono text-xs text-faint">{triggerWords(f.trigger)}</p>
          </li>
        ))}
        {t.tables
          .filter((x) => x.columns.length > 0)
          .map((x) => (
            <li key={x.name} className="px-3.5 py-2.5">
              <div className="flex items-baseline justify-between gap-3">
                <span className="font-medium">{x.title || x.name}</span>
                <span className="text-xs text-faint">table</span>
              </div>
              <p className="text-sm text-muted">{x.columns.map((c) => c.title || c.name).join(", ")}</p>
            </li>
          ))}
      </ul>
    </Section>
  );
}
