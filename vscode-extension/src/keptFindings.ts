// Findings that stay in sight while the server is restarted.

import * as vscode from 'vscode';

const LONGEST = 10_000;

export class KeptFindings implements vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection('graphlens-kept');
  private listener: vscode.Disposable | undefined;
  private timer: NodeJS.Timeout | undefined;

  /** Copy what is shown now; each file's copy goes when the new server speaks of that file. */
  keep(): void {
    this.release();
    for (const [uri, diagnostics] of vscode.languages.getDiagnostics()) {
      const ours = diagnostics.filter((diagnostic) => diagnostic.source === 'graphlens');
      if (ours.length > 0) this.collection.set(uri, ours);
    }
    this.timer = setTimeout(() => this.release(), LONGEST);
    this.listener = vscode.languages.onDidChangeDiagnostics(({ uris }) => {
      for (const uri of uris) {
        const kept = this.collection.get(uri)?.length ?? 0;
        const shown = vscode.languages
          .getDiagnostics(uri)
          .filter((diagnostic) => diagnostic.source === 'graphlens').length;
        if (kept > 0 && shown > kept) this.collection.delete(uri);
      }
    });
  }

  dispose(): void {
    this.release();
    this.collection.dispose();
  }

  private release(): void {
    this.listener?.dispose();
    this.listener = undefined;
    clearTimeout(this.timer);
    this.collection.clear();
  }
}
