import * as vscode from "vscode";
import { LanguageClient, State, TransportKind } from "vscode-languageclient/node";

import { CONFIGURATION, ConfigurationRenames } from "./configuration";
import { serverCommand, startProblem, testArguments } from "./server";

let client: LanguageClient | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  context.subscriptions.push(
    vscode.commands.registerCommand("ssbt.restart", restart),
    vscode.languages.registerRenameProvider(CONFIGURATION, new ConfigurationRenames(() => client)),
    vscode.workspace.onDidGrantWorkspaceTrust(restart),
    vscode.workspace.onDidChangeConfiguration(async (change) => {
      if (change.affectsConfiguration("ssbt.path")) {
        await restart();
      }
    }),
  );
  await start();
}

export async function deactivate(): Promise<void> {
  await stop();
}

async function restart(): Promise<void> {
  await stop();
  await start();
}

async function start(): Promise<void> {
  // The workspace may name the program to run.
  if (!vscode.workspace.isTrusted) {
    return;
  }
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  const setting = vscode.workspace.getConfiguration("ssbt").get<string>("path", "ssbtc");
  const server = serverCommand(setting, folder, process.env);
  const run = { ...server, transport: TransportKind.stdio, options: { cwd: folder } };
  client = new LanguageClient("ssbt", "SSBT", run, {
    documentSelector: [{ language: "ssbt" }],
    synchronize: { fileEvents: vscode.workspace.createFileSystemWatcher("**/*.{ssbt,py}") },
    middleware: {
      executeCommand: async (command, args, next) => {
        // Lenses speak of the saved file.
        await vscode.workspace.saveAll(false);
        if (!runInTerminal(server.command, folder, command, args)) {
          return next(command, args);
        }
        return undefined;
      },
    },
  });
  try {
    await client.start();
  } catch (error) {
    client = undefined;
    await vscode.window.showErrorMessage(startProblem(server.command, error));
  }
}

/** Runs tests where their output can be watched and stopped; false for other commands. */
function runInTerminal(
  program: string,
  folder: string | undefined,
  command: string,
  args: unknown[],
): boolean {
  const [uri, test] = args;
  if (typeof uri !== "string") {
    return false;
  }
  const path = vscode.Uri.parse(uri).fsPath;
  const shellArgs = testArguments(command, path, typeof test === "string" ? test : undefined);
  if (shellArgs === undefined) {
    return false;
  }
  const task = new vscode.Task(
    { type: "ssbt" },
    vscode.TaskScope.Workspace,
    typeof test === "string" ? `test ${test}` : "tests",
    "ssbt",
    // No shell takes part: a test's name may hold any sign.
    new vscode.ProcessExecution(program, shellArgs, { cwd: folder }),
  );
  void vscode.tasks.executeTask(task);
  return true;
}

async function stop(): Promise<void> {
  const running = client;
  client = undefined;
  if (running?.state === State.Running) {
    await running.stop();
  }
}
