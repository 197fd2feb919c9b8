// Values that somebody gives for the references of a card, to try it with them.
import { refsIn, refText } from "./refs.ts";
import { at, type Samples } from "./scope.ts";
import { type CardNode, objectOf } from "./tree.ts";
import { toText } from "./values.ts";

export type TestValue = { name: string; path: string[]; text: string };

const celPath = /(?<![\w."'\]])[A-Za-z_]\w*(?:\.[A-Za-z_]\w*|\[\d+\])+(?!\w*\s*\()/g;
const strings = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g;

/** The references of a condition that go further than one name. */
function refsInCel(text: string): string[][] {
  const plain = text.replace(strings, (s) => " ".repeat(s.length));
  return (plain.match(celPath) ?? []).map((p) => p.replace(/\[(\d+)\]/g, ".$1").split("."));
}

function pathsIn(v: unknown): string[][] {
  if (typeof v === "string") return refsIn(v).map((r) => r.path);
  if (Array.isArray(v)) return v.flatMap(pathsIn);
  return typeof v === "object" && v !== null ? Object.values(v).flatMap(pathsIn) : [];
}

/** What a card refers to, each once, with what it is now. */
export function testValues(card: CardNode, samples: Samples): TestValue[] {
  const conditions = [card.data.if, card.data.unless].filter((c) => typeof c === "string");
  const paths = [...pathsIn(objectOf(card.data.with)), ...conditions.flatMap(refsInCel)];
  const once = new Map(paths.map((path) => [refText(path), path]));
  return [...once].map(([name, path]) => ({ name, path, text: toText(at(samples, path)) }));
}

/** A text as the value that it stands for: where no text stood before, JSON where it is any. */
function meant(text: string, before: unknown): unknown {
  if (text === "") return null;
  if (typeof before === "string") return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Samples with values of one's own in their places. */
export function withTestValues(samples: Samples, values: TestValue[]): Samples {
  let out: Samples = samples;
  for (const v of values) {
    const before = at(samples, v.path);
    if (before === undefined || toText(before) !== v.text) out = put(out, v.path, meant(v.text, before)) as Samples;
  }
  return out;
}

function put(into: unknown, [name, ...rest]: string[], v: unknown): unknown {
  if (name === undefined) return v;
  if (/^\d+$/.test(name) && (Array.isArray(into) || into === undefined || into === null)) {
    const list = [...((into as unknown[] | undefined) ?? [])];
    list[Number(name)] = put(list[Number(name)], rest, v);
    return Array.from(list, (x) => x ?? null);
  }
  const o = objectOf(into);
  return { ...o, [name]: put(o[name], rest, v) };
}
