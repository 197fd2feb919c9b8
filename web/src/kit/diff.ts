// What changes from one text to another, line by line.

export type DiffLine = { kind: "same" | "gone" | "new"; text: string; before?: number; after?: number };

/** The lines of two texts, those in common once (E. W. Myers, An O(ND) Difference Algorithm, 1986). */
export function diffLines(before: string, after: string): DiffLine[] {
  const [a, b] = [lines(before), lines(after)];
  const out: DiffLine[] = [];
  let [i, j] = [0, 0];
  for (const step of steps(a, b)) {
    if (step === "same") out.push({ kind: "same", text: a[i] ?? "", before: ++i, after: ++j });
    else if (step === "gone") out.push({ kind: "gone", text: a[i] ?? "", before: ++i });
    else out.push({ kind: "new", text: b[j] ?? "", after: ++j });
  }
  return out;
}

function lines(text: string): string[] {
  const t = text.endsWith("\n") ? text.slice(0, -1) : text;
  return t === "" ? [] : t.split("\n");
}

/** The shortest way from one list to the other. */
function steps(a: string[], b: string[]): DiffLine["kind"][] {
  const most = a.length + b.length;
  let furthest = new Map<number, number>([[1, 0]]);
  const trace: Map<number, number>[] = [];
  for (let d = 0; d <= most; d++) {
    trace.push(new Map(furthest));
    const next = new Map(furthest);
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && (next.get(k - 1) ?? -1) < (next.get(k + 1) ?? -1));
      let x = down ? (next.get(k + 1) ?? 0) : (next.get(k - 1) ?? 0) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      next.set(k, x);
      if (x >= a.length && x - k >= b.length) return back(trace, a.length, b.length);
    }
    furthest = next;
  }
  return [];
}

function back(trace: Map<number, number>[], n: number, m: number): DiffLine["kind"][] {
  const out: DiffLine["kind"][] = [];
  let [x, y] = [n, m];
  for (let d = trace.length - 1; d >= 0; d--) {
    const v = trace[d] ?? new Map<number, number>();
    const k = x - y;
    const down = k === -d || (k !== d && (v.get(k - 1) ?? -1) < (v.get(k + 1) ?? -1));
    const before = down ? k + 1 : k - 1;
    const px = v.get(before) ?? 0;
    const py = px - before;
    while (x > Math.max(px, 0) && y > Math.max(py, 0)) {
      out.push("same");
      x--;
      y--;
    }
    if (d > 0) out.push(down ? "new" : "gone");
    x = px;
    y = py;
  }
  return out.toReversed();
}
