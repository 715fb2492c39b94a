/** Undoes one way of writing a text inside another; what is not written that way stays. */
type Decode = (text: string) => string;

/** `%41`, in either case and for any character: other programs encode more or less than JavaScript does. */
const percentDecoded: Decode = (text) =>
  text.replace(/(?:%[0-9a-f]{2})+/gi, (run) =>
    Buffer.from(run.replaceAll("%", ""), "hex").toString(),
  );

/** As forms are sent: a plus is a blank. */
const formDecoded: Decode = (text) => percentDecoded(text.replaceAll("+", " "));

const JSON_LETTERS: Readonly<Record<string, string>> = {
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

const jsonUnescaped: Decode = (text) =>
  text.replace(/\\(?:u([0-9a-fA-F]{4})|(["\\/bfnrt]))/g, (_all, code?: string, letter = "") =>
    code === undefined
      ? (JSON_LETTERS[letter] ?? letter)
      : String.fromCharCode(Number.parseInt(code, 16)),
  );

/** Eight bytes take eleven characters; anything shorter can hold no value that is looked for. */
const BASE64 = /[\w+/-]{11,}/g;

/**
 * Whatever may be base64, of either alphabet, also over several lines. Letters that happen to stand before it shift its
 * groups of four, so each run is read from four places.
 */
const base64Decoded: Decode = (text) => {
  const runs = text.replace(/\s+/g, (blank) => (blank.includes("\n") ? "" : " ")).match(BASE64);
  return (runs ?? [])
    .flatMap((run) => [0, 1, 2, 3].map((at) => Buffer.from(run.slice(at), "base64").toString()))
    .join("\n");
};

const DECODERS: readonly Decode[] = [percentDecoded, formDecoded, jsonUnescaped, base64Decoded];

/** The text, and what it says if it is percent-encoded, a part of JSON, or base64, or one of these inside another. */
export function decodedTexts(text: string): ReadonlySet<string> {
  const once = decodings([text]);
  return new Set([text, ...once, ...decodings(once)]);
}

const decodings = (texts: readonly string[]): string[] => [
  ...new Set(texts.flatMap((text) => DECODERS.map((decode) => decode(text)))),
];
