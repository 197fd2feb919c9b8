import { createContext, useContext } from "react";

/** Which value is looked at: the card that takes it, and the one that gave it. */
export type Highlight = { from: string; to: string } | null;

type Shared = { highlight: Highlight; setHighlight: (h: Highlight) => void };

export const HighlightContext = createContext<Shared>({ highlight: null, setHighlight: () => {} });

export const useHighlight = () => useContext(HighlightContext);
