import { BaseEdge, type EdgeProps } from "@xyflow/react";
import { flowline } from "./flowline.ts";

/** The line from a card to the next. */
export function Flowline({ id, sourceX, sourceY, targetX, targetY, data, style }: EdgeProps) {
  const late = data?.late === true;
  return <BaseEdge id={id} path={flowline(sourceX, sourceY, targetX, targetY, late)} style={style} />;
}
