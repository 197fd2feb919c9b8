import type { components } from "../../api/schema.gen.ts";
import { Note } from "../../kit/Note.tsx";
import { unboundName } from "./flowWords.ts";

type Problem = components["schemas"]["Problem"];
type Detail = components["schemas"]["FlowDetail"];

/** Why a flow cannot be switched on or run: what is to be chosen, what is wrong. */
export function Problems({
  unbound,
  problems,
  unpublished,
  flow,
}: {
  unbound: string[];
  problems: Problem[];
  unpublished?: boolean;
  flow?: Detail;
}) {
  const title = (text: string) => {
    const { kind, name } = unboundName(text);
    const list: { name: string; title: string }[] | undefined =
      kind === "connection"
        ? flow?.definition?.connections
        : kind === "table"
          ? flow?.definition?.tables
          : flow?.definition?.options;
    return { kind, title: list?.find((x) => x.name === name)?.title || name };
  };
  return (
    <div className="flex flex-col gap-2">
      {unpublished && (
        <Note tone="warn" title="It is only a draft yet">
          Publish it first.
        </Note>
      )}
      {unbound.length > 0 && (
        <Note
          tone="warn"
          title={
            unbound.length === 1 ? "One thing is still to be chosen" : `${unbound.length} things are still to be chosen`
          }
        >
          <ul>
            {unbound.map((u) => {
              const t = title(u);
              return (
                <li key={u}>
                  {t.title} <span className="text-faint">({t.kind})</span>
                </li>
              );
            })}
          </ul>
        </Note>
      )}
      {problems.length > 0 && (
        <Note
          tone="bad"
          title={problems.length === 1 ? "The flow has a problem" : `The flow has ${problems.length} problems`}
        >
          <ul className="mt-1 flex flex-col gap-1">
            {problems.map((p) => (
              <li key={`${p.line} ${p.path} ${p.message}`}>
                {p.line !== undefined && <span className="text-faint">line {p.line} </span>}
                {p.path && <code className="font-mono text-xs text-ink">{p.path}</code>} {p.message}
              </li>
            ))}
          </ul>
        </Note>
      )}
    </div>
  );
}
