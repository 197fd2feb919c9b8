import { Failure, sentence } from "../../api/failure.ts";
import type { components } from "../../api/schema.gen.ts";

/** Sends a file and tells how much of it is on its way: only this old way of asking knows. */
export function upload<T>(url: string, file: File, onProgress: (part: number) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const tried = `POST ${url}`;
    const ask = new XMLHttpRequest();
    ask.open("POST", url);
    ask.setRequestHeader("Accept", "application/json");
    ask.setRequestHeader("Content-Type", "application/octet-stream");
    ask.upload.onprogress = (e) => e.lengthComputable && onProgress(e.loaded / e.total);
    ask.onerror = () => reject(Failure.unreachable(tried, false));
    ask.onload = () => {
      const body = parse(ask.responseText);
      if (ask.status < 300) resolve(body as T);
      else reject(failureOf(tried, ask.status, body));
    };
    ask.send(file);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What went wrong, from the API's own body where it is one. */
export function failureOf(tried: string, status: number, body: unknown): Failure {
  const error = (body as components["schemas"]["ErrorBody"] | undefined)?.error;
  if (!error?.message) return new Failure(tried, status, "internal", `The server answered ${status}.`);
  return new Failure(tried, status, error.kind, sentence(error.message), error);
}
