import type { components } from "../../api/schema.gen.ts";
import { Tag } from "../../kit/State.tsx";

type State = components["schemas"]["BacktestState"];

const words: Record<State, { text: string; tone: "quiet" | "warn" }> = {
  running: { text: "running", tone: "quiet" },
  done: { text: "done", tone: "quiet" },
  canceled: { text: "canceled: this is a part", tone: "warn" },
  failed: { text: "failed", tone: "warn" },
  interrupted: { text: "interrupted: the server stopped", tone: "warn" },
};

/** How far a backtest is. */
export function BacktestState({ state }: { state: State }) {
  return <Tag tone={words[state].tone}>{words[state].text}</Tag>;
}
