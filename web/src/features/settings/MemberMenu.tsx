import {
  KeyRound,
  Link as LinkIcon,
  LogOut,
  Mail,
  MoreHorizontal,
  ShieldOff,
  UserCheck,
  UserMinus,
  UserX,
} from "lucide-react";
import type { components } from "../../api/schema.gen.ts";
import { Button } from "../../kit/Button.tsx";
import { Menu, type MenuItem } from "../../kit/Menu.tsx";
import { useSession } from "../session/session.ts";
import type { Asked } from "./AskMember.tsx";

type Member = components["schemas"]["Member"];

type Props = {
  member: Member;
  onRoles: () => void;
  onAsk: (what: Asked) => void;
  onLetIn: () => void;
  /** Has the letter about their address written again. */
  onLetter: () => void;
  /** Makes a link to hand over, where the server sends no mail. */
  onLink: () => void;
};

/** What can be done about a member. */
export function MemberMenu({ member: m, onRoles, onAsk, onLetIn, onLetter, onLink }: Props) {
  const { permissions, features, account } = useSession();
  const may = permissions.includes("members:write");
  const mayEnd = permissions.includes("sessions:write");
  if (!may && !mayEnd) return null;
  const pending: MenuItem[] = features.mail
    ? [{ label: "Send the link again", icon: <Mail size={15} />, disabled: !may, onSelect: onLetter }]
    : [{ label: "Make a link to hand over", icon: <LinkIcon size={15} />, disabled: !may, onSelect: onLink }];
  const items: MenuItem[] = [
    ...(m.state === "pending" ? pending : []),
    { label: "Roles", icon: <KeyRound size={15} />, disabled: !may, onSelect: onRoles },
    {
      label: "End their sessions",
      icon: <LogOut size={15} />,
      disabled: !mayEnd || !m.seenAt,
      onSelect: () => onAsk("sessions"),
    },
    {
      label: "Reset second factors",
      icon: <ShieldOff size={15} />,
      disabled: !may || m.id === account.id,
      note: m.id === account.id ? "yours are under My account" : undefined,
      onSelect: () => onAsk("factors"),
    },
    m.disabled
      ? { label: "Let them sign in", icon: <UserCheck size={15} />, disabled: !may, onSelect: onLetIn }
      : {
          label: "Keep from signing in",
          icon: <UserX size={15} />,
          disabled: !may || m.lastAdmin,
          note: m.lastAdmin ? "the last Full Admin" : undefined,
          onSelect: () => onAsk("disable"),
        },
    {
      label: "Remove",
      icon: <UserMinus size={15} />,
      grave: true,
      disabled: !may || m.lastAdmin,
      onSelect: () => onAsk("remove"),
    },
  ];
  return (
    <Menu
      trigger={<Button size="sm" look="quiet" aria-label={`More for ${m.name}`} icon={<MoreHorizontal size={15} />} />}
      items={items}
    />
  );
}
