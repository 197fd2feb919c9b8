/** The product's mark: a gate in a wall. */
export function Mark({ size = 20 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden className="shrink-0">
      <rect width="32" height="32" rx="7" className="fill-accent-fill" />
      <g fill="none" className="stroke-on-accent">
        <path d="M8 25V14a8 8 0 0 1 16 0v11" strokeWidth="3" />
        <path d="M14 25v-9m4 9v-9" strokeWidth="2" opacity=".75" />
        <path d="M6 25h20" strokeWidth="3" strokeLinecap="round" />
      </g>
    </svg>
  );
}
