/** The last and telling part of an event type: user.session.start is "session start" of a user. */
export function shortType(type: string): string {
  return type.split(".").slice(-2).join(" ").replaceAll("_", " ");
}
