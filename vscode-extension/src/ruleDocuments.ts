// The pages of the rules, as read-only documents shown in the editor's own preview.

import * as vscode from 'vscode';

const SCHEME = 'graphlens-rule';

export class RuleDocuments implements vscode.Disposable {
  private readonly pages = new Map<string, string>();
  private readonly registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
    provideTextDocumentContent: (uri) => this.pages.get(uri.path) ?? '',
  });

  /** Show a page beside, rendered. */
  async show(code: string, markdown: string): Promise<void> {
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${code}.md` });
    this.pages.set(uri.path, markdown);
    await vscode.commands.executeCommand('markdown.showPreviewToSide', uri);
  }

  dispose(): void {
    this.registration.dispose();
  }
}
