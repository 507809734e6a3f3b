import * as vscode from "vscode";
import { LanguageClient, State, TransportKind } from "vscode-languageclient/node";

import { serverCommand, startProblem } from "./server";

let client: LanguageClient | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  context.subscriptions.push(
    vscode.commands.registerCommand("ssbt.restart", restart),
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
  });
  try {
    await client.start();
  } catch (error) {
    client = undefined;
    await vscode.window.showErrorMessage(startProblem(server.command, error));
  }
}

async function stop(): Promise<void> {
  const running = client;
  client = undefined;
  if (running?.state === State.Running) {
    await running.stop();
  }
}
