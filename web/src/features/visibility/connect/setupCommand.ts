/** The command that makes the service app of an org; what could mean something to a shell is left out of the domain. */
export function setupCommand(domain: string): string {
  const host = domain
    .trim()
    .replace(/^https?:\/\//i, "")
    .replace(/\/.*$/, "")
    .replace(/[^\w.:-]/g, "");
  return `sallyport okta setup --domain ${host || "acme"} --token -`;
}
