/** Every token of the example, and every file of the language without a word left behind. */

import assert from "node:assert/strict";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const oniguruma = require("vscode-oniguruma");
const textmate = require("vscode-textmate");

const HERE = fileURLToPath(new URL(".", import.meta.url));
const ROOT = join(HERE, "..", "..", "..");
const GRAMMAR = join(HERE, "..", "syntaxes", "ssbt.tmLanguage.json");

await oniguruma.loadWASM(readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm")).buffer);
const registry = new textmate.Registry({
  onigLib: Promise.resolve({
    createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
    createOnigString: (text) => new oniguruma.OnigString(text),
  }),
  loadGrammar: async () => textmate.parseRawGrammar(readFileSync(GRAMMAR, "utf8"), GRAMMAR),
});
const grammar = await registry.loadGrammar("source.ssbt");

/** The tokens of a text as pairs of a piece and its innermost scope. */
function tokens(text) {
  const found = [];
  let stack = textmate.INITIAL;
  for (const line of text.split(/\r\n|\r|\n/)) {
    const result = grammar.tokenizeLine(line, stack);
    for (const { startIndex, endIndex, scopes } of result.tokens) {
      const piece = line.slice(startIndex, endIndex);
      if (piece.trim() !== "") {
        found.push([piece.trim(), scopes.at(-1).replace(/\.ssbt$/, "")]);
      }
    }
    stack = result.ruleStack;
  }
  return { found, stack };
}

function files(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ssbt"))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

test("the tokens of the example", () => {
  const expected = join(HERE, "example.tokens");
  const { found } = tokens(readFileSync(join(HERE, "example.ssbt"), "utf8"));
  const text = found.map(([piece, scope]) => `${scope.padEnd(42)} ${piece}\n`).join("");
  if (process.env.UPDATE) {
    writeFileSync(expected, text);
  }
  assert.equal(text, readFileSync(expected, "utf8"));
});

test("strings and blocks end in every file", () => {
  const all = [...files(join(ROOT, "examples")), ...files(join(ROOT, "tests", "tpch"))];
  assert.ok(all.length > 20);
  for (const file of all) {
    const { found, stack } = tokens(readFileSync(file, "utf8"));
    assert.equal(stack.depth, 1, file);
    assert.ok(found.some(([, scope]) => scope === "keyword.declaration"), file);
  }
});

const kinds = [
  ["let a = from orders |> where b", "where", "keyword.control"],
  ["let a = from orders |> order by b", "order", "keyword.control"],
  ["  schema = Order", "Order", "source"],
  ["  schema = Order", "schema", "support.type.property-name"],
  ["source source from csv {", "source", "keyword.declaration"],
  ["  amount: decimal(12,2)", "decimal", "storage.type"],
  ["  amount: decimal(12,2)", "amount", "variable.other.property"],
  ["  |> select o.source", "source", "variable.other.member"],
  ["  |> select upper(x)", "upper", "support.function"],
  ["  |> where a is not null", "null", "constant.language"],
  ["  trigger = 10 minutes", "minutes", "keyword.other.unit"],
  ["  id: bigint @pii", "@pii", "entity.other.attribute-name.tag"],
];
for (const [text, piece, scope] of kinds) {
  test(`${piece} in: ${text}`, () => {
    const { found } = tokens(text);
    const known = found.filter(([found]) => found.includes(piece)).map(([, found]) => found);
    assert.ok(known.includes(scope), `${known}`);
  });
}
