import * as vscode from "vscode";
import { PrepareRenameRequest, Range, RenameRequest } from "vscode-languageclient/node";
import type { LanguageClient } from "vscode-languageclient/node";

/** Files of configuration, which the server does not follow while they are edited. */
export const CONFIGURATION: vscode.DocumentSelector = { scheme: "file", pattern: "**/*.conf" };

/**
 * Renames the parameters, secrets and connections that a file of configuration names. The server
 * reads such files from the disk, so that they are saved first.
 */
export class ConfigurationRenames implements vscode.RenameProvider {
  constructor(private readonly running: () => LanguageClient | undefined) {}

  async prepareRename(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<{ range: vscode.Range; placeholder: string }> {
    const client = await this.clientFor(document);
    const place = client.code2ProtocolConverter.asTextDocumentPositionParams(document, position);
    const found = await client.sendRequest(PrepareRenameRequest.type, place, token);
    if (found === null || Range.is(found) || !("placeholder" in found)) {
      throw new Error("No pipeline of this workspace declares what is named here.");
    }
    const range = client.protocol2CodeConverter.asRange(found.range);
    return { range, placeholder: found.placeholder };
  }

  async provideRenameEdits(
    document: vscode.TextDocument,
    position: vscode.Position,
    newName: string,
    token: vscode.CancellationToken,
  ): Promise<vscode.WorkspaceEdit | undefined> {
    const client = await this.clientFor(document);
    const place = client.code2ProtocolConverter.asTextDocumentPositionParams(document, position);
    const edit = await client.sendRequest(RenameRequest.type, { ...place, newName }, token);
    return client.protocol2CodeConverter.asWorkspaceEdit(edit, token);
  }

  private async clientFor(document: vscode.TextDocument): Promise<LanguageClient> {
    const client = this.running();
    if (client === undefined) {
      throw new Error("The server of SSBT does not run.");
    }
    await document.save();
    return client;
  }
}
