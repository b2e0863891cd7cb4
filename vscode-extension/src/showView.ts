// What the commands that open a virtual document share.

import * as vscode from 'vscode';
import type { Services } from './command';
import type { View } from './protocol';

/** Open a view of the function that `args` or the cursor name. */
export async function showView(
  { functions, graphDocuments }: Services,
  args: readonly unknown[],
  view: View,
): Promise<void> {
  const target = await functions.choose(args);
  if (!target) return;
  if (!(await graphDocuments.show(target, view))) {
    void vscode.window.showInformationMessage(
      `Graphlens: there is no such view of ${target.function.qualname}.`,
    );
  }
}
