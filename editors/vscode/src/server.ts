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
