import { useState } from "react";
import { Button } from "../../kit/Button.tsx";
import { Empty } from "../../kit/Empty.tsx";
import { Panel, Section } from "../../kit/Page.tsx";
import { counted } from "../../kit/time.ts";
import { usePhone } from "../../kit/useMedia.ts";
import type { Node, Path, Step } from "./node.ts";
import { PathList } from "./PathList.tsx";
import { PathPicture } from "./PathPicture.tsx";
import { StepDetail } from "./StepDetail.tsx";

/** The ways from somebody to super administrator, as a picture or as lists. */
export function Paths({ tenant, start, paths }: { tenant: string; start: Node; paths: Path[] }) {
  const phone = usePhone();
  const [view, setView] = useState<"picture" | "list">();
  const [step, setStep] = useState<Step | undefined>(paths[0]?.steps[0]);
  const shown = view ?? (phone ? "list" : "picture");
  if (paths.length === 0) {
    return (
      <Section title="Ways to super administrator">
        <Panel>
          <Empty title="No way to super administrator is known">
            As far as the org was seen, controlling this leads nobody there.
          </Empty>
        </Panel>
      </Section>
    );
  }
  return (
    <Section
      title="Ways to super administrator"
      aside={
        <>
          <span>{paths.length === 1 ? "one way" : `${counted(paths.length, "way")}, the shortest first`}</span>
          <Button size="sm" onClick={() => setView(shown === "picture" ? "list" : "picture")}>
            {shown === "picture" ? "As a list" : "As a picture"}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        {shown === "picture" ? (
          <PathPicture start={start} paths={paths} chosen={step} onChoose={setStep} />
        ) : (
          <ol className="flex flex-col gap-3">
            {paths.map((p, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: paths are told in their order
              <li key={i}>
                <PathList tenant={tenant} path={p} label={`Way ${i + 1}`} />
              </li>
            ))}
          </ol>
        )}
        {shown === "picture" && step && <StepDetail tenant={tenant} start={start} step={step} />}
      </div>
    </Section>
  );
}
