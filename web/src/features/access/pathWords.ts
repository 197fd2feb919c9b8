import { nodeName, type Path } from "./node.ts";
import { stepWords } from "./stepWords.ts";

/** A path in a line: what follows its start, step by step. */
export function pathWords(p: Path): string {
  return p.steps.map((s) => `${stepWords(s.kind)} ${nodeName(s.to)}`).join(" › ");
}

const strengths: Record<string, string> = {
  none: "no second factor",
  weak: "weak: SMS, call, mail",
  fair: "codes or push",
  resistant: "resistant to phishing",
};

/** How strong somebody's second factors are. */
export function strengthWords(strength: string): string {
  return strengths[strength] ?? strength;
}
