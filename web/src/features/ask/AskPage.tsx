import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { MessageCircleQuestionMark, Play } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { call } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { Failure } from "../../api/failure.ts";
import { read } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Button, buttonClass } from "../../kit/Button.tsx";
import { Empty } from "../../kit/Empty.tsx";
import { Select } from "../../kit/Field.tsx";
import { Note } from "../../kit/Note.tsx";
import { Page, PageHeader } from "../../kit/Page.tsx";
import { SkeletonLines } from "../../kit/Skeleton.tsx";
import { type Jump, TextEditor } from "../rules/edit/TextEditor.tsx";
import { titleOf } from "../visibility/tenant.ts";
import { AnswerTable } from "./AnswerTable.tsx";
import { Questions } from "./Questions.tsx";
import { SchemaList } from "./SchemaList.tsx";
import { sqlParts } from "./sql.ts";

const route = getRouteApi("/inside/ask");
type Question = components["schemas"]["KeptQuestion"];

const first = "SELECT login, name, status, last_login\nFROM people\nORDER BY last_login DESC\nLIMIT 100";
const days = [1, 7, 30, 90];

/** Questions in SQL about the organization's Okta orgs, and their answers. */
export function AskPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const tenants = useQuery(read("/api/v1/tenants", {}));
  const kept = useQuery(read("/api/v1/questions", {}));
  const [text, setText] = useState<string>();
  const [since, setSince] = useState(7);
  const [jump, setJump] = useState<Jump>();
  const open = kept.data?.items.find((q) => q.name === search.question);
  const shown = text ?? open?.sql ?? first;
  const run = useMutation({
    mutationFn: (sql: string) =>
      call("post", "/api/v1/sql", {
        body: {
          sql,
          tenant: search.tenant || undefined,
          since: new Date(Date.now() - since * 86_400_000).toISOString(),
        },
      }),
    onError: (e) => {
      const at = e instanceof Failure ? e.detail?.at : undefined;
      if (at) setJump({ line: at.line });
    },
  });
  const failure = run.error instanceof Failure ? run.error : undefined;
  const at = failure?.detail?.at;
  const marks = useMemo(
    () => new Map(at && failure ? [[at.line, { message: failure.message, warning: false }]] : []),
    [at, failure],
  );
  const ask = (sql = shown) => {
    if (sql.trim() && !run.isPending) run.mutate(sql);
  };
  // A question that is linked to is answered as one comes.
  const linked = run.isIdle && text === undefined ? open?.sql : undefined;
  const { mutate } = run;
  useEffect(() => {
    if (linked) mutate(linked);
  }, [linked, mutate]);
  const choose = (q: Question) => {
    setText(undefined);
    void navigate({ search: { ...search, question: q.name }, replace: true });
    ask(q.sql);
  };
  const head = (
    <PageHeader
      title="Ask"
      lead="Questions in SQL about people, groups, apps, admins, policies, findings, alerts and events. A question only reads."
      actions={
        tenants.data?.length ? (
          <>
            {tenants.data.length > 1 && (
              <Select
                aria-label="Org"
                className="!w-auto"
                value={search.tenant ?? ""}
                onChange={(e) =>
                  void navigate({ search: { ...search, tenant: e.target.value || undefined }, replace: true })
                }
                choices={[
                  { value: "", label: "All orgs" },
                  ...tenants.data.map((t) => ({ value: t.id, label: titleOf(t) })),
                ]}
              />
            )}
            <Select
              aria-label="How far back events and alerts are asked of"
              className="!w-auto"
              value={String(since)}
              onChange={(e) => setSince(Number(e.target.value))}
              choices={days.map((d) => ({
                value: String(d),
                label: d === 1 ? "Events of a day" : `Events of ${d} days`,
              }))}
            />
          </>
        ) : undefined
      }
    />
  );
  if (tenants.isError || kept.isError) {
    const failed = tenants.isError ? tenants : kept;
    return (
      <Page>
        {head}
        <Failed
          what="What can be asked could not be read."
          error={failed.error}
          onRetry={() => void failed.refetch()}
          retrying={failed.isRefetching}
        />
      </Page>
    );
  }
  if (!tenants.data || !kept.data) {
    return (
      <Page>
        {head}
        <SkeletonLines lines={8} />
      </Page>
    );
  }
  if (tenants.data.length === 0) {
    return (
      <Page>
        {head}
        <div className="rounded-lg border bg-surface">
          <Empty
            icon={<MessageCircleQuestionMark size={28} strokeWidth={1.5} />}
            title="No org is read yet"
            action={
              <Link to="/visibility" className={buttonClass("primary")}>
                Connect an org
              </Link>
            }
          >
            Once an org is read, it can be asked about here.
          </Empty>
        </div>
      </Page>
    );
  }
  return (
    <Page>
      {head}
      <div className="grid grid-cols-[minmax(0,1fr)_18rem] gap-4 max-lg:grid-cols-1">
        <div className="flex min-w-0 flex-col gap-3">
          {/* biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the text in it */}
          <div
            onKeyDown={(e) => {
              if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) {
                e.preventDefault();
                ask();
              }
            }}
          >
            <TextEditor
              label="Question in SQL"
              value={shown}
              onChange={setText}
              marks={marks}
              jump={jump}
              parts={sqlParts}
              short
            />
          </div>
          <div className="flex flex-wrap items-center gap-2">
            <Button
              look="primary"
              icon={<Play size={14} />}
              busy={run.isPending}
              disabled={!shown.trim()}
              onClick={() => ask()}
            >
              Run
            </Button>
            <span className="text-sm text-muted max-sm:hidden">Ctrl + Enter</span>
          </div>
          <section aria-label="Answer" className="flex min-w-0 flex-col gap-3">
            {failure?.detail?.field === "sql" ? (
              <Note tone="bad" title={at ? `Line ${at.line}, column ${at.column}` : "It was not answered"}>
                {failure.message}
              </Note>
            ) : (
              run.isError && <Failed what="The question was not answered." error={run.error} onRetry={() => ask()} />
            )}
            {run.isPending && <SkeletonLines lines={6} />}
            {run.isIdle && (
              <p className="rounded-lg border border-dashed px-4 py-8 text-center text-muted">
                The answer comes here. Run the question, or choose one of those that are kept.
              </p>
            )}
            {run.data && !run.isPending && !run.isError && (
              <AnswerTable answer={run.data} name={open?.name ?? "answer"} />
            )}
          </section>
        </div>
        <aside className="flex min-w-0 flex-col gap-4">
          <Questions questions={kept.data.items} open={open} text={shown} onChoose={choose} />
          <SchemaList onUse={(view) => setText(`SELECT *\nFROM ${view}\nLIMIT 100`)} />
        </aside>
      </div>
    </Page>
  );
}
