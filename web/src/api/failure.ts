import type { components } from "./schema.gen.ts";

type ErrorBody = components["schemas"]["ErrorBody"];
export type ErrorDetail = components["schemas"]["Error"];

/** The server cannot be reached, beside the kinds that it tells itself. */
export type FailureKind = ErrorDetail["kind"] | "unreachable";

/** A call that did not do what it was to do: what was tried, and what came back. */
export class Failure extends Error {
  readonly kind: FailureKind;
  readonly tried: string;
  readonly status: number;
  readonly detail?: ErrorDetail;
  /** Seconds to wait before another try, where the server says so. */
  readonly wait?: number;

  constructor(tried: string, status: number, kind: FailureKind, message: string, detail?: ErrorDetail, wait?: number) {
    super(message);
    this.name = "Failure";
    this.tried = tried;
    this.status = status;
    this.kind = kind;
    this.detail = detail;
    this.wait = wait;
  }

  get requestId(): string | undefined {
    return this.detail?.requestId;
  }

  /** The message for the form's field of a name, if it is what is wrong. */
  forField(name: string): string | undefined {
    return this.detail?.field === name ? this.message : undefined;
  }

  static unreachable(tried: string, late: boolean): Failure {
    const why = late
      ? "The server did not answer in time."
      : "The server cannot be reached. It may be restarting, or the network is down.";
    return new Failure(tried, 0, "unreachable", why);
  }

  static async of(tried: string, answer: Response): Promise<Failure> {
    const wait = Number(answer.headers.get("Retry-After")) || undefined;
    let body: unknown;
    try {
      body = await answer.json();
    } catch {
      return new Failure(
        tried,
        answer.status,
        "internal",
        `The server answered ${answer.status} ${answer.statusText}, and nothing that can be read.`,
      );
    }
    if (!isErrorBody(body))
      return new Failure(
        tried,
        answer.status,
        "internal",
        `The server answered ${answer.status} in a form that is not the API's.`,
      );
    return new Failure(tried, answer.status, body.error.kind, sentence(body.error.message), body.error, wait);
  }
}

function isErrorBody(body: unknown): body is ErrorBody {
  return (
    typeof body === "object" &&
    body !== null &&
    "error" in body &&
    typeof (body as ErrorBody).error?.message === "string"
  );
}

/** The server's messages begin small and have no end, as parts of longer ones do. */
export function sentence(message: string): string {
  const s = message.trim();
  if (!s) return s;
  return s.charAt(0).toUpperCase() + s.slice(1) + (/[.!?…]$/.test(s) ? "" : ".");
}
