/** What is started for a workspace; free of VS Code, so that it can be tested without one. */

export interface Command {
  command: string;
  args: string[];
}

/** The command of the language server; `setting` is a path or name, with the usual variables. */
export function serverCommand(
  setting: string,
  folder: string | undefined,
  environment: Record<string, string | undefined>,
): Command {
  const command = setting.trim().replace(/\$\{(\w+)(?::(\w+))?\}/g, (whole, name, argument) => {
    if (name === "workspaceFolder") {
      return folder ?? "";
    }
    if (name === "env" && argument !== undefined) {
      return environment[argument] ?? "";
    }
    return whole;
  });
  return { command: command === "" ? "ssbtc" : command, args: ["lsp"] };
}

/** What to say when the server does not start. */
export function startProblem(command: string, error: unknown): string {
  const why = error instanceof Error ? error.message : String(error);
  return (
    `\`${command} lsp\` does not start (${why}). Install it with pip install 'ssbt[lsp]', ` +
    "or name it in the setting ssbt.path."
  );
}

/** The arguments of `ssbtc` for a lens about tests; undefined for what the server runs itself. */
export function testArguments(command: string, path: string, test?: string): string[] | undefined {
  if (command === "ssbt.runTests") {
    return ["test", path, "--verbose"];
  }
  if (command === "ssbt.runTest" && test !== undefined) {
    return ["test", path, "--verbose", "-k", testExpression(test)];
  }
  return undefined;
}

/** The expression of `-k` that names a test: its words in quotes. */
function testExpression(test: string): string {
  if (test.includes('"') && !test.includes("'")) {
    return `'${test}'`;
  }
  const parts = test.split('"').filter((part) => part !== "");
  return parts.map((part) => `"${part}"`).join(" and ");
}
