import { type ReactNode, useRef, useState } from "react";
import { Failed } from "../../../api/Failed.tsx";
import { Button } from "../../../kit/Button.tsx";
import { useKeys } from "../../../kit/keys.ts";
import { Note } from "../../../kit/Note.tsx";
import { Page, PageHeader } from "../../../kit/Page.tsx";
import { Tabs } from "../../../kit/Tabs.tsx";
import { useCan } from "../../session/session.ts";
import { Backtest } from "../Backtest.tsx";
import { Source } from "../Source.tsx";
import { CheckPanel } from "./CheckPanel.tsx";
import { Conflict } from "./Conflict.tsx";
import { Drop } from "./Drop.tsx";
import { type Asked, EditActions } from "./EditActions.tsx";
import { EditState } from "./EditState.tsx";
import { countsOf, marksOf, type Part } from "./findings.ts";
import { Leaving } from "./Leaving.tsx";
import { Publish } from "./Publish.tsx";
import { Remove } from "./Remove.tsx";
import { type Jump, TextEditor } from "./TextEditor.tsx";
import { TryPanel } from "./TryPanel.tsx";
import { useCheck } from "./useCheck.ts";
import { type FileDetail, useRuleFile } from "./useRuleFile.ts";
import { Versions } from "./Versions.tsx";

/** The texts of a file of rules, what is wrong with them, and what they would find; then to publish it. */
export function RuleEditor({ file, above }: { file: FileDetail; above: ReactNode }) {
  const can = useCan("rules:write");
  const canTest = useCan("events:read");
  const edit = useRuleFile(file);
  const { check, behind, query } = useCheck(file.slug, edit.now);
  const [part, setPart] = useState<Part>("rules");
  const [side, setSide] = useState("check");
  const [jump, setJump] = useState<Jump>();
  const [asked, setAsked] = useState<Asked>();
  const savable = can && edit.dirty && edit.now.text.trim() !== "";
  const save = () => savable && edit.save.mutate(undefined);
  useKeys([{ keys: "Mod+s", label: "Save the draft", group: "Rule", always: true, run: save }]);
  const go = (to: Part, line: number) => {
    setPart(to);
    setJump({ line });
  };
  const beside = useRef<HTMLDivElement>(null);
  const showCheck = () => {
    setSide("check");
    beside.current?.scrollIntoView({ block: "nearest" });
    beside.current?.querySelector<HTMLElement>("[role=tabpanel] button")?.focus({ preventScroll: true });
  };
  const n = check && countsOf(check);
  const wrong = (of: Part) => {
    const marks = [...marksOf(check, of).values()];
    if (marks.length === 0) return null;
    return <span className={marks.every((m) => m.warning) ? "text-warn" : "text-bad"}> {marks.length}</span>;
  };
  const text = (of: Part, key: "text" | "cases", label: string, placeholder: string) =>
    can ? (
      <TextEditor
        label={label}
        value={edit.now[key]}
        onChange={(t) => edit.set({ [key]: t })}
        marks={marksOf(check, of)}
        jump={part === of ? jump : undefined}
        placeholder={placeholder}
      />
    ) : (
      <Source text={edit.now[key]} label={label} />
    );
  const conflict = edit.refused || asked === "conflict";
  return (
    <Page>
      <PageHeader
        title={check?.rules[0]?.title || file.title}
        above={
          <>
            {above}
            <span className="text-faint"> / own / {file.slug}</span>
          </>
        }
        mark={
          <EditState file={file} edit={edit} check={check} behind={behind} failed={query.isError} onShow={showCheck} />
        }
        actions={can && <EditActions file={file} edit={edit} savable={savable} onSave={save} onAsk={setAsked} />}
      />
      <div className="mb-4 flex flex-col gap-2 empty:hidden">
        {edit.overtaken && (
          <Note
            tone="warn"
            title="Somebody else has changed the rule meanwhile"
            action={
              <Button size="sm" onClick={() => (edit.dirty ? setAsked("conflict") : edit.takeTheirs())}>
                {edit.dirty ? "Compare" : "Show theirs"}
              </Button>
            }
          >
            {edit.dirty ? "What you typed is still here." : "What you see is as it was before."}
          </Note>
        )}
        {edit.restored && edit.dirty && !edit.overtaken && (
          <Note
            title="This is what you had typed before"
            action={
              <Button size="sm" onClick={edit.takeTheirs}>
                Show what is saved
              </Button>
            }
          >
            It was kept in this tab, and is not saved.
          </Note>
        )}
        {edit.save.isError && !edit.refused && (
          <Failed what="The draft was not saved. What you typed is still here." error={edit.save.error} />
        )}
        {query.isError && (
          <Failed
            what="It could not be checked."
            error={query.error}
            onRetry={() => void query.refetch()}
            retrying={query.isFetching}
          />
        )}
      </div>
      <div className="grid items-start gap-x-6 gap-y-6 xl:grid-cols-[minmax(0,1fr)_minmax(0,27rem)]">
        <Tabs
          label="Texts"
          value={part}
          onChange={(v) => setPart(v as Part)}
          tabs={[
            {
              id: "rules",
              label: <>Rule{wrong("rules")}</>,
              content: text("rules", "text", "Text of the rule", "title: …"),
            },
            {
              id: "cases",
              label: <>Cases{wrong("cases")}</>,
              content: text(
                "cases",
                "cases",
                "Text of the cases",
                "cases:\n  - { name: …, fires: true, with: { eventType: … } }",
              ),
            },
          ]}
        />
        <div ref={beside} className="min-w-0 scroll-mt-16 scroll-mb-20">
          <Tabs
            label="What it does"
            value={side}
            onChange={setSide}
            tabs={[
              {
                id: "check",
                label: (
                  <>Check{n && n.errors + n.failing > 0 && <span className="text-bad"> {n.errors + n.failing}</span>}</>
                ),
                content: check || !query.isError ? <CheckPanel check={check} onGo={go} /> : null,
              },
              { id: "try", label: "Try", content: <TryPanel file={file.slug} text={edit.now.text} /> },
              {
                id: "versions",
                label: "Versions",
                content: <Versions file={file} now={edit.now} onTake={can ? edit.set : undefined} />,
              },
            ]}
          />
        </div>
        {canTest && (
          <div className="min-w-0 xl:col-span-2">
            <Backtest of={{ file: file.slug, text: edit.now.text }} />
          </div>
        )}
      </div>
      {edit.leaving.asking && !conflict && <Leaving edit={edit} />}
      {conflict && <Conflict file={file} edit={edit} onClose={() => setAsked(undefined)} />}
      {!conflict && asked === "publish" && (
        <Publish file={file} edit={edit} check={check} behind={behind} onClose={() => setAsked(undefined)} />
      )}
      {asked === "drop" && <Drop file={file} edit={edit} onClose={() => setAsked(undefined)} />}
      {asked === "remove" && <Remove file={file} edit={edit} onClose={() => setAsked(undefined)} />}
    </Page>
  );
}
