import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { crc32c } from "../../src/gcp/crc32c.ts";

/** The definition, one bit at a time: the polynomial of RFC 3720, reflected. */
function bitByBit(bytes: Uint8Array): number {
  let rest = 0xffffffffn;
  for (const byte of bytes) {
    rest ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit += 1) rest = (rest >> 1n) ^ (rest & 1n ? 0x82f63b78n : 0n);
  }
  return Number(rest ^ 0xffffffffn);
}

const counting = Uint8Array.from({ length: 32 }, (_, index) => index);

describe("crc32c", () => {
  test.each([
    ["the check value of every catalogue", Buffer.from("123456789"), 0xe3069283],
    ["nothing", new Uint8Array(), 0],
    ["RFC 3720: 32 bytes of zeroes", new Uint8Array(32), 0x8a9136aa],
    ["RFC 3720: 32 bytes of ones", new Uint8Array(32).fill(0xff), 0x62a8ab43],
    ["RFC 3720: 32 bytes counting up", counting, 0x46dd794e],
    ["RFC 3720: 32 bytes counting down", counting.toReversed(), 0x113fdb5c],
  ])("%s", (_sentence, bytes, expected) => expect(crc32c(bytes)).toBe(expected));

  test("is what the definition says, for any bytes", () =>
    fc.assert(fc.property(fc.uint8Array(), (bytes) => crc32c(bytes) === bitByBit(bytes))));

  test("is an unsigned number of 32 bits", () =>
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const crc = crc32c(bytes);
        return Number.isInteger(crc) && crc >= 0 && crc <= 0xffffffff;
      }),
    ));

  test("notices every flipped bit", () =>
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), fc.nat(), (bytes, at) => {
        const damaged = Uint8Array.from(bytes);
        const index = at % bytes.length;
        damaged[index] = (bytes[index] ?? 0) ^ (1 << (at % 8));
        return crc32c(damaged) !== crc32c(bytes);
      }),
    ));
});
