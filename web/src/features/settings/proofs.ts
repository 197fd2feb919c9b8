const words: Record<string, string> = {
  password: "password",
  passkey: "passkey",
  link: "link",
  saml: "Okta",
  totp: "authenticator app",
  recovery: "recovery code",
};

/** How somebody proved who they are: "password and authenticator app". */
export function proofWords(method: string, second?: string): string {
  const first = words[method] ?? method;
  return second && second !== method ? `${first} and ${words[second] ?? second}` : first;
}
