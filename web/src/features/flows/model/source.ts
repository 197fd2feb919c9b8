// The YAML of a flow as a document that can be changed: comments, order and the
// way in which things are written stay as they are.
import { type Document, isCollection, isMap, isScalar, isSeq, LineCounter, parseDocument, Scalar, visit } from "yaml";

export type Path = (string | number)[];

export type Source = {
  doc: Document;
  lines: LineCounter;
  text: string;
};

export type Fault = { line: number; message: string };

/** Reads a text. Faults are those of the YAML itself; with any, the source is not to be used. */
export function readSource(text: string): { source?: Source; faults: Fault[] } {
  const lines = new LineCounter();
  const doc = parseDocument(text, {
    lineCounter: lines,
    keepSourceTokens: true,
    uniqueKeys: false,
    logLevel: "silent",
  });
  const faults = doc.errors.map((e) => ({
    line: e.linePos?.[0]?.line ?? 1,
    message: (e.message.split("\n")[0] ?? "").replace(/ at line \d+, column \d+:?$/, ""),
  }));
  if (faults.length === 0 && !isMap(doc.contents))
    faults.push({ line: 1, message: "A flow is a mapping of names to values" });
  return faults.length > 0 ? { faults } : { source: { doc: doc as unknown as Document, lines, text }, faults };
}

const stringTag = "tag:yaml.org,2002:str";

/** The text of a document. What was not changed is written as it was. */
export function writeSource({ doc, text }: Source): string {
  keepBlocks(doc);
  keepPadding(doc, text);
  return doc.toString({
    lineWidth: 0,
    indentSeq: !/^cards:[^\n]*\n(\s*#[^\n]*\n)*- /m.test(text),
    flowCollectionPadding: true,
  });
}

/** Texts in several lines keep their own line breaks, as long as they stay the same. */
function keepBlocks(doc: Document) {
  doc.schema.tags = doc.schema.tags.map((t) => {
    const write = t.stringify;
    if (t.tag !== stringTag || !write || !t.identify) return t;
    return {
      ...t,
      stringify: (item, ctx, onComment, onChompKeep) =>
        sameBlock(item, ctx.indent) ?? write(item, ctx, onComment, onChompKeep),
    };
  });
}

function sameBlock(item: Scalar, indent: string): string | undefined {
  const token = item.srcToken;
  if (token?.type !== "block-scalar" || item.source !== item.value) return undefined;
  const head = token.props.find((p) => p.type === "block-scalar-header");
  if (!head || !("source" in head) || /\d/.test(head.source)) return undefined;
  const lines = token.source.replace(/\n+$/, "").split("\n");
  const least = Math.min(...lines.filter((l) => l.trim() !== "").map((l) => l.length - l.trimStart().length));
  if (!Number.isFinite(least)) return undefined;
  return `${head.source}\n${lines.map((l) => (l.trim() === "" ? "" : indent + l.slice(least))).join("\n")}`;
}

/** { a: b } and [a, b] keep the blanks that they had, and new ones are written like this. */
function keepPadding(doc: Document, text: string) {
  visit(doc, {
    Collection(_, node) {
      if (!node.flow || node.items.length === 0) return;
      const at = node.srcToken?.type === "flow-collection" ? node.srcToken.start.offset : -1;
      const padded = at >= 0 && text[at] === "[{"[isMap(node) ? 1 : 0] ? /\s/.test(text[at + 1] ?? "") : isMap(node);
      const own = Object.getPrototypeOf(node).toString as typeof node.toString;
      node.toString = (ctx, ...rest) =>
        own.call(node, ctx && { ...ctx, flowCollectionPadding: padded ? " " : "" }, ...rest);
    },
  });
}

/** The line of a node, from 1; 0 where there is none. */
export function lineOf(s: Source, path: Path): number {
  const node = path.length === 0 ? s.doc.contents : s.doc.getIn(path, true);
  const at = isCollection(node) || isScalar(node) ? node.range?.[0] : undefined;
  return at === undefined || at === null ? 0 : s.lines.linePos(at).line;
}

/** A value as a node, written as people write it. */
export function nodeOf(doc: Document, value: unknown) {
  const node = doc.createNode(value, { flow: false });
  visit(node, {
    Scalar(_, s) {
      style(s);
    },
    Collection(_, c) {
      if (c.items.length === 0) c.flow = true;
    },
  });
  return node;
}

/** Texts with references are quoted, texts of several lines are blocks. */
export function style(s: Scalar) {
  if (typeof s.value !== "string") return;
  if (s.value.includes("\n")) s.type = Scalar.BLOCK_LITERAL;
  else if (s.value.includes("{{")) s.type = Scalar.QUOTE_DOUBLE;
  else if (s.type === Scalar.BLOCK_FOLDED || s.type === Scalar.BLOCK_LITERAL) s.type = undefined;
}

/** The list at a path; made where there is none, if wanted. */
export function listAt(doc: Document, path: Path, make = false) {
  const node = doc.getIn(path, true);
  if (isSeq(node)) return node;
  if (!make) return undefined;
  const list = doc.createNode([]);
  doc.setIn(path, list);
  return list;
}
