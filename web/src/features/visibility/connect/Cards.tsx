import { Link } from "@tanstack/react-router";
import { buttonClass } from "../../../kit/Button.tsx";
import { Facts, Panel } from "../../../kit/Page.tsx";
import { Tag } from "../../../kit/State.tsx";
import { useCan } from "../../session/session.ts";
import { ways } from "./ways.ts";

/** The three ways to let an Okta org be seen, to choose one of. */
export function Cards() {
  const may = useCan("connections:write");
  return (
    <ul className="grid gap-3 lg:grid-cols-3">
      {ways.map(({ id, title, icon: Icon, what, sees, lasts, recommended }) => (
        <li key={id} className="flex">
          <Panel className="flex flex-1 flex-col items-start gap-3 p-4">
            <div className="flex flex-wrap items-center gap-2">
              <Icon size={18} strokeWidth={1.75} aria-hidden className="text-faint" />
              <h3 className="text-base">{title}</h3>
              {recommended && <Tag tone="live">recommended</Tag>}
            </div>
            <p>{what}</p>
            <Facts
              className="flex-1 content-start text-sm"
              items={[
                ["It sees", sees],
                ["It lasts", lasts],
              ]}
            />
            {may && (
              <Link
                to="/visibility/connect/$way"
                params={{ way: id }}
                className={buttonClass(recommended ? "primary" : "plain")}
              >
                {recommended ? "Make the app" : "Enter it"}
                <span className="sr-only">: Connect by {title}</span>
              </Link>
            )}
          </Panel>
        </li>
      ))}
      {!may && <li className="text-sm text-muted lg:col-span-3">Somebody who may add connections connects an org.</li>}
    </ul>
  );
}
