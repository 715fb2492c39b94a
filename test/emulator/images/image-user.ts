import { readFileSync, statSync } from "node:fs";
import { pathInside } from "./inside.ts";

/** Whom a container's first process runs as. */
export type ImageUser = { readonly uid: number; readonly gid: number; readonly home: string };

/** `User` of an image's configuration: names and numbers, a user with or without a group; throws for an unknown name. */
export function imageUser(root: string, user: string): ImageUser {
  const [name = "", group] = (user === "" ? "0" : user).split(":");
  const accounts = records(root, "/etc/passwd");
  const account = accounts.find((each) => each[0] === name || each[2] === name);
  const uid = account === undefined ? id(name) : Number(account[2]);
  if (uid === undefined) throw new Error(`the image has no user ${JSON.stringify(name)}`);
  const gid = group === undefined ? Number(account?.[3] ?? 0) : groupId(root, group);
  return { uid, gid, home: account?.[5] || "/" };
}

function groupId(root: string, group: string): number {
  const found = records(root, "/etc/group").find((each) => each[0] === group);
  const gid = found === undefined ? id(group) : Number(found[2]);
  if (gid === undefined) throw new Error(`the image has no group ${JSON.stringify(group)}`);
  return gid;
}

const id = (text: string): number | undefined =>
  /^\d{1,9}$/.test(text) ? Number(text) : undefined;

function records(root: string, path: string): string[][] {
  const file = pathInside(root, path, { followLast: true });
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return [];
  return readFileSync(file, "utf8")
    .split("\n")
    .map((line) => line.split(":"));
}
