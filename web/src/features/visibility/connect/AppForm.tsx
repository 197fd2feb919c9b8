import { Failed } from "../../../api/Failed.tsx";
import { Failure } from "../../../api/failure.ts";
import { Button } from "../../../kit/Button.tsx";
import { Checkbox } from "../../../kit/Checkbox.tsx";
import { Copy } from "../../../kit/Copy.tsx";
import { Field, Input, Select } from "../../../kit/Field.tsx";
import { Panel } from "../../../kit/Page.tsx";
import { SecretInput } from "../../connections/SecretInput.tsx";
import { DomainField } from "./DomainField.tsx";
import { type Makes, setupCommand } from "./setupCommand.ts";
import { nameFor } from "./ways.ts";

/** What is asked for an app; all of it but the token stays in the form until the app is made. */
type Wish = {
  domain: string;
  token: string;
  label: string;
  name?: string;
  makes: Makes;
  dpop: boolean;
  key: "rsa" | "ec";
  endToken: boolean;
  reuse: boolean;
  zones: string;
  share: string;
};

export const begun: Wish = {
  domain: "",
  token: "",
  label: "Sallyport service",
  makes: "read",
  dpop: false,
  key: "rsa",
  endToken: true,
  reuse: false,
  zones: "",
  share: "",
};

type Begin = { mutate: () => void; isPending: boolean; isError: boolean; error: unknown };

type FormProps = {
  wish: Wish;
  onChange: (w: Wish) => void;
  begin: Begin /** Names may be what was wrong. */;
  named: boolean;
};

/** Asks for an app. */
export function AppForm({ wish: w, onChange, begin, named: atNames }: FormProps) {
  const set = (change: Partial<Wish>) => onChange({ ...w, ...change });
  const failure = begin.error instanceof Failure ? begin.error : undefined;
  const named = ["domain", "name", "token", "label", "share"].some((n) => failure?.forField(n));
  const ready = w.domain.trim() !== "" && w.token.trim() !== "" && w.label.trim() !== "";
  return (
    <Panel className="p-4">
      <form
        className="flex flex-col gap-4"
        onSubmit={(e) => {
          e.preventDefault();
          if (ready && !begin.isPending) begin.mutate();
        }}
      >
        <DomainField value={w.domain} onChange={(domain) => set({ domain })} error={failure?.forField("domain")} />
        <SecretInput
          field={{
            title: "Temporary API token",
            help: "Of a super administrator. It is used while the app is made, and kept nowhere.",
            required: true,
            long: false,
          }}
          set={false}
          value={w.token}
          onChange={(token) => set({ token })}
          error={failure?.forField("token")}
        />
        <Checkbox
          shown
          checked={w.endToken}
          onChange={(endToken) => set({ endToken })}
          label="End the token when all is done"
        />
        <MakesChoice value={w.makes} onChange={(makes) => set({ makes })} />
        <details
          open={
            atNames || failure?.forField("name") || failure?.forField("label") || failure?.forField("share")
              ? true
              : undefined
          }
        >
          <summary className="cursor-pointer text-sm text-muted hover:text-ink">
            Names, network, rate limits, kind of key, binding of tokens
          </summary>
          <div className="mt-3 flex flex-col gap-4">
            <Field label="Name of the app in Okta" required error={failure?.forField("label")}>
              {(f) => <Input {...f} value={w.label} maxLength={90} onChange={(e) => set({ label: e.target.value })} />}
            </Field>
            <Field label="Name of the connection" error={failure?.forField("name")}>
              {(f) => (
                <Input
                  {...f}
                  value={w.name ?? nameFor(w.domain)}
                  maxLength={90}
                  onChange={(e) => set({ name: e.target.value })}
                />
              )}
            </Field>
            <Checkbox
              shown
              checked={w.reuse}
              onChange={(reuse) => set({ reuse })}
              label="Use the service app of this name again if there is one: it gets another key, and loses nothing"
            />
            <Field
              label="Network zones that it may be used from"
              help="By name, separated by commas. This server has to be in one of them. Anywhere if left empty."
            >
              {(f) => <Input {...f} value={w.zones} onChange={(e) => set({ zones: e.target.value })} />}
            </Field>
            <Field
              label="Share of each rate limit, in percent"
              help="What the org says if left empty: a half, as a rule."
              error={failure?.forField("share")}
            >
              {(f) => (
                <Input
                  {...f}
                  type="number"
                  min={1}
                  max={100}
                  value={w.share}
                  onChange={(e) => set({ share: e.target.value })}
                />
              )}
            </Field>
            <Field label="Kind of key">
              {(f) => (
                <Select
                  {...f}
                  value={w.key}
                  choices={[
                    { value: "rsa", label: "RSA, 3072 bits" },
                    { value: "ec", label: "Elliptic curve, P-256" },
                  ]}
                  onChange={(e) => set({ key: e.target.value === "ec" ? "ec" : "rsa" })}
                />
              )}
            </Field>
            <Checkbox
              shown
              checked={w.dpop}
              onChange={(dpop) => set({ dpop })}
              label="Bind access tokens to a key (DPoP), so that one that is stolen is of no use"
            />
          </div>
        </details>
        {begin.isError && !named && <Failed what="The app was not made." error={begin.error} />}
        <div>
          <Button type="submit" look="primary" disabled={!ready} busy={begin.isPending}>
            Make the app
          </Button>
        </div>
      </form>
      <Elsewhere domain={w.domain} makes={w.makes} />
    </Panel>
  );
}

const choices: { makes: Makes; title: string; what: string }[] = [
  { makes: "read", title: "An app that reads", what: "It changes nothing in the org." },
  {
    makes: "both",
    title: "That, and an app for response",
    what: "The second has a key of its own. It may suspend people, end their sessions, reset passwords and factors, and change who is in groups.",
  },
  {
    makes: "response",
    title: "The app for response alone",
    what: "For an org that is read already. Under the name of its connection, it gets one with “response” behind it.",
  },
];

function MakesChoice({ value, onChange }: { value: Makes; onChange: (m: Makes) => void }) {
  return (
    <div role="radiogroup" aria-label="What is made" className="flex flex-col gap-1.5">
      <span className="text-sm font-medium">What is made</span>
      {choices.map((c) => (
        <label key={c.makes} className="flex items-start gap-2">
          <input
            type="radio"
            name="makes"
            checked={value === c.makes}
            onChange={() => onChange(c.makes)}
            className="mt-1 accent-accent-fill"
          />
          <span className="min-w-0">
            {c.title}
            <span className="block text-sm text-muted">{c.what}</span>
          </span>
        </label>
      ))}
    </div>
  );
}

/** The same by the command line, for who enters no such token in a browser. */
function Elsewhere({ domain, makes }: { domain: string; makes: Makes }) {
  const command = setupCommand(domain, makes);
  return (
    <details className="mt-4 border-t pt-3">
      <summary className="cursor-pointer text-sm text-muted hover:text-ink">From the command line instead</summary>
      <div className="mt-2 flex items-start gap-1 rounded-md border bg-sunken py-1 pr-1 pl-2.5">
        <code className="flex min-w-0 flex-1 flex-wrap gap-x-[1ch] py-1 font-mono text-xs">
          {command.split(" ").map((word) => (
            <span key={word} className="wrap-anywhere">
              {word}
            </span>
          ))}
        </code>
        <Copy text={command} label="Copy the command" />
      </div>
      <p className="mt-1.5 text-xs text-faint">
        Run it where the server runs; it asks for the token. The connection is there at once.
      </p>
    </details>
  );
}
