import {
  CircleStop,
  Clock,
  Cog,
  CornerDownRight,
  GitFork,
  Globe,
  IdCard,
  LifeBuoy,
  ListFilter,
  ListRestart,
  type LucideIcon,
  Mail,
  Merge,
  MessageSquare,
  MessagesSquare,
  OctagonX,
  Plug,
  Repeat,
  Reply,
  ReplyAll,
  RotateCw,
  Split,
  StickyNote,
  Table2,
  Undo2,
  Variable,
} from "lucide-react";

const byId: Record<string, LucideIcon> = {
  okta: IdCard,
  auth0: IdCard,
  slack: MessageSquare,
  teams: MessagesSquare,
  smtp: Mail,
  mail: Mail,
  http: Globe,
};
const byCategory: Record<string, LucideIcon> = {
  identity: IdCard,
  messaging: MessageSquare,
  email: Mail,
  generic: Globe,
};

/** The picture of a connector: of its own, or of its category. */
export function connectorGlyph(id: string, category?: string): LucideIcon {
  return byId[id] ?? byCategory[category ?? ""] ?? Plug;
}

const byKind: Record<string, LucideIcon> = {
  function: Variable,
  table: Table2,
  if: Split,
  branch: GitFork,
  try: LifeBuoy,
  each: Repeat,
  map: ListRestart,
  filter: ListFilter,
  reduce: Merge,
  repeat: RotateCw,
  wait: Clock,
  respond: Reply,
  answer: ReplyAll,
  comment: StickyNote,
  call: CornerDownRight,
  return: Undo2,
  stop: CircleStop,
  fail: OctagonX,
};

/** The picture of a card: its connector's, or that of its kind. */
export function cardGlyph(card: { kind?: string; connector?: string }): LucideIcon {
  if (card.kind === "action") return connectorGlyph(card.connector ?? "");
  return byKind[card.kind ?? ""] ?? Cog;
}
