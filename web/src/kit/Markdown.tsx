import { clsx } from "clsx";
import { useMemo } from "react";
import { type Block, type Cell, type Inline, parseMarkdown } from "./markdown.ts";

/** A text with a little Markdown. A first heading may be left out, where the page has its title already. */
export function Markdown({ text, dropTitle }: { text: string; dropTitle?: boolean }) {
  const blocks = useMemo(() => parseMarkdown(text), [text]);
  const first = blocks[0];
  const shown = dropTitle && first?.kind === "heading" && first.level === 1 ? blocks.slice(1) : blocks;
  return (
    <div className="flex max-w-[72ch] flex-col gap-3 text-pretty">
      {shown.map((b, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the text is what it is
        <Part key={i} block={b} />
      ))}
    </div>
  );
}

function Part({ block: b }: { block: Block }) {
  switch (b.kind) {
    case "heading": {
      const Tag = b.level <= 2 ? "h2" : "h3";
      return (
        <Tag className="mt-2 text-base">
          <Line of={b.text} />
        </Tag>
      );
    }
    case "paragraph":
      return (
        <p>
          <Line of={b.text} />
        </p>
      );
    case "code":
      return (
        <pre className="overflow-x-auto rounded-md border bg-sunken p-3 font-mono text-xs leading-5">{b.text}</pre>
      );
    case "table":
      return <Table head={b.head} rows={b.rows} />;
    case "list": {
      const Tag = b.ordered ? "ol" : "ul";
      return (
        <Tag className={b.ordered ? "list-decimal space-y-1 pl-6" : "list-disc space-y-1 pl-6"}>
          {b.items.map((it, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the text is what it is
            <li key={i}>
              <Line of={it} />
            </li>
          ))}
        </Tag>
      );
    }
  }
}

/** A table that is wider than the text scrolls in its own box. */
function Table({ head, rows }: { head: Cell[]; rows: Cell[][] }) {
  const side = (c: Cell) => (c.right ? "text-right" : "text-left");
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section aria-label="Table" tabIndex={0} className="overflow-x-auto rounded-md border">
      <table className="w-full border-collapse text-sm">
        <thead className="bg-sunken">
          <tr>
            {head.map((c, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the text is what it is
              <th key={i} scope="col" className={clsx("px-3 py-1.5 font-medium", side(c))}>
                <Line of={c.text} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((r, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the text is what it is
            <tr key={i} className="border-t">
              {r.map((c, n) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the text is what it is
                <td key={n} className={clsx("min-w-28 px-3 py-1.5 align-top", side(c))}>
                  <Line of={c.text} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Line({ of }: { of: Inline[] }) {
  return of.map((x, i) => {
    const key = `${i}`;
    switch (x.kind) {
      case "strong":
        return (
          <strong key={key} className="font-semibold">
            {x.text}
          </strong>
        );
      case "em":
        return <em key={key}>{x.text}</em>;
      case "code":
        return (
          <code key={key} className="rounded-sm bg-sunken px-0.5 font-mono text-xs">
            {x.text}
          </code>
        );
      case "link":
        return (
          <a key={key} href={x.href} target="_blank" rel="noreferrer" className="text-accent underline">
            {x.text}
          </a>
        );
      default:
        return <span key={key}>{x.text}</span>;
    }
  });
}
