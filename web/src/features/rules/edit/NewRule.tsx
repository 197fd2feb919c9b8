import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { clsx } from "clsx";
import { useMemo, useState } from "react";
import { call } from "../../../api/client.ts";
import { Failed } from "../../../api/Failed.tsx";
import { Failure } from "../../../api/failure.ts";
import { read, stale } from "../../../api/query.ts";
import type { components } from "../../../api/schema.gen.ts";
import { Button } from "../../../kit/Button.tsx";
import { Empty } from "../../../kit/Empty.tsx";
import { Field, Input } from "../../../kit/Field.tsx";
import { Page, PageHeader, Panel, Section, Split } from "../../../kit/Page.tsx";
import { SkeletonLines } from "../../../kit/Skeleton.tsx";
import { useCan } from "../../session/session.ts";
import { Source } from "../Source.tsx";
import { begun, type Language, randomId, slugOf, starts, withTitle } from "./starts.ts";

type Copy = components["schemas"]["RuleCopy"];
type Begin = { title: string; slug?: string; text: string; cases: string };

const route = getRouteApi("/inside/rules/new");

/** Begins a rule of the organization's own: from an example, or from a copy of another rule. */
export function NewRule() {
  const { from = "" } = route.useSearch();
  const can = useCan("rules:write");
  const copy = useQuery({ ...read("/api/v1/rules/{rule}/copy", { path: { rule: from } }), enabled: from !== "" });
  const files = useQuery(read("/api/v1/rulefiles", {}));
  const above = (
    <Link to="/rules" className="hover:underline">
      Rules
    </Link>
  );
  if (!can) {
    return (
      <Page>
        <PageHeader title="New rule" above={above} />
        <Empty title="You may look at rules, not write them">Ask somebody who may.</Empty>
      </Page>
    );
  }
  const taken = files.data && new Set(files.data.map((f) => f.slug));
  return (
    <Page>
      <PageHeader
        title={from ? "Make a rule ours" : "New rule"}
        above={above}
        lead={
          from
            ? "A copy that your organization can change. The rule that it comes from stays as it is."
            : "It is a draft until you publish it. The example works as it stands: change it into what you need."
        }
      />
      {(copy.isError || files.isError) && (
        <Failed
          what={copy.isError ? "The rule could not be copied." : "The rules that there are could not be read."}
          error={copy.error ?? files.error}
          onRetry={() => void (copy.isError ? copy.refetch() : files.refetch())}
        />
      )}
      {!copy.isError && !files.isError && (!taken || (from && !copy.data)) && <SkeletonLines lines={8} />}
      {taken && !from && <FromExample taken={taken} />}
      {taken && copy.data && <FromCopy copy={copy.data} taken={taken} />}
    </Page>
  );
}

function FromExample({ taken }: { taken: ReadonlySet<string> }) {
  const [language, setLanguage] = useState<Language>("sigma");
  const [id] = useState(randomId);
  const start = starts.find((s) => s.language === language);
  const begin = useMemo(
    () =>
      start && {
        title: start.title,
        text: begun(start, id, new Date().toISOString().slice(0, 10)),
        cases: start.cases,
      },
    [start, id],
  );
  if (!begin) return null;
  return (
    <Begin begin={begin} taken={taken}>
      <fieldset>
        <legend className="mb-1.5 text-sm font-medium">Written as</legend>
        <div className="divide-y rounded-md border bg-surface">
          {starts.map((s) => (
            <label
              key={s.language}
              className={clsx(
                "flex cursor-pointer items-start gap-3 px-3 py-2.5 hover:bg-hover has-focus-visible:outline-2",
                language === s.language && "bg-accent-soft",
              )}
            >
              <input
                type="radio"
                name="language"
                value={s.language}
                checked={language === s.language}
                onChange={() => setLanguage(s.language)}
                className="mt-1 accent-[var(--c-accent-fill)]"
              />
              <span className="min-w-0">
                <span className="block font-medium">{s.label}</span>
                <span className="block text-sm text-muted">{s.what}</span>
              </span>
            </label>
          ))}
        </div>
        <p className="mt-1.5 text-xs text-faint">
          Or open a rule that comes close, and press “Make it ours”.{" "}
          <Link to="/rules" className="text-accent underline">
            See the rules
          </Link>
        </p>
      </fieldset>
    </Begin>
  );
}

function FromCopy({ copy, taken }: { copy: Copy; taken: ReadonlySet<string> }) {
  return (
    <Begin begin={{ title: copy.of.name, slug: copy.slug, text: copy.text, cases: copy.cases }} taken={taken}>
      <Panel className="px-3 py-2.5">
        A copy of{" "}
        <Link to="/rules/$id" params={{ id: copy.of.id }} className="font-medium text-accent underline">
          {copy.of.name}
        </Link>{" "}
        of the pack {copy.pack}
        {copy.cases ? ", with its cases" : ", which has no cases"}. Its text names the rule that it comes from. While
        both are on, both alert: switch the other off once yours is published.
      </Panel>
    </Begin>
  );
}

function Begin({ begin, taken, children }: { begin: Begin; taken: ReadonlySet<string>; children: React.ReactNode }) {
  const navigate = route.useNavigate();
  const [typed, setTyped] = useState<string>();
  const title = typed ?? begin.title;
  const slug = begin.slug && title === begin.title ? begin.slug : slugOf(title, taken);
  const text = title.trim() && title !== begin.title ? withTitle(begin.text, title.trim()) : begin.text;
  const make = useMutation({
    mutationFn: () => call("post", "/api/v1/rulefiles", { body: { slug, text, cases: begin.cases } }),
    onSuccess: (made) => {
      void stale("/api/v1/rulefiles");
      void navigate({ to: "/rules/files/$id", params: { id: made.id } });
    },
  });
  const failure = make.error instanceof Failure ? make.error : undefined;
  return (
    <Split
      aside={
        <Section title={begin.slug ? "The copy" : "The example"}>
          <Source text={text} label="What it begins with" />
        </Section>
      }
    >
      <form
        className="flex max-w-2xl flex-col gap-4"
        onSubmit={(e) => {
          e.preventDefault();
          if (title.trim()) make.mutate();
        }}
      >
        {children}
        <Field
          label="Title"
          required
          help={
            <>
              Of its alerts; it can be changed. The file is called <code className="font-mono">{slug}</code>, for good.
            </>
          }
          error={failure?.forField("slug")}
        >
          {(f) => (
            <Input {...f} value={title} maxLength={200} autoComplete="off" onChange={(e) => setTyped(e.target.value)} />
          )}
        </Field>
        {make.isError && !failure?.forField("slug") && <Failed what="The rule was not begun." error={make.error} />}
        <div>
          <Button type="submit" look="primary" disabled={!title.trim()} busy={make.isPending}>
            Begin
          </Button>
        </div>
      </form>
    </Split>
  );
}
