import { isTable, overlay, snakeCaseKeys, type Table } from "./toml-file.ts";

/** Keys of `[cloud]` that answer one question together: a layer that names one of `named` answers it anew, and nothing of the layer below is left of `whole`. */
const GROUPS: readonly { readonly named: readonly string[]; readonly whole: readonly string[] }[] =
  [
    {
      named: ["service_account", "service_accounts"],
      whole: ["service_account", "service_accounts"],
    },
    { named: ["auth"], whole: ["auth", "impersonate", "credential"] },
  ];

/** Lays configuration files over each other, the first at the bottom. */
export const overlayFiles = (tables: readonly Table[]): Table =>
  // Both spellings of `[cloud]`'s keys are met; a layer must cover the one below whichever each uses.
  tables.map(sameSpelling).reduce(overlayFile, {});

function overlayFile(base: Table, top: Table): Table {
  const { cloud } = base;
  if (!isTable(cloud) || !isTable(top.cloud)) return overlay(base, top);
  return overlay({ ...base, cloud: withoutAnswered(cloud, top.cloud) }, top);
}

function withoutAnswered(below: Table, above: Table): Table {
  const gone = new Set(
    GROUPS.filter(({ named }) => named.some((key) => key in above)).flatMap(({ whole }) => whole),
  );
  return Object.fromEntries(Object.entries(below).filter(([key]) => !gone.has(key)));
}

const sameSpelling = (table: Table): Table =>
  table.cloud === undefined ? table : { ...table, cloud: snakeCaseKeys(table.cloud) };
