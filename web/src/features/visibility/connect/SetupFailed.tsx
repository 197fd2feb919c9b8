import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../../../api/client.ts";
import { Failed } from "../../../api/Failed.tsx";
import { Failure, sentence } from "../../../api/failure.ts";
import { stale } from "../../../api/query.ts";
import type { components } from "../../../api/schema.gen.ts";
import { Button } from "../../../kit/Button.tsx";
import { Note } from "../../../kit/Note.tsx";
import { Facts, Panel, Section } from "../../../kit/Page.tsx";
import { SecretInput } from "../../connections/SecretInput.tsx";
import { phaseTitle } from "./ways.ts";

type OktaSetup = components["schemas"]["OktaSetup"];

/** Why no app was made: at which step, what Okta said, and what is left of it. */
export function SetupFailed({ setup: s }: { setup: OktaSetup }) {
  const f = s.failed;
  const lost = s.state === "interrupted";
  const clean = s.cleanedAt !== undefined;
  const left = !clean && (lost || f?.earlier || (f?.left.length ?? 0) > 0);
  const facts: [string, string][] = f
    ? [
        ["Step", f.step ? `${phaseTitle(f.phase)}: ${f.step}` : phaseTitle(f.phase)],
        ["What came", sentence(f.said)],
      ]
    : [];
  return (
    <Section title="The last try">
      <div className="flex flex-col gap-3">
        <Note tone={s.state === "canceled" && !left ? "info" : "bad"} title={titleOf(s)}>
          {lost && !clean && "The server was stopped while the app was made. It had no time to take back what it made."}
          {f && !clean && f.left.length === 0 && !f.earlier && !lost && whole}
          {clean && `What was left is taken back. ${s.cleaned.length === 0 ? "There was nothing." : ""}`}
        </Note>
        <Panel className="flex flex-col gap-3 p-4">
          <Facts items={[["Org", s.domain.replace(/^https?:\/\//, "")], ...facts]} />
          {f && f.left.length > 0 && <List title="Left in the org" items={f.left} />}
          {s.cleaned.length > 0 && <List title="Taken back afterwards" items={s.cleaned} />}
        </Panel>
        {left && <CleanUp setup={s} />}
      </div>
    </Section>
  );
}

const whole = "Nothing is left in the org: all that was made was taken back.";

function titleOf(s: OktaSetup): string {
  if (s.state === "canceled") return "It was canceled";
  if (s.state === "interrupted") return "It was interrupted";
  return s.failed?.earlier ? "An earlier one left something in this org" : "The app was not made";
}

function List({ title, items }: { title: string; items: string[] }) {
  return (
    <div>
      <h3 className="text-sm font-medium">{title}</h3>
      <ul className="list-disc pl-5 text-sm wrap-anywhere text-muted">
        {items.map((x) => (
          <li key={x}>{x}</li>
        ))}
      </ul>
    </div>
  );
}

/** Takes back what is left, with a token lent once more. */
function CleanUp({ setup: s }: { setup: OktaSetup }) {
  const [token, setToken] = useState("");
  const clean = useMutation({
    mutationFn: () =>
      call("post", "/api/v1/okta-setups/{setup}/cleanup", { path: { setup: s.id }, body: { token: token.trim() } }),
    onSuccess: () => {
      setToken("");
      void stale("/api/v1/okta-setups/{setup}", "/api/v1/okta-setups");
    },
  });
  const failure = clean.error instanceof Failure ? clean.error : undefined;
  return (
    <Panel className="p-4">
      <form
        className="flex flex-col gap-3"
        onSubmit={(e) => {
          e.preventDefault();
          if (token.trim() && !clean.isPending) clean.mutate();
        }}
      >
        <SecretInput
          field={{
            title: "Token to take it back with",
            help: "A temporary API token of a super administrator. What a connection works with stays.",
            required: true,
            long: false,
          }}
          set={false}
          value={token}
          onChange={setToken}
          error={failure?.forField("token")}
        />
        {clean.isError && !failure?.forField("token") && <Failed what="It was not taken back." error={clean.error} />}
        <div>
          <Button type="submit" disabled={!token.trim()} busy={clean.isPending}>
            Take back what is left
          </Button>
        </div>
      </form>
    </Panel>
  );
}
