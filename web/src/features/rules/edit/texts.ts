export type Texts = { text: string; cases: string };
export type Kept = Texts & {
  /** Of the file that it was made of. */
  edition: string;
};

/** Of something that has texts, those alone. */
export const textsOf = ({ text, cases }: Texts): Texts => ({ text, cases });
