import assert from "node:assert/strict";
import { test } from "node:test";

import { buildSync } from "esbuild";

const made = buildSync({
  entryPoints: [new URL("../src/server.ts", import.meta.url).pathname],
  bundle: true,
  format: "esm",
  write: false,
});
const source = Buffer.from(made.outputFiles[0].text).toString("base64");
const { serverCommand, startProblem, testArguments } = await import(`data:text/javascript;base64,${source}`);

test("the command is the setting's", () => {
  const found = serverCommand("${workspaceFolder}/.venv/bin/ssbtc", "/w", {});
  assert.deepEqual(found, { command: "/w/.venv/bin/ssbtc", args: ["lsp"] });
  assert.equal(serverCommand("${env:HOME}/ssbtc", undefined, { HOME: "/h" }).command, "/h/ssbtc");
  assert.equal(serverCommand("  ", "/w", {}).command, "ssbtc");
  assert.equal(serverCommand("${other}/x", "/w", {}).command, "${other}/x");
});

test("a server that does not start is explained", () => {
  const text = startProblem("ssbtc", new Error("ENOENT"));
  assert.match(text, /ENOENT/);
  assert.match(text, /pip install 'ssbt\[lsp\]'/);
});

test("a lens about a test runs it by its name", () => {
  assert.deepEqual(testArguments("ssbt.runTests", "/w/a.ssbt"), ["test", "/w/a.ssbt", "--verbose"]);
  const expression = (name) => testArguments("ssbt.runTest", "/w/a.ssbt", name)?.at(-1);
  assert.equal(expression("late and not early"), '"late and not early"');
  assert.equal(expression('a "b" c'), "'a \"b\" c'");
  assert.equal(expression("it's \"b\""), '"it\'s " and "b"');
  assert.equal(testArguments("ssbt.compile", "/w/a.ssbt"), undefined);
});
