// Changes to a flow's YAML: each takes a document and changes it in place.
import { type Document, isMap, isScalar, isSeq, type Pair, type Scalar, type YAMLMap, type YAMLSeq } from "yaml";
import { keyOrder, reserved } from "./kinds.ts";
import { renameInCel, renameInText } from "./refs.ts";
import { listAt, nodeOf, type Path, style } from "./source.ts";
import { allCards, type CardNode, type FlowTree } from "./tree.ts";

/** A place between cards: before the card of that number in a list. */
export type Place = { list: Path; index: number };

/** Puts a new card at a place, and returns its path. */
export function insertCard(doc: Document, at: Place, card: Record<string, unknown>): Path {
  const node = nodeOf(doc, card);
  put(doc, at, node as YAMLMap);
  return [...at.list, Math.min(at.index, (listAt(doc, at.list)?.items.length ?? 1) - 1)];
}

function put(doc: Document, at: Place, node: YAMLMap) {
  const list = listIn(doc, at.list);
  if (list.flow && list.items.length === 0) list.flow = false;
  list.items.splice(Math.min(at.index, list.items.length), 0, node);
}

/** The list at a path. Where there is none its key is put at its place among the card's keys. */
function listIn(doc: Document, path: Path): YAMLSeq {
  const there = listAt(doc, path);
  if (there) return there;
  const parent = doc.getIn(path.slice(0, -1), true);
  const list = doc.createNode([]) as YAMLSeq;
  if (isMap(parent)) setKey(doc, parent, String(path.at(-1)), list);
  else doc.setIn(path, list);
  return list;
}

export function removeCard(doc: Document, path: Path) {
  const list = listAt(doc, path.slice(0, -1));
  list?.items.splice(path.at(-1) as number, 1);
  if (list && list.items.length === 0) list.flow = true;
}

/** Whether a place is within a card, where the card itself cannot go. */
export function inside(place: Place, card: Path): boolean {
  return card.every((p, i) => place.list[i] === p);
}

/** Moves a card to a place, counted before the move, and returns its path afterwards. */
export function moveCard(doc: Document, path: Path, to: Place): Path {
  if (inside(to, path)) return path;
  const node = doc.getIn(path, true) as YAMLMap;
  const from = path.slice(0, -1);
  const index = path.at(-1) as number;
  // A list that has to be made may not be found by its path once the card is gone.
  const target = shifted(to, from, index);
  listAt(doc, from)?.items.splice(index, 1);
  put(doc, target, node);
  const left = listAt(doc, from);
  if (left && left.items.length === 0) left.flow = true;
  return [...target.list, target.index];
}

/** A place as it is called once the card of a number in a list is gone. */
function shifted(to: Place, from: Path, index: number): Place {
  const passes = from.every((p, i) => to.list[i] === p);
  if (!passes) return to;
  if (to.list.length === from.length) return { list: to.list, index: to.index > index ? to.index - 1 : to.index };
  const list = [...to.list];
  const own = list[from.length];
  if (typeof own === "number" && own > index) list[from.length] = own - 1;
  return { list, index: to.index };
}

/** Puts a copy of a card behind it; cards in it get ids of their own. */
export function duplicateCard(doc: Document, tree: FlowTree, card: CardNode): Path {
  const node = (doc.getIn(card.path, true) as YAMLMap).clone() as YAMLMap;
  const taken = idsOf(tree);
  const renamed: [string, string][] = [];
  for (const c of allCards([card])) {
    if (!c.named) continue;
    const id = freeId(c.id, taken);
    taken.add(id);
    renamed.push([c.id, id]);
  }
  node.commentBefore = undefined;
  const list = card.path.slice(0, -1);
  const index = (card.path.at(-1) as number) + 1;
  put(doc, { list, index }, node);
  for (const [from, to] of renamed) renameWithin(node, from, to, true);
  return [...list, index];
}

/** Gives a card another id, and changes all that refers to it. */
export function renameCard(doc: Document, card: CardNode, id: string) {
  if (id === card.id) return;
  const node = doc.getIn(card.path, true);
  if (isMap(node)) setKey(doc, node, "id", id);
  const cards = doc.getIn(["cards"], true);
  renameWithin(cards, card.id, id, false);
  const result = doc.getIn(["result"], true);
  if (result) renameValue(result, card.id, id);
}

/** Renames in cards, however deep: conditions are CEL, all other texts are templates. */
function renameWithin(node: unknown, from: string, to: string, own: boolean) {
  if (isSeq(node)) {
    for (const i of node.items) renameWithin(i, from, to, own);
    return;
  }
  if (!isMap(node)) return;
  for (const pair of node.items) {
    const key = keyOf(pair);
    if (key === "id" && own && isScalar(pair.value) && pair.value.value === from) pair.value.value = to;
    else if (conditions.has(key)) renameCondition(pair.value, from, to);
    else if (lists.has(key) || key === "stream") renameWithin(pair.value, from, to, own);
    else if (!plain.has(key)) renameValue(pair.value, from, to);
  }
}

const conditions: ReadonlySet<string> = new Set(["if", "unless"]);
const lists: ReadonlySet<string> = new Set(["then", "else", "do", "branch", "try", "catch"]);
const plain: ReadonlySet<string> = new Set(["id", "title", "note", "comment", "use", "call", "as", "table"]);

function renameCondition(node: unknown, from: string, to: string) {
  if (!isScalar(node)) renameValue(node, from, to);
  else if (typeof node.value === "string") node.value = renameInCel(node.value, from, to);
}

function renameValue(node: unknown, from: string, to: string) {
  if (isSeq(node)) for (const i of node.items) renameValue(i, from, to);
  else if (isMap(node)) for (const p of node.items) renameValue(p.value, from, to);
  else if (isScalar(node) && typeof node.value === "string") node.value = renameInText(node.value, from, to);
}

function keyOf(p: Pair): string {
  return String(isScalar(p.key) ? p.key.value : p.key);
}

/** Sets what stands at a path within a map such as a card; undefined takes it away, and maps that it leaves empty. */
export function setIn(doc: Document, base: Path, path: Path, value: unknown) {
  if (value === undefined) {
    removeIn(doc, base, path);
    return;
  }
  const [key, ...rest] = path as [string | number, ...Path];
  const parent = base.length === 0 ? doc.contents : doc.getIn(base, true);
  if (rest.length > 0) {
    const inner = doc.getIn([...base, key], true);
    if (isMap(inner) || isSeq(inner)) setIn(doc, [...base, key], rest, value);
    else {
      const made = doc.createNode({});
      if (isMap(parent)) setKey(doc, parent, String(key), made);
      else doc.setIn([...base, key], made);
      setIn(doc, [...base, key], rest, value);
    }
    if (isMap(inner) && inner.flow && isLong(value)) inner.flow = false;
    return;
  }
  if (isMap(parent)) {
    if (parent.flow && (parent.items.length === 0 || isLong(value))) parent.flow = false;
    setKey(doc, parent, String(key), value);
  } else if (isSeq(parent)) parent.set(key, nodeOf(doc, value));
}

function isLong(value: unknown): boolean {
  return (typeof value === "string" && value.includes("\n")) || (typeof value === "object" && value !== null);
}

/** Maps that mean nothing once they are empty. */
const goesWhenEmpty: ReadonlySet<string> = new Set([
  "with",
  "out",
  "details",
  "headers",
  "connections",
  "tables",
  "options",
]);

function removeIn(doc: Document, base: Path, path: Path) {
  const full = [...base, ...path];
  if (!doc.hasIn(full)) return;
  doc.deleteIn(full);
  const up = full.slice(0, -1);
  const left = up.length > 0 ? doc.getIn(up, true) : undefined;
  if (isMap(left) && left.items.length === 0 && goesWhenEmpty.has(String(up.at(-1)))) doc.deleteIn(up);
}

/** Sets a key of a map. What is there keeps its place and comments; a new key stands where it is written usually. */
function setKey(doc: Document, map: YAMLMap, key: string, value: unknown) {
  const pair = map.items.find((p) => keyOf(p) === key);
  const node = value instanceof Object && "toJSON" in value ? value : undefined;
  if (pair) {
    if (isScalar(pair.value) && !node && (typeof value !== "object" || value === null)) {
      if (typeof pair.value.value !== typeof value) pair.value.type = undefined;
      pair.value.value = value;
      style(pair.value);
    } else pair.value = node ?? nodeOf(doc, value);
    return;
  }
  const made = doc.createPair(key, node ?? nodeOf(doc, value)) as Pair<Scalar>;
  const rank = keyOrder.indexOf(key);
  const before = rank < 0 || !isCard(map) ? -1 : map.items.findIndex((p) => keyOrder.indexOf(keyOf(p)) > rank);
  if (before < 0) map.items.push(made);
  else map.items.splice(before, 0, made);
}

/** A map of values by name has an order of its own; a card's keys have the usual one. */
function isCard(map: YAMLMap): boolean {
  return map.items.some((p) =>
    ["id", "use", "then", "branch", "try", "do", "call", "each", "return", "stop", "fail"].includes(keyOf(p)),
  );
}

export function idsOf(tree: FlowTree): Set<string> {
  const ids = new Set(reserved);
  for (const c of allCards(tree.cards)) {
    ids.add(c.id);
    for (const key of ["as", "index"]) if (typeof c.data[key] === "string") ids.add(c.data[key]);
  }
  return ids;
}

/** A name made of words that is not taken yet. */
export function freeId(words: string, taken: ReadonlySet<string>): string {
  const base =
    words
      .normalize("NFKD")
      .replace(/\p{M}/gu, "")
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "_")
      .replace(/^[^a-z]+|_+$/g, "")
      .slice(0, 40)
      .replace(/_+$/, "") || "card";
  const stem = base.replace(/_\d+$/, "");
  if (!taken.has(base)) return base;
  for (let n = 2; ; n++) if (!taken.has(`${stem}_${n}`)) return `${stem}_${n}`;
}
