/** The least characters that a password has. The server holds it too. */
export const minPassword = 12;

/** What is wrong with a new password, as far as can be seen here. */
export function passwordProblem(password: string, email: string): string | undefined {
  if (!password) return undefined;
  const left = minPassword - [...password].length;
  if (left > 0) return `${left} more ${left === 1 ? "character" : "characters"}.`;
  if (email && password.toLowerCase() === email.trim().toLowerCase()) return "It must not be the e-mail address.";
  return undefined;
}

/** What is wrong with an e-mail address, as far as can be seen. */
export function emailProblem(email: string): string | undefined {
  if (!email) return undefined;
  return /^[^\s@]+@[^\s@]+$/.test(email.trim()) ? undefined : "An e-mail address looks like name@example.com.";
}
