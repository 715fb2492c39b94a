import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { unwritable } from "../../src/credentials/store-error.ts";
import { DataError } from "../../src/errors.ts";
import { refusal } from "../refusal.ts";
import { temporaryDirectory } from "./temporary-store.ts";

const systemError = (code: string): Error =>
  Object.assign(new Error(`${code}: what the system says`), { code });

test("what keeps the store from being written is said, each with what to do", async () => {
  const home = await temporaryDirectory();
  await mkdir(join(home, "my store/aws"), { recursive: true });
  const texts = await Promise.all(
    ["EROFS", "EACCES", "ENOSPC", "ENOTDIR", "EIO"].map((code) =>
      refusal(
        () => {
          throw unwritable(join(home, "my store/aws/default"), systemError(code));
        },
        (text) => text.replaceAll(home, "/home/me"),
      ),
    ),
  );
  expect(texts.join("\n\n")).toMatchInlineSnapshot(`
    "ConfigError, exit 78
    what: /home/me/my store/aws/default cannot be written
    why: the file system is read-only
    remedy: Name a store that can be written: export AL_CREDENTIALS_DIR=<directory>

    ConfigError, exit 78
    what: /home/me/my store/aws/default cannot be written
    why: this user may not write there
    remedy: If it is yours: chmod -R u+rwX '/home/me/my store/aws'

    ConfigError, exit 78
    what: /home/me/my store/aws/default cannot be written
    why: the disk is full
    remedy: Make room and repeat the command: df -h '/home/me/my store/aws'

    ConfigError, exit 78
    what: /home/me/my store/aws/default cannot be written
    why: a file is in the place of a directory
    remedy: Look which, and move it away: ls -ld '/home/me/my store/aws'

    ConfigError, exit 78
    what: /home/me/my store/aws/default cannot be written
    why: EIO: what the system says
    remedy: Look at what is there: ls -la '/home/me/my store/aws'"
  `);
});

test("what al refused already stays as it is", () => {
  const refused = new DataError({ what: "a", remedy: "b" });
  expect(unwritable("/x", refused)).toBe(refused);
});
