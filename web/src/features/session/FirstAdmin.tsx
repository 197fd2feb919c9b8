import { useState } from "react";
import type { Failure } from "../../api/failure.ts";
import { Button } from "../../kit/Button.tsx";
import { Field, Input } from "../../kit/Field.tsx";
import { Note } from "../../kit/Note.tsx";
import { emailProblem, minPassword, passwordProblem } from "./password.ts";

export type NewAdmin = { email: string; name: string; password: string };

/** The form of the first administrator. */
export function FirstAdmin({
  failure,
  busy,
  onSubmit,
}: {
  failure?: Failure;
  busy: boolean;
  onSubmit: (who: NewAdmin) => void;
}) {
  const [who, setWho] = useState<NewAdmin>({ name: "", email: "", password: "" });
  const [sent, setSent] = useState(false);
  const [left, setLeft] = useState<Record<string, boolean>>({});
  const set = (part: Partial<NewAdmin>) => {
    setWho({ ...who, ...part });
    setSent(false);
  };
  const leave = (field: string) => setLeft({ ...left, [field]: true });
  const field = sent ? failure?.detail?.field : undefined;
  const fields = ["name", "email", "password"];
  const ready =
    who.name.trim() &&
    who.email &&
    !emailProblem(who.email) &&
    who.password &&
    !passwordProblem(who.password, who.email);
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(e) => {
        e.preventDefault();
        setSent(true);
        onSubmit({ ...who, name: who.name.trim(), email: who.email.trim() });
      }}
    >
      {sent && failure && !fields.includes(failure.detail?.field ?? "") && (
        <Note tone="bad" title="The account was not made">
          {failure.message}
        </Note>
      )}
      <Field label="Your name" error={field === "name" ? failure?.message : undefined}>
        {(f) => (
          <Input
            {...f}
            name="name"
            autoComplete="name"
            autoFocus
            required
            value={who.name}
            onChange={(e) => set({ name: e.target.value })}
          />
        )}
      </Field>
      <Field
        label="E-mail address"
        error={field === "email" ? failure?.message : left.email ? emailProblem(who.email) : undefined}
      >
        {(f) => (
          <Input
            {...f}
            type="email"
            name="email"
            autoComplete="username"
            required
            value={who.email}
            onBlur={() => leave("email")}
            onChange={(e) => set({ email: e.target.value })}
          />
        )}
      </Field>
      <Field
        label="Password"
        help={`At least ${minPassword} characters. A few words in a row are good.`}
        error={field === "password" ? failure?.message : passwordProblem(who.password, who.email)}
      >
        {(f) => (
          <Input
            {...f}
            type="password"
            name="password"
            autoComplete="new-password"
            required
            value={who.password}
            onChange={(e) => set({ password: e.target.value })}
          />
        )}
      </Field>
      <Button type="submit" look="primary" busy={busy} disabled={!ready}>
        Make the account and sign in
      </Button>
    </form>
  );
}
