import { readSettings } from "../../config/settings.ts";
import { listInstances, type StoredInstance } from "../../credentials/list-instances.ts";
import { formatRef } from "../../credentials/ref.ts";
import { findType } from "../../credentials/types.ts";
import type { Io } from "../io.ts";
import type { Terminal } from "../terminal.ts";

/** `al creds ls`: returns the exit status. Values are not even read. */
export async function credsLs(
  { json = false }: { readonly json?: boolean },
  io: Io,
  terminal: Terminal,
): Promise<number> {
  const { store } = readSettings(io.variables);
  const instances = await listInstances(store);
  if (json) terminal.json({ store, credentials: instances.map(entry) });
  else if (instances.length === 0) terminal.result(`No credentials found at ${store}`);
  else terminal.result(renderInstances(instances));
  return 0;
}

const entry = ({ ref, fields }: StoredInstance): object => ({
  ref: formatRef(ref),
  ...ref,
  label: findType(ref.type)?.label ?? ref.type,
  fields,
});

/** A heading for each type; below it one line for each instance: its ref as typed, then its field names. */
function renderInstances(instances: readonly StoredInstance[]): string {
  const types = [...new Set(instances.map(({ ref }) => ref.type))];
  const groups = types.map((type) =>
    [
      "",
      `  ${findType(type)?.label ?? type} (${type})`,
      ...instances
        .filter(({ ref }) => ref.type === type)
        .map(({ ref, fields }) => `    ${formatRef(ref)}  (${fields.join(", ")})`),
    ].join("\n"),
  );
  return `${groups.join("\n")}\n`;
}
