import { Time } from "../../kit/Time.tsx";

/** A text, or the time that it says. */
export function Moment({ text }: { text: string }) {
  return /^\d{4}-\d\d-\d\dT/.test(text) ? <Time at={text} /> : text;
}
