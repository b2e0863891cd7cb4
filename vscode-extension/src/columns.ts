// Where views of a source are put: beside it, in the column that is there already.

import * as vscode from 'vscode';

/** The column that shows the document. */
export function columnOf(document: vscode.TextDocument): vscode.ViewColumn {
  const shown = vscode.window.visibleTextEditors.find((editor) => editor.document === document);
  return shown?.viewColumn ?? columnOfCell(document) ?? vscode.ViewColumn.Active;
}

/** The column next to the one that shows the document, or a new one. */
export function besideOf(document: vscode.TextDocument): vscode.ViewColumn {
  const shown = vscode.window.visibleTextEditors.find((editor) => editor.document === document);
  const column = shown?.viewColumn ?? columnOfCell(document);
  if (column === undefined) return vscode.ViewColumn.Beside;
  const others = vscode.window.tabGroups.all
    .map((group) => group.viewColumn)
    .filter((each) => each !== column);
  // The nearest to the right, else the nearest to the left.
  const right = others.filter((each) => each > column).sort((one, other) => one - other);
  const left = others.filter((each) => each < column).sort((one, other) => other - one);
  return right[0] ?? left[0] ?? vscode.ViewColumn.Beside;
}

/** The column of the notebook whose cell the document is. */
function columnOfCell(document: vscode.TextDocument): vscode.ViewColumn | undefined {
  return vscode.window.visibleNotebookEditors.find(({ notebook }) =>
    notebook.getCells().some((cell) => cell.document === document),
  )?.viewColumn;
}
