const radius = 6;
const early = 15;
const lateBy = 13;

/**
 * The path of a line that goes down, across and down again. One that leads into
 * a lane turns early, one that leads out of it turns late: so it runs through
 * no other card.
 */
export function flowline(sx: number, sy: number, tx: number, ty: number, late: boolean): string {
  if (Math.abs(sx - tx) < 1) return `M ${sx} ${sy} L ${sx} ${ty}`;
  const y = late ? ty - lateBy : sy + early;
  const r = Math.min(radius, Math.abs(tx - sx) / 2);
  const to = tx > sx ? 1 : -1;
  return `M ${sx} ${sy} L ${sx} ${y - r} Q ${sx} ${y} ${sx + to * r} ${y} L ${tx - to * r} ${y} Q ${tx} ${y} ${tx} ${y + r} L ${tx} ${ty}`;
}
