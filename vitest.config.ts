import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Most tests wait for an emulator or a process a good part of their time.
    maxWorkers: "150%",
    // Loading Google's clients anew for each file would take a quarter of the time. Nothing here keeps state in a module,
    // and what a test replaces of the machine is put back.
    isolate: false,
    restoreMocks: true,
    unstubEnvs: true,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
