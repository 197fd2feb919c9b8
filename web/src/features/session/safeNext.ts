/** A way back after signing in: an address of ours, or none. Browsers pass over tabs and line ends: "/\t/" is "//" to them. */
export function safeNext(next: unknown): string | undefined {
  if (typeof next !== "string" || !next.startsWith("/") || next.startsWith("//") || /[\t\r\n\\]/.test(next)) {
    return undefined;
  }
  return next.startsWith("/sign-in") ? undefined : next;
}
