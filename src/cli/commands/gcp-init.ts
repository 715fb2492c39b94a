import { withCloudSection } from "../../config/cloud-section.ts";
import { readSettings } from "../../config/settings.ts";
import type { Table } from "../../config/toml-file.ts";
import { prepareReplacement, textOf } from "../file-replacement.ts";
import { answerCloud } from "../gcp-answers.ts";
import type { GcpInitOptions } from "../gcp-asking.ts";
import { type GcpKey, keyNotes, readKey, storeKey } from "../gcp-key.ts";
import { cloudWith, gcpPlace } from "../gcp-place.ts";
import { gcpTerraform } from "../gcp-terraform.ts";
import type { Io } from "../io.ts";
import type { Terminal } from "../terminal.ts";
import { doctorCloudRun } from "./doctor-cloudrun.ts";

/** `al gcp init`: returns the exit status. */
export async function gcpInit(
  options: GcpInitOptions,
  io: Io,
  terminal: Terminal,
): Promise<number> {
  const settings = readSettings(io.variables);
  const place = await gcpPlace(options, settings, io);
  const cloud = await answerCloud(options, place, io);
  const table = cloudWith(place, cloud, options);
  if (options.printTerraform) {
    const terraform = await gcpTerraform(table, place, options);
    if (options.json) terminal.json({ terraform });
    else terminal.result(terraform.trimEnd());
    return 0;
  }
  const { keyFile } = options;
  const { store } = settings;
  const key = await readKey(table, { keyFile, store, io });
  const { file } = place.target;
  for (const note of await write({ file, cloud, key, store })) terminal.note(note);
  if (options.doctor) return look(options, io, terminal);
  if (options.json) terminal.json({ file, cloud });
  return 0;
}

/** Writes all or nothing: what can fail comes before the first change. Returns what is to be told. */
async function write(input: {
  readonly file: string;
  readonly cloud: Table;
  readonly key: GcpKey;
  readonly store: string;
}): Promise<string[]> {
  const { file, cloud, key, store } = input;
  const change = withCloudSection(await textOf(file), cloud, file);
  const replacement = await prepareReplacement(file, change.text);
  try {
    await storeKey(key, store);
  } catch (error) {
    await replacement.discard();
    throw error;
  }
  await replacement.put();
  return [
    `Wrote [cloud] into ${file}`,
    ...(change.lostComments.length === 0
      ? []
      : [`  note     comments inside the old [cloud] are gone: ${change.lostComments.join("  ")}`]),
    ...keyNotes(key),
  ];
}

function look(options: GcpInitOptions, io: Io, terminal: Terminal): Promise<number> {
  const { project, environment, json } = options;
  const doctorOptions = {
    project,
    ...(environment === undefined ? {} : { environment }),
    ...(json === undefined ? {} : { json }),
    runtime: "cloudrun",
    checkValues: false,
  };
  return doctorCloudRun(doctorOptions, io, terminal);
}
