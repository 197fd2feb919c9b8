/** Keys, as one writes them: "g f", "Mod+K". */
export function Kbd({ keys }: { keys: string }) {
  return (
    <kbd className="inline-flex gap-1 font-sans text-xs text-faint" aria-hidden>
      {keys.split(" ").map((k, i) => (
        <span
          // biome-ignore lint/suspicious/noArrayIndexKey: the order is what they are
          key={i}
          className="inline-flex h-[18px] min-w-[18px] items-center justify-center rounded-sm border px-1 leading-none"
        >
          {shown(k)}
        </span>
      ))}
    </kbd>
  );
}

const isApple = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.userAgent);

function shown(key: string): string {
  return key
    .replace("Mod+", isApple ? "⌘" : "Ctrl ")
    .replace("Enter", "↵")
    .replace("Escape", "Esc");
}
