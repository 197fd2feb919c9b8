/** The things that hold all words, those first whose title does. */
export function found<T>(list: T[], text: string, of: (x: T) => { title: string; words: string }, most: number): T[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return list.slice(0, most);
  const hits: { x: T; score: number; i: number }[] = [];
  list.forEach((x, i) => {
    const t = of(x);
    const title = t.title.toLowerCase();
    const all = `${title} ${t.words.toLowerCase()}`;
    if (!words.every((w) => all.includes(w))) return;
    const whole = title === words.join(" ");
    const start = title.startsWith(words[0] ?? "");
    const score = (whole ? 0 : 4) + (start ? 0 : 2) + (words.every((w) => title.includes(w)) ? 0 : 1);
    hits.push({ x, score, i });
  });
  return hits
    .toSorted((a, b) => a.score - b.score || a.i - b.i)
    .slice(0, most)
    .map((h) => h.x);
}

/** Things by a name that each has, in the order in which the names come up. */
export function grouped<T>(list: T[], name: (x: T) => string): [string, T[]][] {
  const out = new Map<string, T[]>();
  for (const x of list) {
    const there = out.get(name(x));
    if (there) there.push(x);
    else out.set(name(x), [x]);
  }
  return [...out];
}

const mostSuggested = 60;

/** The things that a begun path may lead to: those first that begin with it, then those that hold its words. */
export function suggested<T>(
  list: T[],
  begun: string,
  of: (x: T) => { path: string; title: string; words: string },
): T[] {
  const text = begun.toLowerCase();
  if (text !== text.trimEnd()) return []; // what is typed is at its end
  const starts = list.filter((x) => of(x).path.toLowerCase().startsWith(text));
  if (text === "" || /[.[]$/.test(text)) return starts.slice(0, mostSuggested);
  const others = found(
    list,
    text,
    (x) => ({ title: of(x).title, words: `${of(x).words} ${of(x).path}` }),
    mostSuggested,
  );
  return [...new Set([...starts, ...others])].slice(0, mostSuggested);
}
