import { Tag } from "../../kit/State.tsx";
import { sureWords } from "./stepWords.ts";

/** How sure it is that a step or a path works. */
export function Sure({ confidence }: { confidence: string }) {
  const s = sureWords(confidence);
  return <Tag title={s.note}>{s.label}</Tag>;
}
