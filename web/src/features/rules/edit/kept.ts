// What was typed and is not saved, kept for as long as the tab is open.

export type Texts = { text: string; cases: string };
export type Kept = Texts & {
  /** Of the file that it was made of. */
  edition: string;
};

/** Of something that has texts, those alone. */
export const textsOf = ({ text, cases }: Texts): Texts => ({ text, cases });

const name = (key: string) => `sallyport.rule.${key}`;

export function keptOf(key: string): Kept | undefined {
  try {
    const text = sessionStorage.getItem(name(key));
    return text ? (JSON.parse(text) as Kept) : undefined;
  } catch {
    return undefined; // storage is forbidden, or holds something else
  }
}

/** Keeps it, or forgets it where there is nothing to keep. */
export function keep(key: string, what: Kept | undefined) {
  try {
    if (what) sessionStorage.setItem(name(key), JSON.stringify(what));
    else sessionStorage.removeItem(name(key));
  } catch {
    // Storage is forbidden or full: it then lasts as long as the page.
  }
}
