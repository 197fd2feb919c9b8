// What was typed and is not saved, kept for as long as the tab is open.

const name = (key: string) => `sallyport.${key}`;

/** What was kept under a key by this version of the console. */
export function keptOf<T>(key: string): T | undefined {
  try {
    const text = sessionStorage.getItem(name(key));
    return text ? (JSON.parse(text) as T) : undefined;
  } catch {
    return undefined; // storage is forbidden, or holds something else
  }
}

/** Keeps it, or forgets it where there is nothing to keep. */
export function keep<T>(key: string, what: T | undefined) {
  try {
    if (what) sessionStorage.setItem(name(key), JSON.stringify(what));
    else sessionStorage.removeItem(name(key));
  } catch {
    // Storage is forbidden or full: it then lasts as long as the page.
  }
}
