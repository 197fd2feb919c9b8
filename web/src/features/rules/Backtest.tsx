import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { call, type Input as InputOf } from "../../api/client.ts";
import { Failed } from "../../api/Failed.tsx";
import { read, stale } from "../../api/query.ts";
import { Button } from "../../kit/Button.tsx";
import { Checkbox } from "../../kit/Checkbox.tsx";
import { Field, Input, Select } from "../../kit/Field.tsx";
import { Panel, Section } from "../../kit/Page.tsx";
import { Time } from "../../kit/Time.tsx";
import { counted } from "../../kit/time.ts";
import { ranges } from "../events/query.ts";
import { BacktestReport } from "./BacktestReport.tsx";
import { BacktestState } from "./BacktestState.tsx";

type Ask = InputOf<"post", "/api/v1/backtests">["body"];

/** What is tested: a published rule, or a draft of a file. */
export type Tested = { rule: string } | { file: string; text: string };

/** What a rule, or a draft of it, would have found in the stored events. */
export function Backtest({ of }: { of: Tested }) {
  const draft = "text" in of;
  const [range, setRange] = useState("30d");
  const [except, setExcept] = useState("");
  const [compare, setCompare] = useState(draft);
  const [chosen, setChosen] = useState<string>();
  const list = useQuery(read("/api/v1/backtests", { query: draft ? { file: of.file } : { rule: of.rule } }));
  const shown = chosen ?? list.data?.[0]?.id;
  const begin = useMutation({
    mutationFn: (body: Ask) => call("post", "/api/v1/backtests", { body }),
    onSuccess: (made) => {
      setChosen(made.id);
      void stale("/api/v1/backtests");
    },
  });
  const run = () => {
    const back = ranges.find((r) => r.value === range)?.ms;
    begin.mutate({
      ...of,
      except: except.trim() || undefined,
      compare: compare || undefined,
      since: back ? new Date(Date.now() - back).toISOString() : undefined,
    });
  };
  return (
    <Section title="Backtest">
      <Panel className="px-3.5 py-3">
        <form
          className="flex flex-wrap items-end gap-3"
          onSubmit={(e) => {
            e.preventDefault();
            run();
          }}
        >
          <Field label="Over">
            {(w) => <Select {...w} value={range} onChange={(e) => setRange(e.target.value)} choices={ranges} />}
          </Field>
          <Field label="With an exception" className="min-w-56 grow">
            {(w) => (
              <Input
                {...w}
                value={except}
                onChange={(e) => {
                  setExcept(e.target.value);
                  if (e.target.value) setCompare(true);
                }}
                placeholder='entity.login == "robot@example.com"'
                className="font-mono text-sm"
                spellCheck={false}
              />
            )}
          </Field>
          <Checkbox shown checked={compare} onChange={setCompare} label="Compare with what is published" />
          <Button type="submit" look="primary" busy={begin.isPending}>
            Test
          </Button>
        </form>
        <p className="mt-2 text-sm text-muted">It is held against the stored events. No alerts are raised.</p>
        {begin.isError && <Failed what="The backtest was not begun." error={begin.error} />}
      </Panel>
      {list.isError && <Failed what="The backtests could not be read." error={list.error} />}
      {shown && <Shown key={shown} id={shown} />}
      {list.data && list.data.length > 1 && (
        <ul className="mt-3 flex flex-col gap-1 text-sm">
          {list.data
            .filter((b) => b.id !== shown)
            .slice(0, 5)
            .map((b) => (
              <li key={b.id} className="flex flex-wrap items-center gap-x-3 text-muted">
                <button type="button" className="text-accent hover:underline" onClick={() => setChosen(b.id)}>
                  {counted(b.hits, "hit")}
                </button>
                <BacktestState state={b.state} />
                <Time at={b.createdAt} />
                <span>{b.by.name}</span>
              </li>
            ))}
        </ul>
      )}
    </Section>
  );
}

/** One backtest, as far as it has come. */
function Shown({ id }: { id: string }) {
  const test = useQuery(read("/api/v1/backtests/{id}", { path: { id } }));
  const cancel = useMutation({
    mutationFn: () => call("post", "/api/v1/backtests/{id}/cancel", { path: { id } }),
    onSettled: () => void stale("/api/v1/backtests", "/api/v1/backtests/{id}"),
  });
  if (test.isError) return <Failed what="The backtest could not be read." error={test.error} />;
  if (!test.data) return null;
  return <BacktestReport of={test.data} onCancel={() => cancel.mutate()} canceling={cancel.isPending} />;
}
