import { expect, test } from "vitest";
import { imageProcess } from "./image-process.ts";

const image = {
  config: {
    Entrypoint: ["/entry"],
    Cmd: ["own"],
    Env: ["A=1", "B=x=y", "EMPTY="],
    WorkingDir: "/work",
    User: "1000:100",
  },
};

test.each([
  ["nothing said: the image's own", {}, ["/entry", "own"]],
  ["args take the place of Cmd", { args: ["x"] }, ["/entry", "x"]],
  ["a command takes the place of both", { command: ["/c"] }, ["/c"]],
  ["both said", { command: ["/c"], args: ["x"] }, ["/c", "x"]],
])("%s", (_sentence, spec, argv) => {
  expect(imageProcess(image, spec)).toEqual({
    argv,
    env: { A: "1", B: "x=y", EMPTY: "" },
    workingDir: "/work",
    user: "1000:100",
  });
});

test("an image that says nothing, and a spec that says where", () => {
  expect(imageProcess({}, { workingDir: "/w" })).toEqual({
    argv: [],
    env: {},
    workingDir: "/w",
    user: "",
  });
});
