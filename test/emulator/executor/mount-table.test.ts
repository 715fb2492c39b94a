import { expect, it } from "vitest";
import { mountTable } from "./mount-table.ts";

const TABLE = mountTable(`27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
25 24 0:23 / /dev/shm rw - tmpfs tmpfs rw
24 27 0:6 / /dev rw,nosuid - devtmpfs devtmpfs rw
30 25 0:24 / /dev/shm rw,nodev - tmpfs tmpfs rw
31 27 8:1 / /mnt/a\\040b rw - ext4 /dev/sdb rw
32 27 8:2 / /mnt rw - ext4 /dev/sdc rw
33 27 8:3 /sub /data ro,nosuid,noexec - ext4 /dev/sdd rw
`);

it("leaves out mounts that lie under others", () => {
  expect(TABLE.visible.map(({ id, path }) => `${id} ${path}`)).toEqual([
    "27 /",
    "24 /dev",
    "30 /dev/shm",
    "32 /mnt",
    "33 /data",
  ]);
});

it.each([
  ["/", "27"],
  ["/usr/bin", "27"],
  ["/dev", "24"],
  ["/dev/shm/x", "30"],
  ["/mnt/a b", "32"],
  ["/data/x", "33"],
])("finds the mount of %s", (path, id) => {
  expect(TABLE.mountOf(path).id).toBe(id);
});

it("reads what a bind mount shows and its flags", () => {
  const { device, root, options } = TABLE.mountOf("/data");
  expect([device, root, options]).toEqual(["8:3", "/sub", ["ro", "nosuid", "noexec"]]);
});
