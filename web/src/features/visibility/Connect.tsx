import { Link } from "@tanstack/react-router";
import { Bot, KeyRound, type LucideIcon, Terminal } from "lucide-react";
import { type ReactNode, useState } from "react";
import { buttonClass } from "../../kit/Button.tsx";
import { Copy } from "../../kit/Copy.tsx";
import { Field, Input } from "../../kit/Field.tsx";
import { Panel } from "../../kit/Page.tsx";
import { Tag } from "../../kit/State.tsx";
import { useCan } from "../session/session.ts";
import { setupCommand } from "./setupCommand.ts";

/** The three ways to let an Okta org be seen. */
export function Connect() {
  const canConnect = useCan("connections:write");
  const [domain, setDomain] = useState("");
  const command = setupCommand(domain);
  const form = canConnect ? (
    <Link to="/connections" search={{ add: "okta" }} className={buttonClass()}>
      Enter it
    </Link>
  ) : (
    <p className="text-sm text-muted">Somebody who may add connections enters it.</p>
  );
  return (
    <div className="grid gap-3 lg:grid-cols-3">
      <Way icon={Terminal} title="Service app" mark={<Tag tone="live">the one to have</Tag>}>
        <p className="text-sm text-muted">
          One command makes an app in your org that only reads, and the connection with it. It asks for no person's
          account and does not expire; its private key stays on the server. It wants the API token of a super
          administrator while it runs, and keeps it nowhere.
        </p>
        <Field label="Domain of the org" help="As acme, or acme.okta.com.">
          {(f) => (
            <Input
              {...f}
              value={domain}
              placeholder="acme"
              spellCheck={false}
              onChange={(e) => setDomain(e.target.value)}
            />
          )}
        </Field>
        <div className="flex items-start gap-1 rounded-md border bg-sunken py-1 pr-1 pl-2.5">
          <code className="flex min-w-0 flex-1 flex-wrap gap-x-[1ch] py-1 font-mono text-xs">
            {command.split(" ").map((word) => (
              <span key={word} className="wrap-anywhere">
                {word}
              </span>
            ))}
          </code>
          <Copy text={command} label="Copy the command" />
        </div>
        <p className="text-xs text-faint">
          Run it where the server runs. The connection is there at once; with <code className="font-mono">--plan</code>{" "}
          it says first what it would make.
        </p>
      </Way>
      <Way icon={KeyRound} title="API token">
        <p className="text-sm text-muted">
          What an administrator makes in the Admin Console under Security, API, Tokens. It sees what that administrator
          sees: make an account of its own with the role Read-Only Administrator. It dies after 30 days without use, and
          with its owner.
        </p>
        {form}
      </Way>
      <Way icon={Bot} title="API service integration">
        <p className="text-sm text-muted">
          What is installed from Okta's catalogue. It sees what its scopes say, and has a client id and a client secret.
        </p>
        {form}
      </Way>
    </div>
  );
}

function Way({
  icon: Icon,
  title,
  mark,
  children,
}: {
  icon: LucideIcon;
  title: string;
  mark?: ReactNode;
  children: ReactNode;
}) {
  return (
    <Panel className="flex flex-col items-start gap-3 p-4 [&>*]:max-w-full">
      <div className="flex items-center gap-2">
        <Icon size={18} strokeWidth={1.75} aria-hidden className="text-faint" />
        <h3 className="text-base">{title}</h3>
        {mark}
      </div>
      {children}
    </Panel>
  );
}
