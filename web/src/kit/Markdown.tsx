import { useMemo } from "react";
import { type Block, type Inline, parseMarkdown } from "./markdown.ts";

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
