// Passkeys, by the forms in which WebAuthn level 3 passes them as JSON.

/** What the server sends to be passed on to the browser, and gets back from it. */
type Json = { [key: string]: unknown };

/** Whether this browser has passkeys at all. */
export function browserHasPasskeys(): boolean {
  return (
    typeof PublicKeyCredential !== "undefined" &&
    "parseRequestOptionsFromJSON" in PublicKeyCredential &&
    "parseCreationOptionsFromJSON" in PublicKeyCredential
  );
}

/** Has the browser ask for a passkey, and returns what it gives. */
export async function askPasskey(options: unknown): Promise<Json> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options as PublicKeyCredentialRequestOptionsJSON);
  return given(await navigator.credentials.get({ publicKey }));
}

/** Has the browser make a passkey, and returns what it gives. */
export async function makePasskey(options: unknown): Promise<Json> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options as PublicKeyCredentialCreationOptionsJSON);
  return given(await navigator.credentials.create({ publicKey }));
}

function given(credential: Credential | null): Json {
  if (!(credential instanceof PublicKeyCredential)) throw new Error("The browser gave no passkey.");
  return credential.toJSON() as Json;
}

/** What to say where the browser, or whoever sits at it, did not go along. */
export function passkeyProblem(error: unknown): string {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError") return "The browser was not allowed to, or it took too long. Try again.";
  if (name === "InvalidStateError") return "There is a passkey of yours on this device already.";
  if (name === "SecurityError") return "The browser takes no passkeys for this address of the server.";
  return error instanceof Error ? error.message : String(error);
}
