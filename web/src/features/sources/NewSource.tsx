import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { read } from "../../api/query.ts";
import type { components } from "../../api/schema.gen.ts";
import { Page, PageHeader } from "../../kit/Page.tsx";
import { wantsOrg } from "./methods.ts";
import { CredentialStep } from "./new/CredentialStep.tsx";
import { fresh } from "./new/draft.ts";
import { MethodStep } from "./new/MethodStep.tsx";
import { ConfirmStep, PrerequisiteStep, ResultStep } from "./new/ResultSteps.tsx";
import { Steps } from "./new/Steps.tsx";
import { WhereStep } from "./new/WhereStep.tsx";

type Detail = components["schemas"]["SourceDetail"];

const route = getRouteApi("/inside/sources/new");

/** Adds a source of events, step by step, to the confirmed integration. */
export function NewSource() {
  const { source: id, step } = route.useSearch();
  const navigate = route.useNavigate();
  const [draft, setDraft] = useState(fresh);
  const [made, setMade] = useState<Detail>(); // with the secrets, which are told once
  const kept = useQuery({ ...read("/api/v1/sources/{id}", { path: { id: id ?? "" } }), enabled: id !== undefined });
  const source = kept.data ?? made;
  const org = source ? source.connection !== undefined : wantsOrg(draft.methods, draft.kind);
  const steps = [
    "method",
    ...(org ? ["where", "credential"] : []),
    "result",
    ...(org ? ["prerequisites", "confirm"] : []),
  ];
  const shown = source
    ? step && ["result", "prerequisites", "confirm"].includes(step)
      ? step
      : "result"
    : (step ?? "method");
  const at = steps.includes(shown) ? shown : "method";
  const go = (to: string) => void navigate({ search: { source: id, step: to } });
  const done = (s: Detail) => {
    setMade(s);
    void navigate({ search: { source: s.id, step: "result" }, replace: true });
  };
  const secrets = { hook: made?.hook?.secret, token: made?.stream?.token };
  return (
    <Page>
      <PageHeader
        title={source ? source.name : "Add an alert source"}
        above={
          <Link to="/sources" className="hover:underline">
            Alert sources
          </Link>
        }
        lead={source ? "It is added, and events come. What is left makes it worth while." : undefined}
      />
      <div className="grid items-start gap-x-10 gap-y-5 lg:grid-cols-[13rem_minmax(0,46rem)]">
        <Steps steps={steps} at={at} />
        <div className="min-w-0">
          {at === "method" && <MethodStep draft={draft} onChange={setDraft} onNext={() => go("where")} onMade={done} />}
          {at === "where" && (
            <WhereStep
              draft={draft}
              onChange={setDraft}
              onBack={() => go("method")}
              onNext={() => go("credential")}
              onMade={done}
            />
          )}
          {at === "credential" && (
            <CredentialStep draft={draft} onChange={setDraft} onBack={() => go("where")} onMade={done} />
          )}
          {at === "result" && source && (
            <ResultStep source={source} secrets={secrets} onNext={org ? () => go("prerequisites") : undefined} />
          )}
          {at === "prerequisites" && source && (
            <PrerequisiteStep id={source.id} onBack={() => go("result")} onNext={() => go("confirm")} />
          )}
          {at === "confirm" && source && <ConfirmStep source={source} onBack={() => go("prerequisites")} />}
        </div>
      </div>
    </Page>
  );
}
