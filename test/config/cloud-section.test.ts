import fc from "fast-check";
import { parse } from "smol-toml";
import { describe, expect, test } from "vitest";
import { withCloudSection } from "../../src/config/cloud-section.ts";

const CLOUD = { region: "us-central1", service_accounts: { dev: "a@b.iam.gserviceaccount.com" } };
const SECTION = `[cloud]
region = "us-central1"

[cloud.service_accounts]
dev = "a@b.iam.gserviceaccount.com"`;

const replaced = (text: string): string => withCloudSection(text, CLOUD, "config.toml").text;
const lost = (text: string) => withCloudSection(text, CLOUD, "config.toml").lostComments;

describe("the [cloud] section", () => {
  test.each([
    ["is all of an empty file", "", `${SECTION}\n`],
    [
      "follows what is there",
      "[models.a]\nprovider = 'x'\n\n\n",
      `[models.a]\nprovider = 'x'\n\n${SECTION}\n`,
    ],
    [
      "takes the place of the one before, with its tables below",
      "# mine\na = 1\n[cloud]\nregion = 'x'\n[cloud.vpc]\nconnector = 'c'\n\n# about models\n[models.a]\nprovider = 'x' # kept\n",
      `# mine\na = 1\n\n${SECTION}\n\n# about models\n[models.a]\nprovider = 'x' # kept\n`,
    ],
    [
      "takes the place of parts that lie apart",
      "[cloud]\nregion = 'x'\n[local]\ntimeout = 5\n[ cloud . labels ]\nteam = 'a'\n",
      `${SECTION}\n\n[local]\ntimeout = 5\n`,
    ],
    [
      "leaves tables whose names only begin so",
      "[cloudy]\na = 1\n[[clouds]]\nb = 2\n",
      `[cloudy]\na = 1\n[[clouds]]\nb = 2\n\n${SECTION}\n`,
    ],
    [
      "leaves a comment that says how it could be",
      "# [cloud]\n# region = 'x'\n",
      `# [cloud]\n# region = 'x'\n\n${SECTION}\n`,
    ],
    [
      "ends its lines like the others (CRLF), which stay as they are",
      "# mine\r\n[cloud]\r\nregion = 'x'\r\n\r\n# about models\r\n[models.a]\r\nprovider = 'x'\r\n",
      `# mine\n\n${SECTION}\n\n# about models\n[models.a]\nprovider = 'x'\n`.replaceAll(
        "\n",
        "\r\n",
      ),
    ],
    [
      "ends its lines like the others (CRLF) behind a last line without an end",
      "a = 1\r\nb = 2",
      `a = 1\nb = 2\n\n${SECTION}\n`.replaceAll("\n", "\r\n"),
    ],
  ])("%s", (_sentence, before, after) => expect(replaced(before)).toBe(after));

  test.each([
    ["of its own lines", "# a\n[cloud] # b\n# c\nregion = 'x' # d's\n", ["# b", "# c", "# d's"]],
    ["with CRLF", "[cloud] # b\r\nregion = 'x'\r\n", ["# b"]],
    ["of the tables below it", "[cloud]\n[cloud.vpc]\n# e\nconnector = 'c'\n", ["# e"]],
    ["only, not a text with a #", '[cloud]\nlabels = { a = \'#1\', b = "#\\"2" }\n', []],
    ["only, not those about what follows", "[cloud]\nregion = 'x'\n\n# f\n[models]\n", []],
  ])("tells the comments that are lost: %s", (_sentence, text, expected) =>
    expect(lost(text)).toEqual(expected),
  );

  test.each([
    ["an inline table", 'cloud = { region = "x" }\n'],
    ["dotted keys", 'cloud.region = "x"\n'],
    ["a list of tables", '[[cloud]]\nregion = "x"\n'],
    ["a text that looks like its header", "[a]\nb = '''\n[cloud]\n'''\n"],
  ])("that is written as %s is not touched, and told how to write by hand", (_sentence, text) => {
    expect(() => replaced(text)).toThrow(
      expect.objectContaining({
        exit: 78,
        message: "The [cloud] section of config.toml cannot be replaced",
        remedy: `Write into config.toml by hand:\n${SECTION}`,
      }),
    );
  });

  test("is not written into what is no TOML", () =>
    expect(() => replaced("[cloud\n")).toThrow("config.toml is not valid TOML"));

  test("changes nothing else, whatever the file says, and is the same when written again", () => {
    const value = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.array(fc.string()));
    const name = fc.stringMatching(/^[a-z]{1,8}$/);
    const tables = fc.dictionary(name, fc.dictionary(name, value), { maxKeys: 5 });
    fc.assert(
      fc.property(tables, (content) => {
        const text = Object.entries(content)
          .map(([header, table]) => {
            const lines = Object.entries(table).map(
              ([key, item]) => `${key} = ${JSON.stringify(item)}`,
            );
            return [`[${header}]`, ...lines].join("\n");
          })
          .join("\n# between\n");
        const after = replaced(text);
        const { cloud: _, ...others } = content;
        expect(JSON.parse(JSON.stringify(parse(after)))).toEqual({ ...others, cloud: CLOUD });
        expect(replaced(after)).toBe(after);
      }),
    );
  });
});
