import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { BlobStore, digestOf } from "./blob-store.ts";

test("blobs and what is made of them are gone when the store is cleared, and it can be used again", () => {
  const store = new BlobStore();
  const keep = (text: string): string => {
    const file = store.newFile();
    writeFileSync(file, text);
    const digest = digestOf(Buffer.from(text));
    store.keep(file, digest);
    return store.pathOf(digest);
  };
  const blob = keep("one");
  const derived = store.derived("image");
  mkdirSync(derived);
  expect([existsSync(blob), store.sizeOf(digestOf(Buffer.from("one")))]).toEqual([true, 3]);
  store.clear();
  expect([existsSync(blob), existsSync(derived)]).toEqual([false, false]);
  expect(existsSync(keep("two"))).toBe(true);
  store.clear();
});

test.each(["", "latest", "sha256:..", `sha256:${"0".repeat(63)}/`])(
  "%j is no blob's name",
  (name) => expect(() => new BlobStore().pathOf(name)).toThrow("this is no digest of a blob"),
);
