// What flows can be made of: functions, and the actions of connectors.

/** An input or output: a name, a type, and what a person is told of it. */
export type CataloguePort = {
  name: string;
  title: string;
  type: string;
  help?: string;
  required?: boolean;
  default?: unknown;
  choices?: unknown[];
  long?: boolean;
};

export type CatalogueFunction = {
  id: string;
  title: string;
  help: string;
  extensible: boolean;
  inputs: CataloguePort[];
  outputs: CataloguePort[];
};

export type Effect = "read" | "write" | "destructive" | "sensitive" | (string & {});

export type CatalogueAction = {
  id: string;
  title: string;
  description?: string;
  effect: Effect;
  inputs: CataloguePort[];
  outputs: CataloguePort[];
};

export type CatalogueConnector = {
  id: string;
  title: string;
  category?: string;
  settings: CataloguePort[];
  actions: CatalogueAction[];
};

/** What a helper flow takes and gives. */
export type Helper = { id: string; slug: string; title: string; inputs: CataloguePort[]; outputs: CataloguePort[] };

export type Catalogue = {
  functions: ReadonlyMap<string, CatalogueFunction>;
  connectors: ReadonlyMap<string, CatalogueConnector>;
  helpers: ReadonlyMap<string, Helper>;
};

export const emptyCatalogue: Catalogue = { functions: new Map(), connectors: new Map(), helpers: new Map() };
