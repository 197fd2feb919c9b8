/** Which apps are made: one that reads, one for response besides, or that one alone where the org is read already. */
export type Makes = "read" | "both" | "response";

const flags: Record<Makes, string> = { read: "", both: " --response", response: " --only-response" };

/** The command that makes the service apps of an org; what could mean something to a shell is left out of the domain. */
export function setupCommand(domain: string, makes: Makes): string {
  const host = domain
    .trim()
    .replace(/^https?:\/\//i, "")
    .replace(/\/.*$/, "")
    .replace(/[^\w.:-]/g, "");
  return `sallyport okta setup --domain ${host || "acme"} --token -${flags[makes]}`;
}
