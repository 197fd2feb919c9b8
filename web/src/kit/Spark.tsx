/** How much there was in each of some equal times, the oldest first. Where something failed stands a mark below. */
export function Spark({ values, failed, label }: { values: number[]; failed?: number[]; label: string }) {
  const top = Math.max(1, ...values);
  const width = values.length * 2;
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${width} 24`}
      preserveAspectRatio="none"
      className="block h-6 w-full"
    >
      <title>{label}</title>
      <line x1={0} x2={width} y1={20.5} y2={20.5} className="stroke-line" strokeWidth={1} />
      {values.map((v, i) => {
        const high = v === 0 ? 0 : Math.max(1.5, (v / top) * 19);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a place in time is what it is
          <g key={i}>
            {high > 0 && <rect x={i * 2 + 0.2} width={1.6} y={20 - high} height={high} className="fill-accent" />}
            {(failed?.[i] ?? 0) > 0 && <rect x={i * 2 + 0.2} width={1.6} y={21.5} height={2.5} className="fill-bad" />}
          </g>
        );
      })}
    </svg>
  );
}
